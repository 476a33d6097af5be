"""Never move where nobody can stop it: while the machine may move, whatever screen is up has STOP, and it acts at once.

Who would need it: staff who recover a machine with a sleeve in it; whoever walks up to the glass they have just left;
a technician whose account ends in a test cut; a shopper beside a kiosk that homes after a power-up.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.errors import BoardAlarm, HomingUnsure
from hardware.grbl.cutter import GrblCutter
from kiosk.rehearsal.virtual_time import NothingHappens
from kiosk.session.intents import Cancel, Intent, Recover, ServiceAction, ServiceMenu, ServiceTask, StaffKey, Stop
from kiosk.session.phases.single_actions import MOVES
from kiosk.session.snapshot import Snapshot, StaffView
from kiosk.session.states import State
from tests.session.parts import BAD_COPY, Shop, shop
from tests.session.test_people import to_menu
from tests.session.test_selling import buy
from tests.support.staff_hands import signs_in
from ui.gallery import sample_store
from ui.present.local import Local
from ui.present.present import present
from ui.present.samples import SAMPLES

PIN = "190283"
AT_REST = ("connect", "stop", "stop_wheel", "close")


class Watched(list[str]):
    """A cutter's diary that looks at the screen before each motion it notes."""

    def __init__(self, kiosk: Shop) -> None:
        super().__init__()
        self._kiosk = kiosk
        self.seen: set[State] = set()
        self.without: list[tuple[State, str]] = []

    def append(self, what: str) -> None:
        super().append(what)
        if what not in AT_REST:
            now = self._kiosk.stage.now
            self.seen.add(now.state)
            if not has_stop(now):
                self.without.append((now.state, what))


def has_stop(now: Snapshot) -> bool:
    shown = present(now, Local(), sample_store("portrait"))
    return shown.waiting is None and any(
        action.id == "stop" and action.enabled and isinstance(action.does, Stop) for action in shown.actions
    )


def watch(kiosk: Shop) -> Watched:
    kiosk.cutter.diary = diary = Watched(kiosk)
    return diary


def test_the_start_a_sale_and_a_recut_move_under_stop_alone(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        diary = watch(kiosk)
        kiosk.reader.errors.append(BAD_COPY)
        buy(kiosk)
        kiosk.stage.run_to(State.THANK_YOU)
        assert {"home", "load 1", "run", "check", "reject", "deliver"} <= set(diary)
        assert diary.seen >= {State.STARTING, State.LOADING, State.CUTTING, State.CHECKING, State.DELIVERING}
        assert diary.without == []


@pytest.mark.parametrize("task", sorted(MOVES))
def test_whatever_a_technician_has_moved_moves_under_stop(tmp_path: Path, task: ServiceTask) -> None:
    with shop(tmp_path) as kiosk:
        kiosk.stage.begin()
        to_menu(kiosk, "3001")
        kiosk.stage.post(ServiceMenu())
        kiosk.stage.run_to(State.TECHNICIAN)
        diary = watch(kiosk)
        kiosk.stage.post(ServiceAction(task, axis="x", distance_mm=1.0))
        kiosk.stage.run_until(lambda _: bool(diary))
        assert diary.seen == {State.TECHNICIAN}
        assert diary.without == []


def broken(kiosk: Shop) -> None:
    kiosk.stage.begin()
    kiosk.stage.run_to(State.WELCOME)
    kiosk.stage.post(Stop())
    kiosk.stage.run_to(State.OUT_OF_ORDER)


@pytest.mark.parametrize("then", [(), (Cancel(),), (Cancel(), StaffKey()), (ServiceMenu(),)])
def test_recovering_moves_under_stop_wherever_staff_have_gone_meanwhile(
    tmp_path: Path, then: tuple[Intent, ...]
) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "3001", PIN)
        diary = watch(kiosk)
        for wish in (Recover(), *then):
            kiosk.stage.post(wish)
            kiosk.stage.controller.step()
        kiosk.stage.run_until(lambda _: bool(diary))
        assert diary == ["recover"]
        assert diary.without == []
        kiosk.stage.run_until(lambda now: not now.may_move)
        if kiosk.stage.now.state is not State.TECHNICIAN:
            assert not has_stop(kiosk.stage.now), "what no longer moves offers none"


@pytest.mark.parametrize("state", State)
def test_a_screen_of_any_state_has_stop_once_the_machine_may_move(state: State) -> None:
    for name, (snapshot, local) in SAMPLES.items():
        if snapshot.state is state:
            moving = Snapshot(**{**vars(snapshot), "may_move": True})
            shown = present(moving, local, sample_store("portrait"))
            assert [action.id for action in shown.actions].count("stop") == 1, name
            assert "Stop the machine now" in shown.spoken, name


def test_stop_in_recovering_reaches_the_machine_before_the_session_and_staff_stay_where_they_see_it(
    tmp_path: Path,
) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "1001", PIN)
        kiosk.stage.post(Recover())
        kiosk.stage.controller.step()
        kiosk.stage.post(Stop())
        assert kiosk.cutter.diary[-1] == "stop"
        kiosk.stage.run_until(lambda now: not now.may_move)
        now = kiosk.stage.now
        assert now.state is State.STAFF_MENU
        assert now.fault is not None
        assert (now.fault.failed_code, now.fault.recovering) == ("STOPPED", False)
        assert "recover" not in kiosk.cutter.diary


