"""The guide to adding a law, followed to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.command_line import app
from tests.support.paths import ROOT

GUIDE = (ROOT / "docs" / "adding-a-law.md").read_text().replace("XX-YY", "US-VT")
"""With a place that exists, as its reader puts one there."""


@pytest.mark.parametrize(("day", "fires"), [("2027-02-01", True), ("2026-12-31", False)])
def test_the_law_of_the_guide_loads_and_its_command_shows_it(tmp_path: Path, day: str, fires: bool) -> None:
    example = re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    command = re.search(r'`kiosk (policy explain) --keyway SC1 --stamp "do not duplicate" (.*?) --date', GUIDE)
    assert example
    assert command
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "xx-yy.toml").write_text(example[1])
    asked = [*command[1].split(), "--keyway", "SC1", "--stamp", "do not duplicate", *command[2].split(), "--date", day]
    answer = CliRunner().invoke(app, asked, env={"KIOSK_CONFIG": str(tmp_path)})
    assert answer.exit_code == 0
    assert ("XX_MARK_WITH_PHONE" in answer.output) is fires
