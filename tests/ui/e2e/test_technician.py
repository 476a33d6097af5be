"""A technician's visit by true clicks: sign in, jog, test cut, cameras, calibration, leave."""

from __future__ import annotations

from tests.ui.e2e.person import TECHNICIAN, Person
from tests.ui.e2e.test_by_hand import pytestmark as pytestmark


def test_a_technician_jogs_cuts_a_test_key_looks_calibrates_and_leaves(person: Person) -> None:
    person.signs_in(TECHNICIAN)
    person.waits_for("staff_menu")
    person.touches("tab_kiosk")
    person.touches("service_menu")
    person.waits_for("technician")

    person.touches("tab_jog")
    person.touches("step_10")
    before = person.machine(do="state")
    person.touches("jog_minus")
    person.holds("jog_minus", lambda _: person.machine(do="state")["position_mm"][0] < before["position_mm"][0] - 0.5)

    person.touches("tab_test")
    person.holds("test_cut")
    person.waits(lambda now: "Slot 1 passed: " in now["text"], patience_s=150)
    state = person.machine(do="state")
    assert state["wheel_rpm"] == 0
    assert state["fallen"]["reject"] == before["fallen"]["reject"] + 1

    person.machine(do="lay", key="step-gauge")
    person.touches("tab_cameras")
    person.touches("cameras")
    person.waits(lambda now: "cameras" in now["buttons"] and "Stop looking" in now["text"])
    person.holds("calibrate")
    person.waits(lambda now: "Calibrated" in now["text"])
    person.machine(do="take")
    (file,) = (person.data / "calibrations").glob("calibration-*.toml")
    assert "[views.silhouette]" in file.read_text()

    person.touches("tab_wire")
    person.touches("cancel")
    person.waits_for("staff_menu")
    person.touches("cancel")
    person.waits_for("welcome")
    assert "technician" in person.pictures()
