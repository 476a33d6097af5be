"""The technician's panel of a simulated machine: a second window beside the shopper's.

Responsible for: showing the machine and making things happen to it over its control socket. Not responsible for: the
machine itself (`simulator`); nothing here can reach a real one.
"""
