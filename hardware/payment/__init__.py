"""Ways of paying, one file a kind of terminal."""
