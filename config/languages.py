"""Which languages there are: one file each, shipped with the screens or in the owner's folder `languages`.

Responsible for: finding a language's file, and whether a file of the owner's says all that the screens say. Not
responsible for: reading words for a screen (`ui.present.language`).
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.ordinary_file import ordinary

FOLDER = "languages"
"""In the owner's directory."""
SHIPPED = Path(__file__).parents[1] / "ui" / "locales"
_SOURCE = "en"
_FINISH = "finish."
_SHOWN_AT_MOST = 5


def language_file(code: str, own: Path | None = None) -> Path | None:
    """The file of a language: the owner's (in the folder `own`), else the shipped one, else None."""
    for folder in (own, SHIPPED):
        if folder is not None and (folder / f"{code}.po").is_file():
            return folder / f"{code}.po"
    return None


def languages_available(own: Path | None = None) -> tuple[str, ...]:
    """Codes of all language files."""
    return tuple(sorted({path.stem for folder in (own, SHIPPED) if folder is not None for path in folder.glob("*.po")}))


def finishes_named() -> tuple[str, ...]:
    """Finishes of blanks that the screens have a word for."""
    return tuple(key.removeprefix(_FINISH) for key in _sentences(SHIPPED / f"{_SOURCE}.po") if key.startswith(_FINISH))


def faults_of(path: Path) -> Iterator[str]:
    """What a language file lacks: a name, a sentence, or a blank to fill in that the shipped sentence has."""
    try:
        words, source = _sentences(path), _sentences(SHIPPED / f"{_SOURCE}.po")
    except (OSError, ValueError) as error:
        yield f"cannot be read: {' '.join(str(error).split())[:200]}"
        return
    if not words.pop("", ("",))[0]:
        yield "must say in its Language-Team header what the language calls itself"
    source.pop("")
    for reason, wrong in (
        ("has no words for", [key for key in source if not all(words.get(key, ("",)))]),
        ("fills in something else than the English words of", [key for key in source if _odd(words, source, key)]),
    ):
        if wrong:
            more = f" and {len(wrong) - _SHOWN_AT_MOST} more" if len(wrong) > _SHOWN_AT_MOST else ""
            yield f"{reason} {', '.join(wrong[:_SHOWN_AT_MOST])}{more}"


def _odd(words: dict[str, tuple[str, ...]], source: dict[str, tuple[str, ...]], key: str) -> bool:
    """Whether a sentence would fail when it is filled in. One that leaves out what it could say does not."""
    known = set().union(*map(_blanks, source[key]))
    try:
        return any(not _blanks(form) <= known for form in words.get(key, ()))
    except ValueError:
        return True


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _sentences(path: Path) -> dict[str, tuple[str, ...]]:
    """Every form of every sentence by its id; the language's own name by ""."""
    # Costs a start that needs no words more than all settings.
    from babel.core import UnknownLocaleError
    from babel.messages.pofile import PoFileError, read_po

    try:
        with ordinary(path).open("rb") as file:
            catalog: Any = read_po(file, locale=path.stem, abort_invalid=True)
        found: dict[str, tuple[str, ...]] = {"": (str(catalog.language_team or ""),)}
    except (PoFileError, UnknownLocaleError) as error:
        raise ValueError(str(error)) from None
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return found
