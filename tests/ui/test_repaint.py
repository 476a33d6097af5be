"""Pixels of the whole window are compared in a process of its own: Kivy has one window a process, whoever used it."""

from __future__ import annotations

import subprocess
import sys

from tests.support.paths import ROOT

CASES = ROOT / "tests" / "ui" / "repaint_cases.py"


def test_only_what_changed_is_drawn_again_and_nobody_could_tell() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(CASES)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert ended.returncode == 0, ended.stdout[-4000:]
