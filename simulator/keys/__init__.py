"""Keys and other things that may lie in the tray."""
