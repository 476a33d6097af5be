"""The way of a key in one file is true: it runs, and the README shows it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.one_key import copy_one_key

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "one_key.py"


def test_a_plain_key_becomes_a_copy_within_tolerance() -> None:
    errors = copy_one_key("schlage-new")
    assert errors.passed
    assert len(errors.cuts_mm) == 5


def test_a_key_the_rules_stop_is_not_cut() -> None:
    with pytest.raises(SystemExit, match="DND_"):
        copy_one_key("dnd")


def test_it_fits_on_one_page_and_the_readme_shows_its_heart() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    lines = [line.strip() for line in text.splitlines()]
    assert shown
    assert [line for line in shown.splitlines() if line.strip() not in (*lines, "…")] == []
