"""Running a kiosk in a store: logs, health, counters, reports, backup, the watchdog.

Responsible for: telling people and machines how the kiosk is. Not responsible for: selling; nothing here is needed
for a sale, and nothing here may hold the shape of a key.
"""
