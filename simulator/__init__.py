"""A faithful software machine: the same bytes and frames as real devices, advanced by `dt`, seeded, repeatable.

Responsible for: firmware, metal, optics, magazine, tray, shopper, named faults. Not responsible for: anything
the product decides. May import `config` and the vocabulary of `hardware`; never `kiosk` or `ui`.
"""
