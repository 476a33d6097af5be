"""Devices as the product sees them: ports, the GRBL protocol, the serial link, cameras, faults.

Responsible for: moving metal and bringing pictures, and saying exactly what went wrong. Not responsible for:
shoppers, prices, policy, screens. May import `config`.
"""
