"""The words on a head, and whether the head was seen at all."""
