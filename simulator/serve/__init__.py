"""The simulated machine for other programs: on a port, over TCP, in real time, by command."""
