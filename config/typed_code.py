"""A key typed as its code: which blank it asks for, and its cuts.

Responsible for: distinguishing a typed code from a slip. Not responsible for: whether such a key can be cut.
"""

from __future__ import annotations

from config.catalogue import Catalogue
from config.keyway import Blank, Keyway
from config.problems import BadInput, Problem

_TYPED = "command line"


def typed_blank(catalogue: Catalogue, code: str | None) -> tuple[Keyway, Blank]:
    """The blank (or a keyway's first blank) of a code.

    Raises:
        BadInput: none was typed, it is not known, or known only to be refused.
    """
    if code is None:
        raise BadInput(Problem(_TYPED, "--keyway", "is missing"))
    try:
        keyway, blank = catalogue.find(code)
    except BadInput as unknown:
        raise BadInput(Problem(_TYPED, "--keyway", f"{code!r} is {unknown.problems[0].reason}")) from None
    if keyway.spec is None or blank is None:
        raise BadInput(Problem(_TYPED, "--keyway", f"{keyway.code} is known only to be refused"))
    return keyway, blank


def typed_bitting(keyway: Keyway, blank: Blank, text: str | None) -> tuple[str, ...]:
    """A typed bitting as depth codes.

    Raises:
        BadInput: missing, of wrong length, or a code the keyway does not have. The bitting itself is not repeated.
    """
    if not text or keyway.spec is None:
        raise BadInput(Problem(_TYPED, "--bitting", "is missing"))
    codes = tuple(part.strip() for part in text.split(",")) if "," in text else tuple(text.strip())
    known = tuple(keyway.spec.root_mm_of)
    problems = []
    if len(codes) != blank.cuts:
        problems.append(Problem(_TYPED, "--bitting", f"{len(codes)} cuts given, {blank.code} has {blank.cuts}"))
    if not set(codes) <= set(known):
        problems.append(Problem(_TYPED, "--bitting", f"{keyway.code} has only the depths {', '.join(known)}"))
    if problems:
        raise BadInput(*problems)
    return codes


def typed_cut(catalogue: Catalogue, code: str | None, text: str | None) -> tuple[Keyway, Blank, tuple[str, ...]]:
    """What a typed code asks to be cut.

    Raises:
        BadInput: as above, or nobody has said which codes of this keyway locks may have.
    """
    keyway, blank = typed_blank(catalogue, code)
    if keyway.spec is not None and keyway.spec.macs is None:
        reason = "is cut from a key only: no maker's sheet says how far neighbouring cuts may differ (MACS)"
        raise BadInput(Problem(_TYPED, "--keyway", f"{keyway.code} {reason}"))
    if not keyway.height_known:
        raise BadInput(Problem(_TYPED, "--keyway", f"{keyway.code} has no section on file: hold a blank of it first"))
    return keyway, blank, typed_bitting(keyway, blank, text)
