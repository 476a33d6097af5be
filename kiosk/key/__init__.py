"""What was seen of a key, and keeping it out of reach."""
