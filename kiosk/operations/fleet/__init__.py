"""Many kiosks: events out through an outbox, signed documents in. Off by default; selling never waits for it.

Responsible for: losing no event, sending none twice as new, and believing no document that is forged, old or
meant for another kiosk. Not responsible for: what an event means, or applying settings.
"""

from kiosk.operations.fleet.outbox import OUTBOX_MIGRATIONS, Outbox, PendingEvent

__all__ = ["OUTBOX_MIGRATIONS", "Outbox", "PendingEvent"]
