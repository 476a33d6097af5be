"""What a technician reads off the glass: axes upon their travel, lamps by name, the wire with its times, the drift."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware.grbl.wire_log import WireLog
from hardware.ports import MachineStatus, WireLine
from kiosk.session.snapshot import ServiceView, Snapshot
from kiosk.session.states import State
from ui.gallery import sample_store
from ui.present.local import Local
from ui.present.present import present
from ui.present.samples import SERVICE
from ui.present.shown import Alert, LampShown, ServiceDetail


def tab(name: str, service: ServiceView = SERVICE) -> ServiceDetail:
    snapshot = Snapshot(State.TECHNICIAN, simulated=False, service=service)
    detail = present(snapshot, Local(tab=name), sample_store("portrait")).detail
    assert isinstance(detail, ServiceDetail)
    return detail


def lamps(status: MachineStatus | None) -> dict[str, LampShown]:
    return {lamp.label: lamp for lamp in tab("machine", replace(SERVICE, status=status)).lamps}


def test_each_axis_stands_where_the_board_says_upon_the_travel_of_the_machine_file() -> None:
    axes = tab("machine").axes
    assert [(axis.name, axis.place_mm, axis.travel_mm) for axis in axes] == [
        ("X", -60.0, 100.0),
        ("Y", -2.0, 30.0),
        ("Z", -35.0, 360.0),
    ]
    unknown = replace(SERVICE, status=MachineStatus("Alarm", None, 0.0, 0.0))
    assert [axis.place_mm for axis in tab("machine", unknown).axes] == [None, None, None]


@pytest.mark.parametrize(
    ("pins", "state", "label", "alert"),
    [
        ("D", "Door", "Guard door", Alert.DANGER),
        ("R", "Idle", "Emergency stop", Alert.DANGER),
        ("X", "Idle", "Limit switches", Alert.WARN),
        ("P", "Idle", "Probe", Alert.ON),
    ],
)
def test_an_input_that_is_closed_lights_its_own_lamp_alone(pins: str, state: str, label: str, alert: Alert) -> None:
    lit = {lamp.label: lamp.alert for lamp in lamps(MachineStatus(state, None, 0.0, 0.0, pins)).values()}
    assert lit.pop(label) is alert
    assert set(lit.values()) == {Alert.OFF}


def test_a_silent_board_lights_no_lamp_as_if_all_were_well() -> None:
    for status in (None, MachineStatus("Unknown", None, 0.0, 0.0)):
        (lamp,) = lamps(status).values()
        assert lamp.alert is Alert.WARN


def test_a_wheel_that_turns_is_lit_with_its_speed() -> None:
    lamp = lamps(MachineStatus("Run", None, 400.0, 9000.0))["Wheel, feed"]
    assert lamp.alert is Alert.ON
    assert "9,000 rpm" in lamp.value


def test_a_line_of_the_wire_has_its_time_its_way_and_a_colour_where_something_is_wrong() -> None:
    wire = (
        WireLine(">", "$H", "home", 1795823821.0),
        WireLine("<", "ok", "ok", 1795823833.0),
        WireLine("<", "ALARM:1", "alarm", 1795823834.0),
        WireLine(">", "!", "hold", 1795823835.0),
    )
    shown = tab("wire", replace(SERVICE, wire=wire)).wire
    assert [line.text.split()[0][-3:] for line in shown] == [":57"] * 4, "to the minute: no second is kept"
    assert [line.to_board for line in shown] == [True, False, False, True]
    assert [line.alert for line in shown] == [Alert.OFF, Alert.OFF, Alert.DANGER, Alert.WARN]


def test_the_wire_log_stamps_whole_minutes_so_that_no_cuts_duration_is_read_from_it() -> None:
    times = iter((100.26, 119.94, 121.1))
    log = WireLog(utc_s=lambda: next(times))
    for line in (b"$H\n", b"$I\n", b"$$\n"):
        log.sent(line)
    assert [line.at_utc_s for line in log.lines()] == [60.0, 60.0, 120.0]


def test_drift_is_shown_against_the_machines_own_limit_on_an_axis_with_words() -> None:
    drift = tab("measure").drift
    assert (drift.values_mm, drift.limit_mm) == (SERVICE.drift_mm, SERVICE.drift_limit_mm)
    assert drift.ticks == ("+0.030", "0", "−0.030")


def test_every_tab_has_an_icon_of_its_own() -> None:
    icons = [action.icon for action in tab("machine").tabs]
    assert len(set(icons)) == len(icons)
    assert all(icons)


def test_an_input_without_a_lamp_of_its_own_is_there_by_its_letter() -> None:
    service = replace(SERVICE, status=MachineStatus("Idle", None, 0.0, 0.0, "A"))
    assert [line.value for line in tab("machine", service).lines] == ["at rest · inputs A"]
    assert [line.value for line in tab("jog", service).lines] == ["at rest · inputs A"]
