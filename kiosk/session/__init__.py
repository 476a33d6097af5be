"""One kiosk's session: states, what is asked of machine and people in each, and what the screen is shown."""
