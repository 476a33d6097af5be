"""Which languages there are: one file each, shipped with the screens or in the owner's folder `languages`.

Responsible for: finding and reading a language's file, and whether a file of the owner's says all that the screens
say. Not responsible for: its words in sentences (`ui.present.language`).
"""

from __future__ import annotations

import codecs
import gettext
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from config.ordinary_file import ordinary

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = "languages"
"""In the owner's directory."""
SHIPPED = Path(__file__).parents[1] / "ui" / "locales"
_ENGLISH = SHIPPED / "en.po"
_FINISH = "finish."
_SHOWN_AT_MOST = 5
_NO_TEAM = "LANGUAGE <"
"""How the team's name begins that tools write where nobody has named one."""
_COUNTED_AT_MOST = 1000
"""Every number of things a screen may speak of, for the form of the plural it asks for."""


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
    return tuple(key.removeprefix(_FINISH) for key in sentences(read_language(_ENGLISH)) if key.startswith(_FINISH))


def faults_of(path: Path) -> Iterator[str]:
    """What a language file lacks: a name, a sentence, or a blank to fill in that the shipped sentence has."""
    try:
        catalog, source = read_language(path), sentences(read_language(_ENGLISH))
    except (OSError, ValueError) as error:
        yield f"cannot be read: {' '.join(str(error).split())[:200]}"
        return
    if not own_name(catalog):
        yield "must say in its Language-Team header what the language calls itself"
    if not _counts(catalog):
        yield f"cannot count by its Plural-Forms header, {catalog.plural_forms!r}"
    words = sentences(catalog)
    unsure = [_key(message) for message in catalog if message.id and message.fuzzy]
    missing = [key for key in source if not all(words.get(key, ("",))) and key not in unsure]
    for reason, wrong in (
        ("says itself that it is not sure (fuzzy) of", unsure),
        ("has no words for", missing),
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


def _blanks(text: str) -> set[tuple[str, str | None, str | None]]:
    """What is filled in, and in which form."""
    return {(name, form, how) for _, name, form, how in string.Formatter().parse(text) if name is not None}


def read_language(path: Path) -> Catalog:
    """Parse one language file.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is no language file, or names a character set or a language there is none of.
    """
    # Costs a start that needs no words more than all settings.
    from babel.core import UnknownLocaleError
    from babel.messages.pofile import PoFileError, read_po

    text = BytesIO(ordinary(path).read_bytes().removeprefix(codecs.BOM_UTF8))
    try:
        return read_po(text, locale=path.stem, abort_invalid=True)
    except (PoFileError, UnknownLocaleError, LookupError) as error:
        raise ValueError(str(error)) from None


def own_name(catalog: Catalog) -> str:
    """What a language calls itself; empty where its file does not say."""
    team = str(catalog.language_team or "").strip()
    return "" if team.startswith(_NO_TEAM) else team


def _counts(catalog: Catalog) -> bool:
    """Whether the header's rule for plurals names one of the file's forms whatever is counted."""
    try:
        form_of = gettext.c2py(catalog.plural_expr)
        return all(0 <= form_of(count) < catalog.num_plurals for count in range(_COUNTED_AT_MOST))
    except (ValueError, ArithmeticError):
        return False


def sentences(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Every form of every sentence by its id.

    Not those that nobody looks up: said in some context alone, or of which their file says that it is not sure.
    """
    return {
        _key(each): (each.string,) if isinstance(each.string, str) else tuple(each.string or ())
        for each in catalog
        if each.id and each.context is None and not each.fuzzy
    }


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
