"""What a comment, a docstring or a guide puts in backticks exists: somebody who looks for it finds it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("config", "hardware", "kiosk", "simulator", "ui")
OF_OTHERS = {
    *("LINE_BUFFER_SIZE", "HOMING_CYCLE_0", "HOMING_CYCLE_1", "ENABLE_SAFETY_DOOR_INPUT_PIN"),
    *("REPORT_ECHO_LINE_RECEIVED", "USE_LINE_NUMBERS"),
    "msgid",
}
"""Names of GRBL's own source and of gettext's files."""


@cache
def files() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(Path(name) for name in listed.splitlines() if (ROOT / name).exists())


_PIECES = re.compile(
    r'(?P<prose>(?<!\w)"""(?:\\.|[^\\])*?"""|#[^\n]*)|"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL,
)
"""Comments and strings; read by Python's own tokenizer the tree takes many times as long."""


@cache
def parts(file: Path) -> tuple[str, str]:
    """A module's prose (comments and strings of three quotes), and all else."""
    text = (ROOT / file).read_text(encoding="utf-8")
    prose = "\n".join(found["prose"] for found in _PIECES.finditer(text) if found["prose"])
    return prose, _PIECES.sub(lambda found: "" if found["prose"] else found[0], text)


@cache
def words_of_the_tree() -> frozenset[str]:
    """Every identifier and every word of a string or settings file, and the names of files."""
    words = set(OF_OTHERS)
    for file in files():
        words.update((*file.parts, file.stem))
        if file.suffix == ".py":
            words.update(re.findall(r"\w+", parts(file)[1]))
        elif file.suffix in (".toml", ".kv", ".service", ".sh", ".conf", ".rules") or file.name == "Makefile":
            words.update(re.findall(r"\w+", (ROOT / file).read_text(encoding="utf-8")))
    return frozenset(words)


@cache
def places() -> frozenset[str]:
    return frozenset(str(place) for file in files() for place in (file, *file.parents))


def quoted(file: Path) -> Iterator[str]:
    """What stands in backticks in this file's prose."""
    if file.suffix == ".py":
        prose = parts(file)[0]
    else:
        prose = re.sub(r"```.*?```", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.DOTALL)
    for found in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose):
        yield re.sub(r"\(.*\)$", "", found.strip())


def missing(name: str) -> bool:
    """Whether `name` has the form of a path, module or identifier of ours and is none."""
    first = re.split(r"[./]", name)[0]
    if re.fullmatch(r"\.?[\w-]+(/[\w.-]+)+/?", name):
        ours = {place.partition("/")[0] for place in places()}
        return name.partition("/")[0] in ours and name.rstrip("/") not in places()
    if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", name) and first in HOUSES:
        return not resolves(name)
    if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
        return not set(name.split(".")) <= words_of_the_tree()
    return False


def resolves(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    steps = name.split(".")
    for count in range(len(steps), 0, -1):
        here = Path(*steps[:count])
        if str(here) in places() or f"{here}.py" in places():
            if count == len(steps):
                return True
            if str(here).startswith("ui/") and not str(here).startswith("ui/present"):
                return steps[count] in set(
                    re.findall(r"\w+", parts(here.with_suffix(".py"))[1])
                )  # importing opens a window
            found: object = import_module(".".join(steps[:count]))
            for part in steps[count:]:
                annotations = getattr(found, "__annotations__", {})
                if not hasattr(found, part) and part not in annotations:
                    return str(Path(*steps[:count], part).with_suffix(f".{part}")) in places()
                found = getattr(found, part, None)
            return True
    return str(Path(*steps[:-1]).with_suffix(f".{steps[-1]}")) in places()  # a settings file


def test_what_stands_in_backticks_exists() -> None:
    prose = [file for file in files() if file.suffix in (".md", ".py")]
    assert [f"{file}: {name}" for file in prose for name in quoted(file) if missing(name)] == []


def test_what_a_guide_links_to_exists() -> None:
    for file in (file for file in files() if file.suffix == ".md"):
        targets = re.findall(r"\]\(([^)\s]+)\)", (ROOT / file).read_text(encoding="utf-8"))
        inside = [target.partition("#")[0] for target in targets if "://" not in target]
        assert [target for target in inside if target and not (ROOT / file.parent / target).exists()] == [], file
