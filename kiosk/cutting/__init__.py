"""From wanted cuts to a path, to lines for the board, and to the measured copy. Pure."""
