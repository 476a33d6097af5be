"""From what the session says to exactly what is displayed. Pure."""
