"""Whole sessions played in virtual time against the simulated machine.

Responsible for: driving session, machine and people by one clock that moves only when told; scenarios; flight
records. Not responsible for: the simulated machine (`simulator`) or the session (`kiosk.session.controller`).
"""
