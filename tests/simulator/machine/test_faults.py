"""Every fault by name does what it says, and is undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.problems import BadInput
from hardware.errors import CameraFault, LinkLost, PaymentFault, PortUnavailable
from simulator.faults.injection import FAULTS, FaultPanel, parse_fault
from simulator.keys.sample_keys import sample_key
from simulator.machine.world import Sensed
from simulator.wire.damage import Damage
from tests.simulator.machine.parts import Hand, catalogue


def clamped(hand: Hand) -> object:
    hand.ready()
    return hand.carousel.clamped


def depth(hand: Hand) -> float:
    hand.ready()
    hand.cut((6, 5.5), (10, 5.5))
    assert hand.carousel.clamped is not None
    return round(float(hand.carousel.clamped.top_mm[800]), 2)


def place(hand: Hand) -> float:
    hand.ready()
    hand.cut((6, 5.5), (6, 5.5))
    blade = hand.carousel.clamped
    assert blade is not None
    x = blade.x_mm[blade.top_mm < 5.6]
    return round(float(x.mean()) if x.size else 0.0, 2)


def edge(hand: Hand) -> object:
    hand.ready()
    return hand.edge_found_mm()


def homed(hand: Hand) -> object:
    return hand.say("$H")


def pins(hand: Hand) -> object:
    hand.link.write(b"?")
    hand.sim.clock.sleep(0.1)
    heard = hand.link.read(0)
    return heard[heard.find(b"Pn:") :][:8] if b"Pn:" in heard else b""


def delivered(hand: Hand) -> object:
    hand.ready()
    hand.macro("deliver")
    return hand.carousel.fallen(), hand.carousel.clamped is not None


def scanned(hand: Hand) -> object:
    hand.sim.tray.lay(sample_key("kwikset-new", catalogue(), 1))
    try:
        frames = hand.sim.scanner.scan()
    except CameraFault as fault:
        return fault.code
    assert frames.silhouette is not None
    assert frames.head is not None
    return frames.silhouette.pixels.tobytes(), frames.head.pixels.tobytes()


def brushed(hand: Hand) -> object:
    hand.ready()
    hand.cut((6, 6), (8, 6))
    hand.macro("brush")
    assert hand.carousel.clamped is not None
    return hand.carousel.clamped.burrs


def talk(hand: Hand) -> object:
    try:
        hand.link.write(b"$G\n")
        hand.sim.clock.sleep(0.05)
        return hand.link.read(0.02)
    except LinkLost:
        return "lost"


def opened(hand: Hand) -> object:
    try:
        hand.sim.link()
    except PortUnavailable:
        return "gone"
    return "open"


def wear(hand: Hand) -> object:
    depth(hand)
    return hand.world.wheel.faults.worn_mm > 0


def paid(hand: Hand) -> object:
    try:
        asked = hand.sim.terminal.authorise("A", 100, "EUR")
    except PaymentFault:
        return "gone"
    return asked.state, hand.sim.terminal.capture("A", 100).state


def wall_clock(hand: Hand) -> object:
    return hand.sim.clock.utc().replace(minute=0, second=0, microsecond=0)


def in_the_jaws(hand: Hand) -> object:
    hand.ready()
    hand.sim.clock.sleep(0.5)
    return hand.carousel.clamped is not None, hand.carousel.clamp_open


def coolant(hand: Hand) -> object:
    hand.say("$X")
    hand.sim.clock.sleep(1.0)
    return hand.world.coolant


def rpm_soon(hand: Hand) -> object:
    hand.say("$X", "M3S6000")
    hand.sim.clock.sleep(3.0)
    return hand.world.wheel.rpm(hand.sim.firmware.now_s)


def rpm_after_off(hand: Hand) -> object:
    hand.say("$X", "M3S6000", "G4P1", "M5")
    hand.sim.clock.sleep(3.0)
    return hand.world.wheel.rpm(hand.sim.firmware.now_s)


def sensed_turning(hand: Hand) -> object:
    hand.world.inputs = {"T": Sensed.WHEEL}
    hand.say("$X", "M3S6000", "G4P2")
    return pins(hand)


def sensed_falling(hand: Hand) -> object:
    hand.world.inputs = {"C": Sensed.CHUTE}
    hand.ready()
    hand.macro("deliver")
    return hand.world.extra_pins(hand.sim.firmware.now_s)


def jaw_in_picture_px(hand: Hand) -> object:
    hand.ready()
    hand.macro("check")
    return int((hand.sim.scanner.check().pixels[0] < 100).sum()) // 20


def home_z_mm(hand: Hand) -> object:
    return hand.say("$H"), tuple(round(each, 1) for each in hand.world.position_mm)


def reset_in_motion(hand: Hand) -> object:
    hand.say("$H", "G90G53G1X-60F600")
    hand.sim.clock.sleep(1.0)
    hand.link.write(b"\x18")
    hand.sim.clock.sleep(1.0)
    heard = hand.link.read(0)
    return b"ALARM:3" in heard, b"unlock" in heard


def reopened(hand: Hand) -> object:
    """What an old and a new link bring, at once and later, and whether the wheel was stopped by it."""
    found: list[object] = [talk(hand)]
    for wait_s in (0.5, 3.0):
        hand.sim.clock.sleep(wait_s)
        try:
            hand.link = hand.sim.link()
        except PortUnavailable:
            found.append("gone")
        else:
            found.append(talk(hand))
    return found


def lamp_later(hand: Hand) -> object:
    hand.sim.clock.sleep(10.0)
    return hand.sim.optics.lamp


def talk_with_the_wheel(hand: Hand) -> object:
    hand.say("$X", "M3S6000")
    hand.sim.clock.sleep(1.0)
    return talk(hand)


LOOKS: dict[str, tuple[str, Callable[[Hand], object]]] = {
    "misfeed": ("", clamped), "empty_slot": ("", clamped), "double_feed": ("", edge), "wrong_blank": ("", edge),
    "bent_blank": ("mm=1.5", edge), "shavings": ("", edge), "clamp_slip": ("mm=0.3", place),
    "worn_wheel": ("", depth), "fast_wear": ("", wear), "runout": ("", depth), "broken_wheel": ("", depth),
    "stalled_wheel": ("", depth), "backlash": ("mm=0.4", place), "stiction": ("mm=0.4", place),
    "lost_steps": ("", place), "wrong_steps": ("", place), "limit_stuck_closed": ("", homed),
    "limit_stuck_open": ("", homed), "limit_bounce": ("", pins), "probe_stuck_closed": ("", pins),
    "probe_stuck_open": ("", edge), "door_open": ("", pins), "emergency_stop": ("", pins), "brush_worn": ("", brushed),
    "chute_full": ("", delivered), "key_stuck": ("", delivered), "blur": ("", scanned), "dirty_glass": ("", scanned),
    "lamp_failing": ("", scanned), "key_moved": ("", scanned), "dropped_frame": ("", scanned),
    "camera_unplugged": ("", scanned), "board_reset": ("", talk), "board_unplugged": ("", opened),
    "clock_jump": ("", wall_clock), "payment_declined": ("", paid), "payment_unreachable": ("", paid),
    "payment_silent": ("", paid), "clamp_opens": ("", in_the_jaws), "stray_byte": ("after_s=0.5", coolant),
    "wheel_late": ("", rpm_soon), "spindle_stuck_on": ("", rpm_after_off), "tachometer_dead": ("", sensed_turning),
    "check_camera_moved": ("", jaw_in_picture_px),
    "chute_sensor_dead": ("", sensed_falling), "home_switch_chatters": ("axis=z,every_s=0.05", home_z_mm),
    "alarm_missing": ("", reset_in_motion), "hold_held": ("", pins), "port_lost": ("", reopened),
    "port_wedged": ("", reopened), "steps_lost_later": ("axis=x,mm=0.5,after_copies=0", place),
    "lamp_fading": ("over_s=1", lamp_later), "usb_drops_at_wheel": ("back_after_s=60", talk_with_the_wheel),
    **{f"wire_{damage.value}": ("way=from_board" if damage is Damage.DELAY else "", talk) for damage in Damage},
}  # fmt: skip


def panel_with(hand: Hand, name: str, parameters: str) -> FaultPanel:
    panel = FaultPanel(hand.sim)
    panel.set(*parse_fault(f"{name}:{parameters}" if parameters else name))
    return panel


def test_every_fault_is_tried_here() -> None:
    assert set(LOOKS) == set(FAULTS)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_changes_what_happens(name: str) -> None:
    parameters, look = LOOKS[name]
    before = look(Hand())
    hand = Hand()
    panel_with(hand, name, parameters)
    if name == "limit_bounce":
        hand.sim.clock.sleep(0.001)
        assert hand.world.sensors.limits_closed
        return
    after = look(hand)
    assert repr(after) != repr(before)


@pytest.mark.parametrize("name", sorted(set(FAULTS) - {"limit_bounce", "board_reset", "wire_unplug", "port_lost"}))
def test_a_fault_that_is_cleared_changes_nothing(name: str) -> None:
    parameters, look = LOOKS[name]
    hand = Hand()
    panel = panel_with(hand, name, parameters)
    panel.clear(name)
    assert panel.active() == {}
    if name == "emergency_stop":
        hand.sim.clock.sleep(0.5)
        hand.link.read(0)
    assert repr(look(hand)) == repr(look(Hand()))


def test_a_fault_can_come_later() -> None:
    hand = Hand()
    panel = panel_with(hand, "door_open", "after_s=2")
    hand.sim.clock.sleep(1)
    assert not hand.world.door_open
    hand.sim.clock.sleep(1.1)
    assert hand.world.door_open
    panel.clear_all()
    assert not hand.world.door_open


def test_a_fault_cleared_before_it_comes_never_comes() -> None:
    hand = Hand()
    panel_with(hand, "door_open", "after_s=2").clear("door_open")
    hand.sim.clock.sleep(3)
    assert not hand.world.door_open


@pytest.mark.parametrize(
    "text",
    ["nothing", "shavings:mm=9", "shavings:mm=x", "shavings:depth=1", "backlash:axis=w", "misfeed:slot=1.5",
     "wrong_blank:blank=NONE", "misfeed:slot=60", "camera_unplugged:view=5", "shavings:after_s=-1"],
)  # fmt: skip
def test_a_fault_that_cannot_be_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadInput) as bad:
        FaultPanel(Hand().sim).set(*parse_fault(text))
    assert len(str(bad.value).splitlines()) == 1


def test_several_wrong_parameters_are_told_together() -> None:
    with pytest.raises(BadInput) as bad:
        FaultPanel(Hand().sim).set("shavings", {"mm": 99, "slot": "a", "depth": 1})
    assert len(bad.value.problems) == 3


def test_lost_steps_in_the_middle_of_a_move_shift_all_that_follows() -> None:
    hand = Hand()
    hand.ready()
    FaultPanel(hand.sim).set("lost_steps", {"axis": "x", "mm": 0.5})
    hand.say(f"G90G53G0{hand.over(6, 12)}", "G4P0.01")
    assert hand.world.over_blade(*hand.world.position_mm[:2])[0] == pytest.approx(5.5, abs=0.02)


def test_motors_without_power_do_not_move_and_the_board_does_not_know() -> None:
    hand = Hand()
    hand.ready()
    at_mm = hand.world.position_mm
    hand.world.emergency_stop = True
    hand.say("G90G53G0X-40", "G4P0.01")
    assert hand.world.position_mm == pytest.approx(at_mm)
