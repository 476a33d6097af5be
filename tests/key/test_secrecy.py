from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hardware.scan import Frame, ScanFrames
from kiosk.identification.section.line import LineReading
from kiosk.key.reading import Candidate, Cut, Identification, KeyReading, Outcome, SectionReading
from kiosk.key.secrecy import wipe


@dataclass
class Holder:
    value: object


def arrays(value: object) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, Holder):
        return arrays(value.value)
    if isinstance(value, dict):
        return [each for item in value.values() for each in arrays(item)]
    return [each for item in value for each in arrays(item)] if isinstance(value, list | tuple) else []


ARRAYS = st.builds(lambda n: np.arange(1.0, n + 1), st.integers(1, 5))
NESTED = st.recursive(
    ARRAYS | st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner) | st.builds(Holder, inner),
    max_leaves=12,
)


@given(NESTED)
def test_every_array_is_overwritten_however_deep(value: object) -> None:
    held = arrays(value)
    assert wipe(value) == len(held)
    assert not any(each.any() for each in held)


def test_read_only_arrays_and_views_of_them_are_overwritten_too() -> None:
    base = np.arange(10.0)
    view = base[2:6]
    base.flags.writeable = view.flags.writeable = False
    wipe(view)
    assert not view.any()


def test_what_holds_itself_is_wiped_once() -> None:
    loop: list[object] = [np.ones(3)]
    loop.append(loop)
    assert wipe(loop) == 1


def test_frames_and_readings_are_wiped() -> None:
    frames = ScanFrames(
        silhouette=Frame(np.full((4, 4), 9, np.uint8), 0.03), head=Frame(np.full((4, 4, 3), 9, np.uint8), 0.06)
    )
    reading = KeyReading(
        profile=np.ones((5, 2)), section=SectionReading(np.ones(5), np.ones(5), np.ones(5)), blade_height_mm=8.5
    )
    assert wipe(frames, reading) == 6
    assert frames.silhouette is not None
    assert not frames.silhouette.pixels.any()
    assert reading.profile is not None
    assert not reading.profile.any()


def test_no_repr_shows_a_value() -> None:
    held = (
        ScanFrames(silhouette=Frame(np.full((4, 4), 77, np.uint8), 0.03)),
        KeyReading(profile=np.full((5, 2), 7.77), blade_height_mm=7.77),
        SectionReading(np.full(5, 7.77), None, None),
        LineReading(np.full(5, 7.77), 7.77, 7.77, 7.77),
        Identification(
            Outcome.IDENTIFIED, "KW1", "KW1", cuts=(Cut("7", 7.77, 0.0, 0.0),), ranked=(Candidate("s", 0.77),)
        ),
        Cut("7", 7.77, 0.77, 0.7),
    )
    assert not any("7" in repr(each).replace("0x7", "").split(" at ")[0] for each in held)


def test_core_dumps_are_off_for_good() -> None:
    code = (
        "import resource, ctypes; from kiosk.key.secrecy import no_core_dumps; no_core_dumps();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "(0, 0) 0"
