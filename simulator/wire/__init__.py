"""The wire to the board: in memory, tapped, damaged."""
