"""What the machine answers at a start: whoever reaches in while it is asked holds it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware.errors import DoorOpened, HardwareFault, LinkLost, Stopped
from kiosk.session.recovery import connect
from kiosk.session.reports import Connected, HeldBack, NotReached
from tests.session.parts import Shop


class RefusingCutter:
    """A board that answers the first question with a fault."""

    def __init__(self, fault: HardwareFault) -> None:
        self.fault = fault

    def connect(self) -> None:
        raise self.fault


@pytest.mark.parametrize("fault", [DoorOpened("the guard door is open"), Stopped("held")], ids=["door", "stop"])
def test_a_door_or_a_stop_met_while_connecting_holds_the_machine_back(kiosk: Shop, fault: HardwareFault) -> None:
    ports = replace(kiosk.stage.ports, cutter=RefusingCutter(fault))
    assert connect(ports) == Connected(None, (), HeldBack.DOOR)


def test_a_board_that_does_not_answer_is_asked_again_later(kiosk: Shop) -> None:
    ports = replace(kiosk.stage.ports, cutter=RefusingCutter(LinkLost("gone")))
    assert connect(ports) == NotReached(LinkLost.code, "gone")
