"""What can go wrong with a simulated machine, by name."""
