"""Connecting: the board is known, matches the machine file and is safe, or it is out of order with every reason."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from config.machine import Assurance, DoorInput, Machine, NotComparable
from hardware.errors import (
    BoardAlarm,
    BoardMismatch,
    DoorOpened,
    HardwareFault,
    LinkGarbled,
    LinkLost,
    LinkSetup,
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


GRBLHAL = b"\r\nGrblHAL 1.1f ['$' or '$HELP' for help]\r\n"
FLUIDNC = b"\r\nGrbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]\r\n"
HAL_INFO = b"[VER:1.1f.20240101:]\r\n[OPT:VNMSL,35,1024,3,0]\r\n[NEWOPT:ENUMS]\r\n[FIRMWARE:grblHAL]\r\n" + OK
HAL_ONLY = {"n14": "0", "n44": "4", "n45": "3", "n46": "0", "n481": "0"}


def grblhal(banner: bytes = GRBLHAL, **changed: str) -> list[tuple[bytes, bytes | None]]:
    dollars = settings(**(HAL_ONLY | changed))
    return [(b"\x18", banner), *connecting(info=HAL_INFO, dollars=dollars)[1:-1]]


UNTOLD = dict.fromkeys(("n2", "n3", "n5", "n6"), "")


def fluidnc(paths: dict[str, str] | None = None, **changed: str) -> list[tuple[bytes, bytes | None]]:
    """A FluidNC board; `paths` replaces what is told, "" for a path it does not know."""
    told = {f"axes/{axis}/homing/cycle": cycle for axis, cycle in zip("xyz", "221", strict=True)}
    told |= {"coolant/flood_pin": "gpio.25"} | (paths or {})
    asked = [
        (f"$/{path}\n".encode(), f"$/{path}={value}\r\n".encode() + OK if value else b"error:3\r\n")
        for path, value in told.items()
    ]
    return [(b"\x18", FLUIDNC), *connecting(dollars=settings(**(UNTOLD | changed)))[1:-1], *asked]


@pytest.mark.parametrize("banner", [GRBLHAL, b"\r\nGrbl 1.1f ['$' for help]\r\n"])
def test_grblhal_is_known_by_its_greeting_or_by_what_it_says_of_itself(banner: bytes) -> None:
    bench = Bench(grblhal(banner))
    board = bench.cutter.connect()
    assert (board.firmware, board.not_compared) == ("GrblHAL", ())
    bench.link.finish()


@pytest.mark.parametrize(
    ("number", "value", "said"),
    [
        ("n14", "8", "control inputs inverted"),
        ("n14", "", "is missing"),
        ("n44", "7", "axes homed in step 1"),
        ("n45", "7", "axes homed in step 2"),
        ("n46", "1", "axes homed in step 3"),
        ("n481", "200", "automatic reports"),
        ("n30", "1000", "acts only after the board was restarted"),
    ],
)
def test_what_only_grblhal_has_is_compared_too(number: str, value: str, said: str) -> None:
    fails(Bench([*grblhal(**{number: value}), *safe()]), BoardMismatch, said)


def test_fluidnc_is_accepted_and_what_it_does_not_tell_is_listed() -> None:
    bench = Bench(fluidnc())
    board = bench.cutter.connect()
    bench.link.finish()
    assert board.firmware == "FluidNC"
    assert [line.split()[0] for line in board.not_compared] == ["$2", "$3", "$5", "$6"]


def test_what_fluidnc_does_not_tell_and_the_machine_file_does_not_name_is_a_mismatch() -> None:
    board = machine().board.model_copy(update={"not_comparable": NotComparable(fluidnc=(2, 3, 6))})
    on = machine().model_copy(update={"board": board})
    fault = fails(Bench([*fluidnc(), *safe()], on=on), BoardMismatch, r"\$5 .* is not told by FluidNC")
    assert "$2 " not in str(fault)


def test_what_the_machine_file_lets_pass_for_fluidnc_is_still_compared_where_it_is_told() -> None:
    fails(Bench([*fluidnc(n3="4"), *safe()]), BoardMismatch, "direction mask")


def test_a_stock_board_is_let_pass_nothing() -> None:
    fails(Bench([*connecting(dollars=settings(n3="")), *safe()]), BoardMismatch, r"\$3 .* is missing")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("axes/y/homing/cycle", "1", "axes/y/homing/cycle differs: is 1, should be 2"),
        ("coolant/flood_pin", "NO_PIN", "clamp's output .* has no pin"),
    ],
)
def test_homing_order_and_the_clamps_output_are_asked_of_fluidnc_by_its_own_paths(
    path: str, value: str, said: str
) -> None:
    fails(Bench([*fluidnc({path: value}), *safe()]), BoardMismatch, said)


def test_a_path_fluidnc_does_not_know_is_listed_and_no_fault() -> None:
    bench = Bench(fluidnc({"coolant/flood_pin": ""}))
    assert any("M8" in line for line in bench.cutter.connect().not_compared)


@pytest.mark.parametrize("axis", range(3))
def test_a_homing_feed_of_fluidnc_is_compared_on_every_axis(axis: int) -> None:
    feeds = ["200.000"] * 3
    feeds[axis] = "900.000"
    dialogue = fluidnc(n24="")
    at = next(i for i, (sent, _) in enumerate(dialogue) if sent.startswith(b"$/"))
    dialogue[at:at] = [
        (
            f"$/axes/{name}/homing/feed_mm_per_min\n".encode(),
            f"$/axes/{name}/homing/feed_mm_per_min={feed}\r\n".encode() + OK,
        )
        for name, feed in zip("xyz", feeds, strict=True)
    ]
    fails(Bench([*dialogue, *safe()]), BoardMismatch, r"\$24")


CHATTER = b"ets Jul 29 2019\r\n[MSG:INFO: Connecting to STA SSID:Caf\xc3\xa9]\r\n"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r\r\n"])
@pytest.mark.parametrize("begin_s", [0.3, 4.0, 9.0, 11.5])
@pytest.mark.parametrize("chatter", [b"", CHATTER])
def test_a_board_that_boots_slowly_is_opened_once_and_waited_for(chatter: bytes, begin_s: float, ending: bytes) -> None:
    clock = ManualClock()
    opened: list[Transcript] = []

    def booting() -> Transcript:
        link = Booting(clock, begin_s, chatter, BANNER.replace(b"\r\n", ending))
        opened.append(link)
        return link

    cutter = GrblCutter(booting, machine(), clock)
    assert cutter.connect().firmware == "Grbl"
    assert len(opened) == 1
    assert bytes(opened[0].sent).count(b"\x18") <= 3
    if chatter and begin_s > 2:
        assert bytes(opened[0].sent).count(b"\x18") == 1, "a reset only where nothing comes"


class Booting(Transcript):
    """Deaf while it boots, says `chatter` every second of it, then greets."""

    def __init__(self, clock: ManualClock, begin_s: float, chatter: bytes, greeting: bytes) -> None:
        super().__init__(clock, connecting()[1:], (report(),))
        self._ready_s, self._chatter, self._greeting = clock.now_s() + begin_s, chatter, greeting
        self._next_s = clock.now_s() + 1.0
        self._greeted = False

    def write(self, data: bytes) -> None:
        if self._greeted:
            super().write(data)
        else:
            self.sent += data

    def read(self, timeout_s: float) -> bytes:
        if self._greeted:
            return super().read(timeout_s)
        at_s = min(self._ready_s, self._next_s) if self._chatter else self._ready_s
        wait_s = at_s - self.clock.now_s()
        if wait_s > timeout_s:
            self.clock.sleep(timeout_s)
            return b""
        self.clock.sleep(max(wait_s, 0.0))
        if at_s == self._ready_s:
            self._greeted = True
            return self._greeting
        self._next_s += 1.0
        return self._chatter


def test_a_wrong_speed_is_named_as_such_and_no_cable_is_blamed() -> None:
    noise = bytes([0xE1, 0x9C, 0xFE, 0x00, 0x83, 0x41]) * 5
    dialogue = [(b"\x18", noise)] * 3 + [(b"!", noise), (b"\x18", noise), (b"\x18", noise)]
    bench = Bench(dialogue, (b"",))
    with pytest.raises(LinkSetup, match="baud rate"):
        bench.cutter.connect()


def test_a_local_echo_is_named_as_such() -> None:
    dialogue = [(b"\x18", b"\x18" + BANNER), *safe()]
    fault = fails(Bench(dialogue, (b"?" + report(), report())), LinkSetup, "local echo")
    assert fault.code == "LINK_SETUP"


@pytest.mark.parametrize(
    ("dialogue", "ends"), [(grblhal(), r"\$481=0"), (fluidnc(), r"\$Report/Interval=0")], ids=["grblHAL", "FluidNC"]
)
def test_reports_that_come_by_themselves_are_named_with_the_setting_that_ends_them(
    dialogue: list[tuple[bytes, bytes | None]], ends: str
) -> None:
    asked, answer = dialogue[1]
    spoken = [dialogue[0], (asked, report() + (answer or b"")), *safe()]
    bench = Bench(spoken)
    with pytest.raises(LinkSetup, match=ends):
        bench.cutter.connect()


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
