"""A technician's visit by true clicks: sign in, jog, test cut, cameras, calibration, leave."""

from __future__ import annotations

from pathlib import Path

from tests.ui.e2e.person import Person
from tests.ui.e2e.test_by_hand import OUT, PORTRAIT, QUICK, hire, pictures
from tests.ui.e2e.test_by_hand import pytestmark as pytestmark

NUMBER, PIN = "3001", "735192"


def test_a_technician_jogs_cuts_a_test_key_looks_calibrates_and_leaves(tmp_path: Path) -> None:
    hire(tmp_path)
    hire(tmp_path, NUMBER, PIN, "technician")
    with Person(OUT / "technician", tmp_path, PORTRAIT, *QUICK) as person:
        person.waits_for("welcome")
        person.touches("staff_door")
        person.waits_for("staff_login")
        person.enters(NUMBER)
        person.enters(PIN)
        person.waits_for("staff_menu")
        person.touches("tab_kiosk")
        person.touches("service_menu")
        person.waits_for("technician")

        person.touches("tab_jog")
        person.touches("step_10")
        before = person.machine(do="state")["position_mm"]
        person.touches("jog_minus")
        person.holds("jog_minus", 3.0)
        person.waits(lambda _: person.machine(do="state")["position_mm"][0] < before[0] - 0.5)

        person.touches("tab_test")
        person.holds("test_cut")
        person.waits(lambda now: "Passed" in now["text"], patience_s=150)
        state = person.machine(do="state")
        assert state["wheel_rpm"] == 0
        assert state["fallen"]["reject"] == 1

        person.machine(do="lay", key="step-gauge")
        person.touches("tab_cameras")
        person.touches("cameras")
        person.waits(lambda now: "cameras" in now["buttons"] and "Stop looking" in now["text"])
        person.holds("calibrate")
        person.waits(lambda now: "Calibrated" in now["text"])
        person.machine(do="take")
        (file,) = (tmp_path / "calibrations").glob("calibration-*.toml")
        assert "[views.silhouette]" in file.read_text()

        person.touches("tab_wire")
        person.touches("cancel")
        person.waits_for("staff_menu")
        person.touches("cancel")
        person.waits_for("welcome")
        assert "Traceback" not in person.log()
        assert PIN not in person.log()
    assert "technician" in pictures("technician")
