"""What needs the screens besides the machine: the kiosk itself, and the question to the owner of a key.

Responsible for: putting screens, session and devices together; alone in `kiosk` it imports `ui`. Not responsible for:
what any of them does.
"""
