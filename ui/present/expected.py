"""The screens a visit is likely to bring, so that they can be made ready while nobody is here. Pure.

Responsible for: which, with figures such as they will have. Not responsible for: making them (`ui.page_frame`).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.key.reading import Outcome
from kiosk.session.snapshot import Offer, Progress, Receipt, Refusal, Snapshot
from kiosk.session.states import State


def expected(now: Snapshot) -> tuple[Snapshot, ...]:
    """Screens after this one, the next one first, in its language."""
    name = now.stocked[0] if now.stocked else ""
    offer = Offer(name.rpartition(" ")[2], name, now.price_from_minor, now.currency, 1, 5, "brass", ("brass",))
    looking = Progress(("look", "compare"), 0, 0.0, 0.0, 1, 1)
    making = Progress(("load", "cut", "check", "deliver"), 0, 0.0, 60.0, 1, 1)
    receipt = Receipt("", now.price_from_minor, now.currency, "paid", 1, bring_back_code="0000000000")
    front = replace(now, fault=None, staff_called=False)
    return (
        replace(front, state=State.PLACE_KEY),
        replace(front, state=State.SCANNING, progress=looking),
        replace(front, state=State.OFFER, offer=offer),
        replace(front, state=State.REFUSED, refusal=Refusal((), Outcome.DIMPLE)),
        replace(front, state=State.PAYING, receipt=receipt),
        replace(front, state=State.TAKE_KEY_BACK, tray_has_key=True),
        replace(front, state=State.LOADING, progress=making),
        replace(front, state=State.CUTTING, progress=replace(making, step=1)),
        replace(front, state=State.CHECKING, progress=replace(making, step=2)),
        replace(front, state=State.DELIVERING, progress=replace(making, step=3)),
        replace(front, state=State.THANK_YOU, receipt=receipt),
    )
