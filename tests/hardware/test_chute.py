"""The chute's sensor: what is seen to fall, what is not, and what lies in the way before anything falls."""

from __future__ import annotations

import pytest

from config.machine import Chute
from config.problems import BadInput
from config.toml_files import checked
from hardware.errors import ChuteBlocked
from hardware.grbl.cutter import GrblCutter
from hardware.ports import Fall
from simulator.machine.world import Sensed
from tests.cutting.keys import machine
from tests.support.promise_machine import Hands, Tap

LETTER = "C"
OVER_THE_CHUTE = b"G53 G0 X-140"


def over_a_sensor() -> Hands:
    """A machine whose chute has a sensor, and a blank in its clamp."""
    hands = Hands()
    chute = machine().model_copy(update={"chute": Chute(sensor=LETTER)})
    hands.cutter = GrblCutter(lambda: Tap(hands.sim.link(), hands), chute, hands.sim.clock)
    hands.sim.world.inputs = {LETTER: Sensed.CHUTE}
    return hands.loaded()


def slides(hands: Hands) -> None:
    """Something slides through the chute now."""
    hands.sim.world.carousel.slid_s = hands.sim.timeline.now_s


def test_a_copy_that_slides_past_the_sensor_was_seen() -> None:
    hands = over_a_sensor()
    assert hands.cutter.deliver() is Fall.SEEN
    assert len(hands.sim.chute) == 1


def test_a_copy_the_sensor_does_not_see_was_not_seen() -> None:
    hands = over_a_sensor()
    hands.sim.world.sensors.chute_dead = True
    assert hands.cutter.deliver() is Fall.UNSEEN


def test_a_copy_that_takes_its_time_is_waited_for() -> None:
    hands = over_a_sensor()
    world = hands.sim.world
    world.sensors.chute_dead = True

    def arrives() -> None:
        world.sensors.chute_dead = False
        slides(hands)

    hands.on_line[b"M9"] = lambda: hands.later(1.5, arrives)
    assert hands.cutter.deliver() is Fall.SEEN


def test_what_slid_before_the_clamp_was_opened_is_no_copy() -> None:
    hands = over_a_sensor()
    slid: list[None] = []
    hands.on_line[OVER_THE_CHUTE] = lambda: slid.append(slides(hands))

    def dies() -> None:
        hands.sim.world.sensors.chute_dead = True

    assert hands.cutter.deliver(dies) is Fall.UNSEEN
    assert slid


def test_nothing_is_dropped_onto_what_the_sensor_sees_already() -> None:
    hands = over_a_sensor()
    hands.sim.world.carousel.slid_s = float("inf")
    written: list[bool] = []
    with pytest.raises(ChuteBlocked):
        hands.cutter.deliver(lambda: written.append(True))
    assert (written, hands.sim.chute) == ([], []), "nothing says that a copy was about to fall"
    assert hands.rests


def test_without_a_sensor_nothing_is_watched_and_any_letter_may_be_active() -> None:
    hands = Hands().loaded()
    hands.sim.world.inputs = {LETTER: Sensed.CHUTE}
    hands.sim.world.carousel.slid_s = float("inf")
    assert hands.cutter.deliver() is Fall.UNWATCHED


@pytest.mark.parametrize("sensor", [*"PXYZDHRS", "c", "CC", "1", ""])
def test_a_letter_that_means_something_else_or_nothing_is_no_sensor(sensor: str) -> None:
    with pytest.raises(BadInput, match="sensor"):
        checked(Chute, {"sensor": sensor}, "machine.toml", "chute")
