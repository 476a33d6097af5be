"""The faces of the blade: which keyway they are of, and whether anything else is milled there."""
