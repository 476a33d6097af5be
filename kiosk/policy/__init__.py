"""May this key be copied? Rules and store to a decision. Pure."""
