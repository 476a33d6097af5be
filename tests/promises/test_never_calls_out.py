"""Never call out: nothing on the kiosk opens a connection that its owner did not configure, or looks up a host.

Who would break it: no person, but a library that reports its use to its maker (the reader's model runner does unless it
is switched off before it is loaded), or one that fetches a missing model from the network. And whoever reads the disk
later: what such a library keeps in a home folder is outside what the kiosk wipes, backs up and protects.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.support.quiet import outside, traced

SALE = "sell_real_pictures_kw1"
SCENARIOS = Path(__file__).resolve().parents[2] / "kiosk" / "rehearsal" / "scenarios"
TEMPORARY = (Path(tempfile.gettempdir()), Path("/dev/shm"))  # noqa: S108 - where rehearsals keep their records


def test_a_whole_sale_with_the_real_reader_reaches_for_no_network_and_writes_nowhere_else(tmp_path: Path) -> None:
    sold = traced(tmp_path, "scenario", "run", str(SCENARIOS / f"{SALE}.toml"))
    assert (sold.status, "1 of 1 as they must be" in sold.said) == (0, True), sold.said
    assert sold.reached == ()
    assert any("sales.db" in path for path in sold.written), "the trace sees what is written"
    assert outside(sold.written, *TEMPORARY) == []
    assert [*(tmp_path / "home").iterdir(), *(tmp_path / "here").iterdir()] == []


def test_the_reader_is_switched_off_from_reporting_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    from kiosk.identification.head import letters

    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    seen: list[str] = []

    class Runner:
        @staticmethod
        def RapidOCR(params: object) -> object:  # noqa: N802 - the library's name
            seen.append(os.environ["ORT_DISABLE_TELEMETRY"])
            return object()

    monkeypatch.setitem(sys.modules, "rapidocr", Runner)
    letters.Letters()
    assert seen == ["1"]
