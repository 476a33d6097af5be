"""A keyway of the owner's own as staff type it in: text by field, and the tables of a keyway file that come of it.

Responsible for: the fields, depths from a step or from a list, and names that stand for closed keyways. Not responsible
for: whether the figures belong to a key that works (`config.catalogue`), writing them (`kiosk.operations.own_keyway`).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, TypeAlias

from config.catalogue import Catalogue
from config.keyway import Standing
from config.phrases import PhraseKind, Phrases, fold
from config.problems import BadInput, Problem, Wrong
from config.toml_files import Table

KeywayEntry: TypeAlias = tuple[tuple[str, str], ...]
"""(field, text as typed); a field that was left empty is not there."""
CODE, NAME, SLOT, FIRST_DEPTH, ROOTS, STEP, DEPTHS = "code", "name", "slot", "first_depth", "roots", "step", "depths"
UNITS, STOPS = ("in", "mm"), ("shoulder", "tip")
_OF_SPEC = ("first_cut", "pitch", STEP, "flat", "angle_deg", "macs", "blade_height")
_OF_BLANK = ("cuts", "blade_length", "thickness")
FIELDS = (CODE, NAME, SLOT, "unit", "stop", FIRST_DEPTH, ROOTS, DEPTHS, *_OF_SPEC, *_OF_BLANK)
ON_FILE = "is on file already"
_TYPED_AS = {"root": ROOTS, "maker": NAME, "blanks": "cuts"}
"""The field of the form behind one of a file, where it has another name."""
_LEAST_LETTERS = 4
"""A closed name as long as this is looked for inside words too."""


def keyway_tables(entry: KeywayEntry, file: str, source: str) -> Table:
    """What stands in a keyway file for it: one spec, one keyway, one blank, all of one code, open to anyone.

    Raises:
        BadInput: a field nobody reads, or depths that cannot be told.
    """
    typed = dict(entry)
    strange = sorted(set(typed) - set(FIELDS))
    if strange or len(typed) != len(entry):
        raise BadInput(Problem(file, strange[0] if strange else "", "is no field of a keyway, or stands twice"))
    code = typed.get(CODE, "")
    if not code:
        raise BadInput(Problem(file, CODE, "is missing", Wrong.MISSING))
    spec = {name: _figure(typed[name]) for name in _OF_SPEC if name in typed}
    blank = {name: _figure(typed[name]) for name in _OF_BLANK if name in typed}
    given = {name: typed[name] for name in ("unit", "stop") if name in typed}
    keyway = {
        CODE: code,
        **({NAME: typed[NAME], "maker": typed[NAME]} if NAME in typed else {}),
        "spec": code,
        "standing": {"standing": Standing.OPEN.value, "ground": "the owner's own keyway", "source": source},
        "blanks": [{CODE: code, **blank, "source": source}],
    }
    return {"spec": {code: {**given, **spec, ROOTS: _roots(typed, file), "source": source}}, "keyway": [keyway]}


def refuse_names_on_file(entry: KeywayEntry, phrases: Phrases, catalogue: Catalogue, file: str) -> None:
    """A code that is on file, or a code or name that stands for keys nobody may copy, does not come in anew.

    Raises:
        BadInput: naming what was recognised.
    """
    code = dict(entry).get(CODE, "").strip()
    if code in catalogue.blank_of or code in catalogue.keyway_of or catalogue.own_code(code):
        raise BadInput(Problem(file, CODE, ON_FILE, Wrong.ON_FILE))
    closed = [each for each in catalogue.keyways if each.standing.on(date.max) is not Standing.OPEN]
    marks = {fold(name) for each in closed for name in (each.code, each.name)}
    makers = {each for phrase in phrases.phrases if phrase.kind is PhraseKind.BRAND for each in phrase.folded}
    for field in (CODE, NAME):
        words = fold(dict(entry).get(field, ""))
        tight = words.replace(" ", "")
        found = [each for each in sorted(marks | makers) if f" {each} " in f" {words} "]
        found += [
            each for each in sorted(makers) if len(bare := each.replace(" ", "")) >= _LEAST_LETTERS and bare in tight
        ]
        found += phrases.said(words)
        if found:
            reason = f"{found[0]} stands for keys that are not copied"
            raise BadInput(Problem(file, field, reason, Wrong.CLOSED_NAME, (("name", found[0]),)))


def typed_as(field: str) -> str:
    """The field of the form behind one that a problem names, such as `keyway.LOBBY-5.pitch_mm`; "" behind none."""
    for part in reversed(re.split(r"[.\[\]]+", field)):
        name = part.removesuffix("_mm")
        if (known := _TYPED_AS.get(name, name)) in FIELDS:
            return known
    return ""


def _roots(typed: dict[str, str], file: str) -> dict[str, Any]:
    """By depth code: every one typed, or the shallowest alone and as many as `depths` says, by even steps."""
    first, texts = _figure(typed.get(FIRST_DEPTH, "1")), typed.get(ROOTS, "").split()
    if not isinstance(first, int):
        raise BadInput(Problem(file, FIRST_DEPTH, "must be a whole number", Wrong.NOT_WHOLE))
    figures = [_figure(each) for each in texts]
    if len(figures) == 1 and DEPTHS in typed:
        shallowest, step, count = figures[0], _figure(typed.get(STEP, "")), _figure(typed[DEPTHS])
        if isinstance(shallowest, str) or isinstance(step, str):
            field = ROOTS if isinstance(shallowest, str) else STEP
            raise BadInput(Problem(file, field, "must be a number", Wrong.NO_NUMBER))
        if not isinstance(count, int) or not 2 <= count <= 12:
            raise BadInput(Problem(file, DEPTHS, "must be a whole number from 2 to 12", Wrong.NO_COUNT))
        figures = [round(shallowest - number * step, 4) for number in range(count)]
    elif DEPTHS in typed and typed[DEPTHS] != str(len(figures)):
        reason = f"is {typed[DEPTHS]}, but {len(figures)} stand in the list"
        raise BadInput(Problem(file, DEPTHS, reason, Wrong.COUNT, (("listed", len(figures)),)))
    return {str(first + number): figure for number, figure in enumerate(figures)}


def _figure(text: str) -> int | float | str:
    """A number, as whole as it was typed; what is none is left for the file's own check to refuse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
