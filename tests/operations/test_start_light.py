"""What a command loads: no simulator, window or extra that it does not need. Held by lists, not by time."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from config.problems import BadInput
from kiosk.command_line import COMMANDS, Group, app, loaded
from tests.support.paths import ROOT

EXTRAS = {"escpos", "matplotlib", "paho", "psycopg"}
USERS = (
    "kiosk.commands.keyway_drawing",
    "kiosk.cutting.drawing",
    "kiosk.operations.report_html",
    "kiosk.operations.report_plots",
    "kiosk.rehearsal.cut_picture",
    "kiosk.operations.fleet.collector",
    "kiosk.operations.fleet.mqtt",
)
MACHINERY = {"cv2", "kivy", "numpy", "onnxruntime", "pydantic", "shapely", "transitions", *EXTRAS}

CHILD = """
import atexit, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
atexit.register(lambda: print("LOADED", *sys.modules))
sys.argv = ["kiosk", *{words!r}]
{first}
from kiosk.__main__ import main
main()
"""


def kiosk(
    *words: str,
    absent: set[str] = frozenset(),
    first: str = "",
) -> tuple[int, str, str, set[str]]:
    """Exit status, what was said, what was complained of, and the modules that were loaded in the end."""
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy", "KIVY_NO_ARGS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", CHILD.format(absent=set(absent), words=list(words), first=first)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
    )
    said, _, modules = ended.stdout.partition("LOADED ")
    return ended.returncode, said, ended.stderr, set(modules.split())


def packages(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def rehearsed(modules: set[str]) -> set[str]:
    return {module for module in modules if module.startswith(("simulator", "kiosk.rehearsal"))}


def test_the_version_is_said_without_loading_the_machine() -> None:
    status, said, _, modules = kiosk("--version")
    assert (status, said) == (0, f"kiosk {version('keykiosk')}\n")
    assert not packages(modules) & {*MACHINERY, "config.settings", "simulator", "ui", "hardware"}
    assert not rehearsed(modules)


def test_identifying_a_picture_loads_no_window_and_no_simulator(tmp_path: Path) -> None:
    picture = tmp_path / "paper.png"
    Image.fromarray(np.full((400, 900), 245, np.uint8)).save(picture)
    status, said, _, modules = kiosk("identify", "--mm-per-px", "0.05", str(picture))
    assert status == 0
    assert "paper.png" in said
    assert not packages(modules) & {"kivy", "ui", *EXTRAS}
    assert not rehearsed(modules)


def test_a_real_kiosk_loads_no_simulator_no_rehearsal_and_no_extra(tmp_path: Path) -> None:
    (tmp_path / "machine.toml").write_text("nonsense = 1\n", encoding="utf-8")
    status, _, complained, modules = kiosk(
        "run", "--config", str(tmp_path), "--data", str(tmp_path / "data"), first="import ui.app, ui.album"
    )
    assert status == 2
    assert "nonsense" in complained
    assert "kiosk.compose" in modules
    assert not packages(modules) & EXTRAS
    assert not rehearsed(modules)


def test_a_kiosk_without_the_extras_sells() -> None:
    status, said, complained, _ = kiosk(
        "scenario", "run", "kiosk/rehearsal/scenarios/sell_kw1.toml", absent=EXTRAS, first="import kiosk.launch.run"
    )
    assert status == 0, complained
    assert "1 of 1 as they must be" in said


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (("catalogue", "show", "KW1", "--svg", "{tmp}/k.svg"), "reports"),
        (("service", "plan", "--keyway", "KW1", "--bitting", "35244", "--svg", "{tmp}/k.svg"), "reports"),
        (("report", "--data", "{tmp}", "--html", "{tmp}/r.html"), "reports"),
        (("simulate", "cut", "--keyway", "KW1", "--bitting", "35244", "--png", "{tmp}/c.png"), "reports"),
        (("fleet", "collect"), "fleet"),
    ],
)
def test_a_missing_extra_is_one_line_that_names_what_to_install(
    words: tuple[str, ...], extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_MQTT_PASSWORD", "x")
    monkeypatch.setenv("KIOSK_COLLECTOR_DSN", "x")
    for module in [*EXTRAS, *(name for name in sys.modules if name.partition(".")[0] in EXTRAS)]:
        monkeypatch.setitem(sys.modules, module, None)
    for module in USERS:
        monkeypatch.delitem(sys.modules, module, raising=False)
    ended = CliRunner().invoke(app, [word.format(tmp=tmp_path) for word in words])
    assert isinstance(ended.exception, BadInput)
    assert f"keykiosk[{extra}]" in str(ended.exception.problems[0])
    assert not list(tmp_path.iterdir())


def test_every_name_of_the_table_of_commands_is_there() -> None:
    entries = COMMANDS.values()
    names = [each for each in entries if isinstance(each, str)]
    for group in entries:
        if isinstance(group, Group):
            names += [*group.commands.values(), *([group.alone] if group.alone else [])]
    assert all(callable(loaded(name)) for name in names)
