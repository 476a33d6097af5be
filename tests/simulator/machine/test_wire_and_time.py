"""Virtual time, the link in memory, damage on the wire, and that one seed gives one course of things."""

from __future__ import annotations

import hashlib

import pytest

from hardware.errors import LinkLost, PortUnavailable
from simulator.firmware.build import ECHO
from simulator.keys.sample_keys import sample_key
from simulator.wire.damage import Damage, Direction, WireFault
from tests.simulator.machine.parts import Hand, catalogue


def test_reading_lets_only_the_time_pass_that_it_must() -> None:
    hand = Hand()
    start_s = hand.sim.clock.now_s()
    hand.link.write(b"$G\n")
    assert hand.link.read(5).startswith(b"[GC:")
    assert hand.sim.clock.now_s() - start_s < 0.02
    hand.link.read(0.1)
    assert hand.link.read(0.5) == b""
    assert hand.sim.clock.now_s() - start_s > 0.5


def test_time_goes_on_though_nobody_takes_what_the_board_said() -> None:
    hand = Hand()
    timeline, firmware = hand.sim.timeline, hand.sim.firmware
    firmware.receive(b"$G\n?")
    start_s = timeline.now_s
    assert not timeline.advance_until(lambda: False, 2.0)
    assert timeline.now_s == pytest.approx(start_s + 2.0)
    assert firmware.take_output().startswith(b"[GC:")


def test_opening_the_port_resets_the_board() -> None:
    hand = Hand()
    hand.say("$H")
    again = hand.sim.link()
    hand.sim.clock.sleep(0.5)
    assert b"unlock" in again.read(0)


def test_a_link_that_was_closed_or_unplugged_is_lost() -> None:
    hand = Hand()
    hand.sim.plugged_in = False
    with pytest.raises(LinkLost):
        hand.link.read(0.1)
    with pytest.raises(PortUnavailable):
        hand.sim.link()
    hand.sim.plugged_in = True
    link = hand.sim.link()
    link.close()
    link.close()
    with pytest.raises(LinkLost):
        link.write(b"?")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (WireFault(Damage.DROP, Direction.TO_BOARD, 2), b"error:22\r\n"),  # G21 -> G2
        (WireFault(Damage.FLIP, Direction.TO_BOARD, 2, bit=0), b"ok\r\n"),  # G21 -> G20
        (WireFault(Damage.DUPLICATE, Direction.TO_BOARD, 2), b"error:20\r\n"),  # G211
        (WireFault(Damage.SWAP, Direction.TO_BOARD, 1), b"error:20\r\n"),  # G12
        (WireFault(Damage.DROP, Direction.FROM_BOARD, 0), b"k\r\n"),
        (WireFault(Damage.DUPLICATE, Direction.FROM_BOARD, 1), b"okk\r\n"),
        (WireFault(Damage.SWAP, Direction.FROM_BOARD, 0), b"ko\r\n"),
        (WireFault(Damage.SILENCE, Direction.FROM_BOARD, 0), b""),
        (WireFault(Damage.SILENCE, Direction.TO_BOARD, 0), b""),
    ],
)
def test_damage_does_what_it_says(fault: WireFault, said: bytes) -> None:
    hand = Hand()
    hand.say("$X")
    hand.sim.damage_wire(fault)
    hand.link.write(b"G21\n")
    assert hand.link.read(1) == said


def test_late_bytes_come_late() -> None:
    hand = Hand()
    hand.say("$X")
    hand.sim.damage_wire(WireFault(Damage.DELAY, Direction.FROM_BOARD, 0, 4, delay_s=0.7))
    hand.link.write(b"G21\n")
    assert hand.link.read(0.5) == b""
    assert hand.link.read(0.5) == b"ok\r\n"


def course(seed: int) -> str:
    """Everything a machine says and shows in one cut, as a digest."""
    hand = Hand(seed, ECHO)
    digest = hashlib.sha256()
    hand.sim.tray.lay(sample_key("kwikset-new", catalogue(), seed))
    frames = hand.sim.scanner.scan()
    for view in (frames.silhouette, frames.head, frames.line_left, frames.line_right):
        assert view is not None
        digest.update(view.pixels.tobytes())
    hand.ready()
    hand.link.write(b"?")
    hand.cut((6, 5.5), (10, 6.1), (15, 5))
    hand.macro("check")
    hand.link.write(b"?\n")
    hand.sim.clock.sleep(1)
    digest.update(hand.link.read(0))
    digest.update(hand.sim.scanner.check().pixels.tobytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_frames() -> None:
    assert course(5) == course(5)
    assert course(5) != course(6)
