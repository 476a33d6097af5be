"""Connecting: the board is known, matches the machine file and is safe, or it is out of order with every reason."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from config.machine import Assurance, DoorInput, Machine
from hardware.errors import (
    BoardAlarm,
    BoardMismatch,
    DoorOpened,
    HardwareFault,
    LinkGarbled,
    LinkLost,
    LinkTimeout,
    PortUnavailable,
)
from hardware.grbl.cutter import GrblCutter
from hardware.ports import ByteLink
from tests.cutting.keys import machine
from tests.hardware.dialogues import (
    BANNER,
    INFO,
    LOCKED,
    OK,
    connecting,
    homing,
    offsets,
    report,
    safe,
    settings,
    words,
)
from tests.support.transcript import ManualClock, Transcript

Dialogue = Iterable[tuple[bytes, bytes | None]]


class Bench:
    """A cutter on a transcript."""

    def __init__(
        self, dialogue: Dialogue, reports: tuple[bytes, ...] = (report(),), on: Machine | None = None, step: int = 9999
    ) -> None:
        self.clock = ManualClock()
        # At 115200 baud a byte takes less than a tenth of a millisecond.
        self.link = Transcript(self.clock, dialogue, reports, delay_s=0.002 if step > 100 else 0.0001 * step, step=step)
        self.cutter = GrblCutter(lambda: self.link, on or machine(), self.clock)


def fails(bench: Bench, with_fault: type[HardwareFault], match: str | None = None) -> HardwareFault:
    with pytest.raises(with_fault, match=match) as caught:
        bench.cutter.connect()
    bench.link.finish()
    assert bench.cutter.fault is caught.value
    with pytest.raises(with_fault):
        bench.cutter.home()
    return caught.value


@pytest.mark.parametrize("step", [9999, 1, 7])
def test_a_matching_board_is_connected_and_named_however_its_bytes_arrive(step: int) -> None:
    bench = Bench(connecting(), step=step)
    board = bench.cutter.connect()
    bench.link.finish()
    assert (board.firmware, board.version, board.options) == ("Grbl", "1.1h.20190830:", "V,15,128")
    assert board.assurance is Assurance.STOCK
    assert board.settings["$100"] == "400"


def test_the_homing_lock_after_power_up_is_no_fault() -> None:
    bench = Bench([(b"\x18", BANNER + LOCKED), *connecting()[1:]], (report("Alarm"),))
    bench.cutter.connect()
    bench.link.finish()


def test_what_the_board_said_before_the_reset_does_not_matter() -> None:
    stale = b"ok\r\nALARM:3\r\n<Idle|MPos:1.0"
    bench = Bench([(b"\x18", stale + BANNER), *connecting()[1:]])
    bench.cutter.connect()
    bench.link.finish()


def test_a_board_whose_bootloader_swallows_the_first_reset_is_asked_again() -> None:
    bench = Bench([(b"\x18", None), (b"\x18", BANNER), *connecting()[1:]])
    bench.cutter.connect()
    bench.link.finish()


def test_a_silent_port_is_a_fault_after_three_resets_and_a_last_stop() -> None:
    fails(Bench([(b"\x18", None)] * 3 + [(b"!", None), (b"\x18", None)], (b"",)), LinkTimeout)


def test_a_port_that_talks_something_else_is_told_apart_from_a_silent_one() -> None:
    noise = b"login: \r\nPassword: "
    bench = Bench([(b"\x18", noise)] * 3 + [(b"!", noise), (b"\x18", noise), (b"\x18", noise)], (b"",))
    with pytest.raises(LinkGarbled, match="no greeting of a GRBL board"):
        bench.cutter.connect()


def test_a_port_that_is_not_there_is_unavailable_and_nothing_is_sent() -> None:
    def nothing_there() -> ByteLink:
        raise PortUnavailable("/dev/kiosk-board: No such file or directory")

    cutter = GrblCutter(nothing_there, machine(), ManualClock())
    with pytest.raises(PortUnavailable):
        cutter.connect()
    cutter.close()


@pytest.mark.parametrize(
    ("number", "value", "said"),
    [
        ("n100", "250.000", r"\$100 \(x steps per mm\) differs: is 250, should be 400"),
        ("n101", "800.100", r"\$101"),
        ("n111", "500.000", r"\$111"),
        ("n121", "10.000", r"\$121"),
        ("n132", "200.000", r"\$132"),
        ("n20", "0", "soft limits"),
        ("n22", "0", "homing"),
        ("n3", "1", "direction mask"),
        ("n23", "3", "homing direction mask"),
        ("n13", "1", "inches"),
        ("n32", "1", "laser"),
        ("n10", "0", "status report"),
        ("n30", "1000", "fastest wheel"),
        ("n102", "", r"\$102 .* is missing"),
    ],
)
def test_a_setting_that_differs_is_named_and_never_rewritten(number: str, value: str, said: str) -> None:
    bench = Bench([*connecting(dollars=settings(**{number: value})), *safe()])
    fails(bench, BoardMismatch, said)
    assert b"=" not in bytes(bench.link.sent)


def test_all_differences_are_told_together() -> None:
    dollars = settings(n100="250.000", n20="0", n3="4")
    fault = fails(
        Bench([*connecting(dollars=dollars, offset=offsets(G54="1.000,0.000,0.000")), *safe()]), BoardMismatch
    )
    assert all(word in str(fault) for word in ("$100", "soft limits", "direction mask", "G54"))


@pytest.mark.parametrize("name", ["G54", "G58", "G92", "TLO"])
def test_a_forgotten_work_offset_is_a_mismatch(name: str) -> None:
    value = "0.010" if name == "TLO" else "0.000,0.010,0.000"
    fails(Bench([*connecting(offset=offsets(**{name: value})), *safe()]), BoardMismatch, f"offset {name} is not zero")


def test_a_startup_line_is_a_mismatch() -> None:
    fails(Bench([*connecting(startup=b"$N0=G0X-10\r\n$N1=\r\n" + OK), *safe()]), BoardMismatch, "startup line")


def test_grbl_0_9_is_a_mismatch() -> None:
    fails(Bench([(b"\x18", b"\r\nGrbl 0.9j ['$' for help]\r\n"), *safe()]), BoardMismatch, "1.1 is needed")


def test_an_open_door_is_told_as_such() -> None:
    fails(Bench([(b"\x18", BANNER), *safe()], (report("Door:1"), report("Door:0"))), DoorOpened)


def test_a_wheel_that_turns_after_a_reset_is_a_mismatch() -> None:
    reports = (report(), report(rest="FS:0,6000"), report())
    fails(Bench([*connecting(), *safe()], reports), BoardMismatch, "wheel turns")


def echoed(dialogue: Dialogue) -> Dialogue:
    for sent, answer in dialogue:
        line = sent.endswith(b"\n")
        yield sent, b"[echo: " + sent.strip() + b"]\r\n" + (answer or b"") if line else answer


def demanding_echo() -> Machine:
    return machine().model_copy(update={"wire": machine().wire.model_copy(update={"require": Assurance.ECHO})})


def test_a_board_that_echoes_is_found_out_and_its_echoes_are_held_to() -> None:
    bench = Bench(echoed(connecting()), on=demanding_echo())
    assert bench.cutter.connect().assurance is Assurance.ECHO
    bench.link.finish()


def test_a_machine_file_that_demands_echo_refuses_a_board_without() -> None:
    fails(Bench([*connecting(), *safe()], on=demanding_echo()), BoardMismatch, "demands a board with line echo")


@pytest.mark.parametrize(
    ("banner", "firmware"),
    [
        (b"\r\nGrblHAL 1.1f ['$' or '$HELP' for help]\r\n", "GrblHAL"),
        (b"\r\nGrbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]\r\n", "FluidNC"),
    ],
)
def test_grblhal_and_fluidnc_are_known(banner: bytes, firmware: str) -> None:
    info = b"[VER:1.1f.20240101:]\r\n[OPT:VNMSL,35,1024,3,0]\r\n[NEWOPT:ENUMS]\r\n[FIRMWARE:grblHAL]\r\n" + OK
    dialogue = [(b"\x18", banner), *connecting(info=info)[1:-1]]
    bench = Bench(dialogue)
    assert bench.cutter.connect().firmware == firmware
    bench.link.finish()


@pytest.mark.parametrize(
    ("number", "value", "name"),
    [
        (0, "3", "step pulse"),
        (1, "25", "step idle delay"),
        (4, "1", "enable pin"),
        (21, "0", "hard limits"),
        (24, "25.000", "homing feed"),
        (25, "500.000", "homing seek"),
        (26, "250", "homing debounce"),
        (27, "3.000", "homing pull-off"),
    ],
)
def test_each_setting_that_keeps_homing_and_holding_safe_is_compared(number: int, value: str, name: str) -> None:
    bench = Bench([*connecting(dollars=settings(**{f"n{number}": value})), *safe()])
    fails(bench, BoardMismatch, rf"\${number} \({name}")


@pytest.mark.parametrize(("options", "good"), [("V,15,128", False), ("V+,15,128", True), ("VN+,15,128", True)])
def test_a_machine_file_may_demand_a_door_input_that_is_reported_in_every_state(options: str, good: bool) -> None:
    board = machine().board.model_copy(update={"door": DoorInput.DOOR})
    on = machine().model_copy(update={"board": board})
    info = f"[VER:1.1h.20190830:]\r\n[OPT:{options}]\r\n".encode() + OK
    if good:
        Bench(connecting(info=info), on=on).cutter.connect()
        return
    fails(Bench([*connecting(info=info), *safe()], on=on), BoardMismatch, "door input")


# Homing.


def test_homing_waits_without_asking_and_takes_the_position_afterwards() -> None:
    bench = Bench([*connecting(), *homing()])
    bench.cutter.connect()
    bench.cutter.home()
    bench.link.finish()
    after = bytes(bench.link.sent).split(b"$H\n")[2]
    assert after.startswith(b"???G21G90G94\n"), "reports after the acknowledgement: the place, and the door once more"


def test_a_homing_failure_says_alarm_then_ok_then_banner_and_is_one_fault() -> None:
    dialogue = [*connecting(), (b"$H\n", b"ALARM:8\r\n"), (b"!", OK), (b"\x18", BANNER + LOCKED + BANNER + LOCKED)]
    bench = Bench(dialogue, (*[report()] * 4, report("Alarm")))
    bench.cutter.connect()
    with pytest.raises(BoardAlarm, match="home switch stayed closed"):
        bench.cutter.home()
    bench.link.finish()


def test_a_limit_alarm_is_left_by_nothing_but_a_reset() -> None:
    dead = b"[MSG:Reset to continue]\r\n"
    dialogue = [*connecting(), (b"$H\n", b"ALARM:1\r\n" + dead), (b"!", b""), (b"\x18", OK + BANNER)]
    bench = Bench(dialogue, (*[report()] * 4, b""))
    bench.cutter.connect()
    with pytest.raises(BoardAlarm, match="limit switch was hit"):
        bench.cutter.home()
    bench.link.finish()
    assert b"$X" not in bytes(bench.link.sent)


def test_nothing_moves_before_homing() -> None:
    bench = Bench([*connecting(), *safe()])
    bench.cutter.connect()
    with pytest.raises(HardwareFault, match="not homed"):
        bench.cutter.deliver()
    bench.link.finish()


def test_a_switch_still_closed_after_homing_is_a_fault() -> None:
    bench = Bench([*connecting(), *homing()[:2], *safe()], (*[report()] * 6, report(rest="FS:0,0|Pn:X"), report()))
    bench.cutter.connect()
    with pytest.raises(HardwareFault, match="limit switch of X"):
        bench.cutter.home()
    bench.link.finish()


def test_other_words_in_force_than_were_sent_are_found_at_rest() -> None:
    wrong = [*homing()[:-1], (b"$G\n", words().replace(b"G90", b"G91"))]
    bench = Bench([*connecting(), *wrong, *safe()])
    bench.cutter.connect()
    with pytest.raises(LinkGarbled, match="distance"):
        bench.cutter.home()
    bench.link.finish()


def test_a_port_lost_in_use_is_opened_again_for_nothing_but_resets() -> None:
    clock = ManualClock()
    first = Transcript(clock, [*connecting()], (report(),))
    second = Transcript(clock, [(b"\x18", b"")] * 3)
    links = iter((first, second))
    cutter = GrblCutter(lambda: next(links), machine(), clock)
    cutter.connect()
    first.cut_off = True
    with pytest.raises(LinkLost):
        cutter.home()
    assert cutter.wheel_may_turn
    assert not cutter.stop_wheel()
    cutter.close()
    second.finish()
    assert second.closed
    assert cutter.wheel_may_turn, "nobody has confirmed anything"


def test_recovery_starts_from_the_beginning_and_resumes_nothing() -> None:
    bench = Bench([*connecting(), (b"$H\n", b"ALARM:9\r\n"), *safe(), *connecting(), *homing(), *safe()])
    bench.cutter.connect()
    with pytest.raises(BoardAlarm):
        bench.cutter.home()
    with pytest.raises(BoardAlarm):
        bench.cutter.reject()
    bench.cutter.recover()
    assert bench.cutter.fault is None
    bench.cutter.close()
    bench.cutter.close()
    bench.link.finish()
    assert b"~" not in bytes(bench.link.sent)


def test_nothing_the_driver_can_send_writes_to_the_boards_memory() -> None:
    assert INFO
    bench = Bench([*connecting(), *homing()])
    bench.cutter.connect()
    bench.cutter.home()
    sent = bytes(bench.link.sent)
    assert not any(word in sent for word in (b"=", b"G10", b"G28.1", b"G30.1", b"$RST", b"$X"))