def test_a_homing_that_was_stopped_is_told_as_stopped_whatever_the_board_says_of_it(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "1001", PIN)

        def stopped_while_homing(wanted: object = None) -> None:
            kiosk.stage.post(Stop())
            raise HomingUnsure("reset while it homed")

        kiosk.cutter.recover = stopped_while_homing  # type: ignore[method-assign,assignment]
        kiosk.stage.post(Recover())
        kiosk.stage.run_until(lambda now: now.may_move)
        now = kiosk.stage.run_until(lambda now: not now.may_move)
        assert now.fault is not None
        assert now.fault.failed_code == "STOPPED"


@pytest.mark.parametrize("pressed", [True, False])
def test_a_homing_that_the_emergency_stop_ended_is_told_as_that_and_no_other_as_it(
    tmp_path: Path, *, pressed: bool
) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "1001", PIN)

        def alarmed(wanted: object = None) -> None:
            kiosk.cutter.pins = "R" if pressed else ""
            raise BoardAlarm(6, "reset while it homed")

        kiosk.cutter.recover = alarmed  # type: ignore[method-assign,assignment]
        kiosk.stage.post(Recover())
        kiosk.stage.run_until(lambda now: now.may_move)
        now = kiosk.stage.run_until(lambda now: not now.may_move)
        assert now.fault is not None
        assert now.fault.failed_code == ("STOPPED" if pressed else "BOARD_ALARM")
        now = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.machine is not None)
        title = present(now, Local(), sample_store("portrait")).title
        assert (title == "The emergency stop was pressed") is pressed


@pytest.mark.parametrize(("pins", "then"), [("D", ""), ("R", ""), ("D", "R"), ("R", "D")])
@pytest.mark.parametrize("technician", [False, True])
def test_what_stands_against_recovering_is_said_no_longer_than_it_does(
    tmp_path: Path, *, technician: bool, pins: str, then: str
) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "3001", PIN)
        if technician:
            kiosk.stage.post(ServiceMenu())
            kiosk.stage.run_to(State.TECHNICIAN)

        def said(now: Snapshot) -> object:
            if technician:
                return now.service.message if now.service is not None else None
            return now.staff.message if now.staff is not None else None

        def seen(now: Snapshot) -> str:
            status = now.service.status if technician and now.service else now.staff.machine if now.staff else None
            return status.pins if status is not None else "?"

        kiosk.cutter.pins = pins
        kiosk.stage.run_until(lambda now: seen(now) == pins)
        kiosk.stage.post(Recover())
        kiosk.stage.run_until(lambda now: said(now) is not None)
        kiosk.cutter.pins = then
        now = kiosk.stage.run_until(lambda now: seen(now) == then)
        assert said(now) is None


def test_no_time_out_covers_stop_while_the_machine_recovers(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "1001", PIN)
        covered: list[str] = []
        recover = kiosk.cutter.recover

        def slowly(wanted: object = None) -> None:
            # As long as a machine needs that homes over and over.
            for _ in range(60):
                kiosk.clock.sleep(10.0)
                kiosk.stage._posted()
                if kiosk.stage.now.waiting is not None:
                    covered.append("covered")
            recover()

        kiosk.cutter.recover = slowly  # type: ignore[method-assign,assignment]
        kiosk.stage.post(Recover())
        kiosk.stage.run_until(lambda now: now.may_move)
        kiosk.stage.run_until(lambda now: not now.may_move)
        assert covered == []
        with pytest.raises(NothingHappens):
            kiosk.stage.run_until(lambda now: now.waiting is not None and now.may_move, limit_s=600)


def test_a_recovery_that_failed_says_why_and_when_beside_the_first_cause(tmp_path: Path) -> None:
    with shop(tmp_path) as kiosk:
        broken(kiosk)
        signs_in(kiosk.stage, "1001", PIN)
        kiosk.stage.post(Recover())
        kiosk.stage.controller.step()
        kiosk.cutter.pins = "D"
        kiosk.stage.run_until(lambda now: not now.may_move)
        now = kiosk.stage.now
        assert now.fault is not None
        assert (now.fault.code, now.fault.failed_code) == ("STOPPED", "DOOR_OPEN")
        assert now.fault.failed_utc_s == kiosk.clock.utc().timestamp()
        assert now.staff is not None
        assert now.staff.machine is None, "how it stood before is not said of it now"
        now = kiosk.stage.run_until(lambda now: now.staff is not None and now.staff.machine is not None)
        shown = present(now, Local(), sample_store("portrait"))
        assert "The guard was opened" in shown.spoken
        assert "Close the guard until it clicks." in shown.spoken


def test_of_a_homing_machine_the_screen_does_not_say_that_its_door_is_closed() -> None:
    homing = GrblCutter.status(_Homing())  # type: ignore[arg-type]
    now = Snapshot(State.STAFF_MENU, simulated=False, may_move=True, staff=StaffView(machine=homing, recovering=True))
    shown = present(now, SAMPLES["34-staff-kiosk"][1], sample_store("portrait"))
    assert "Guard door: not known" in shown.spoken
    assert "closed" not in shown.spoken.partition("Guard door")[2].partition("You can choose")[0].partition(".")[0]


class _Homing:
    """As much of a cutter as is asked while it homes."""

    class latch:  # noqa: N801 - stands for an attribute
        homing = True
