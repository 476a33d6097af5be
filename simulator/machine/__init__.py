"""The metal around the board: slides, wheel, clamp, magazine, switches."""
