"""The product: what happens to a shopper's key, from the tray to the chute.

Responsible for: reading, identifying, deciding, planning, the session, journal, audit, money, stock, the
command line. Not responsible for: how devices talk (`hardware`) or how anything looks (`ui`).
"""
