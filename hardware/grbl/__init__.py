"""The board that speaks GRBL: its protocol without I/O, the conversation with it, and the cutter made of both."""
