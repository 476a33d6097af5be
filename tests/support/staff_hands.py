"""A member of staff at a kiosk that is out of order: sees the inputs, holds Recover, answers what is asked, leaves."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.rehearsal.ready import PIN
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.intents import ConfirmReceived, Credentials, Done, Recover, StaffKey
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State


def signs_in(stage: VirtualKiosk, number: str = "1001", pin: str = PIN) -> Snapshot:
    """From the front to the staff menu, until the machine's inputs are shown there."""
    stage.post(StaffKey())
    stage.run_to(State.STAFF_LOGIN)
    stage.post(Credentials(number, pin))
    stage.run_to(State.STAFF_MENU)
    return stage.run_until(lambda now: now.staff is not None and now.staff.machine is not None)


def recovers(
    stage: VirtualKiosk, number: str = "1001", pin: str = PIN, received: Callable[[], bool] | None = lambda: False
) -> None:
    """Recover the machine and leave; `received` says whether the shopper has a copy nobody saw fall (None: no word)."""
    signs_in(stage, number, pin)
    stage.post(Recover())
    # Asked for, and then over one way or the other.
    stage.turn()
    stage.run_until(lambda now: now.staff is None or not now.staff.recovering)
    for sale in stage.now.staff.doubts if stage.now.staff and received is not None else ():
        stage.post(ConfirmReceived(sale.transaction, received()))
        stage.run_until(lambda now: now.staff is None or not now.staff.doubts)
    stage.post(Done())
