"""A GRBL 1.1h board in software."""
