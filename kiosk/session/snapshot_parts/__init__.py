"""What the screen is shown, by who looks at it: shopper, staff or technician.

Others take it from `kiosk.session.snapshot`.
"""
