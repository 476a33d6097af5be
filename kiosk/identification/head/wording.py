"""Match read text against known phrases, forgiving what readers of worn metal get wrong.

Responsible for: edit distance, look-alike letters, phrases split over lines in any order, telephone numbers.
Pure. Not responsible for: reading (`stamp`) or the list (`config.phrases`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from config.phrases import PhraseKind, Phrases, fold

_LOOK_ALIKE = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B", "6": "G"})
_MOST_WORDS = 7
_EXACT_UP_TO = 4
"""Wordings as short as this must stand letter by letter."""
_ALIKE_UP_TO = 6
"""In wordings as short as this a letter may only be taken for one that looks like it."""
_LOOSE_FROM = 9
"""Wordings as long as this may also stand inside a longer run of letters."""
_TELLING = (
    "DUPLICATE", "DUPLICATION", "DUPLICAR", "DUPLIQUER", "REPRODUIRE",
    "NACHMACHEN", "NACHAHMUNG", "VERBOTEN", "VERBODEN", "DUPLICARE", "DUPLICAZIONE", "RIPRODUZIONE",
)  # fmt: skip
"""Words that stand on a head for one reason only: the rest of the request may be worn away."""
_REQUESTS = (PhraseKind.DND, PhraseKind.UNLAWFUL)
_BEGINNINGS = ("DONOT", "NEPAS")
"""How nothing but such a request begins."""
_OFFERS = ("AVAILABLE", "DISPONIBLE", "DISPONIBLES", "OBTAINABLE")
"""Beside one of these a telling word is an offer to copy, not a request against it."""
_SEALED_TELLING: tuple[tuple[PhraseKind, tuple[str, ...]], ...] = (
    (PhraseKind.UNLAWFUL, ("UNLAWFUL", "UNLAWFULTO", "ILLEGAL", "ILLEGALTO")),
    (PhraseKind.GOVERNMENT, ("GOVERNMENT", "USGOVERNMENT")),
    (PhraseKind.POSTAL, ("POSTAL", "POSTALSERVICE")),
    (PhraseKind.PATENTED, ("PATENTED",)),
)
"""Words of which one is enough: no maker's name and no owner's wish says them."""
_CONFUSED = str.maketrans({"Q": "O", "D": "O", "G": "C", "L": "I", "T": "I", "J": "I", "H": "N", "W": "M", "F": "E",
                           "R": "P", "B": "P", "V": "U", "Y": "V", "Z": "S", "K": "X"})  # fmt: skip
"""Letters that a rubbed stroke makes into one another."""
_TORN_LEAST, _TORN_SHARE = 6, 0.7
"""Letters, and share of a telling word, that must be left of it where its ends are cut off."""
_CODE = re.compile(r"[A-Z]{0,4}\d{1,8}[A-Z]{0,3}")
"""A blank's code or a number."""
_LETTERS_A_FIGURE = 3
"""A blank's code has no more letters for each of its figures; a lone figure in a longer word is a letter misread."""
_FRAGMENTS = frozenset(
    {"DO", "NOT", "NO", "DONOT", "PAS", "NEPAS", "COPY", "DUP", "LAW", "MAIL", "GOVT", "PAT", "USPS"}
)
"""Short words that a head says for one reason only: the rest of a mark was not made out."""
_SCRAPS = frozenset({"US", "USG", "USGOV", "USGOVT", "GOV", "GOVT", "USMAIL", "MAIL", "USPS", "LAW", "UNLAW", "PAT"})
_MISREAD_IN = 4
"""A line read beside others of its phrase may have one letter in so many wrong."""
_PHONE = re.compile(
    r"(?<!\d)(?:\+?\d{1,3}[\s.\-/]*)?(?:\(\d{2,4}\)[\s.\-/]*\d{3,4}[\s.\-/]+\d{3,4}"
    r"|\d{3}[\s.\-/]+\d{3}[\s.\-/]+\d{4}|\d{3}[.\-/]\d{4}|\d{2,4}(?:[\s.\-/]+\d{2,4}){3,4}|1?[2-9]\d{9})(?!\d)"
)


def phrases_of(whole: Collection[str], in_part: Collection[str], phrases: Phrases) -> tuple[str, ...]:
    """Ids of what stands there, in the order of the list: where no request was read as a whole, also one in part."""
    asked = any(phrases.kind_of[each] in _REQUESTS for each in whole)
    return tuple(phrase.id for phrase in phrases.phrases if phrase.id in whole or (not asked and phrase.id in in_part))


def request_in_part(lines: Sequence[str], phrases: Phrases) -> tuple[str, ...]:
    """The id of a request not to copy, where a part is read that can only belong to one; otherwise nothing."""
    requests = sorted((p for p in phrases.phrases if p.kind in _REQUESTS), key=lambda p: p.kind is not PhraseKind.DND)
    return (requests[0].id,) if requests and _tells(set(_runs_of(lines))) else ()


def whole_phrases_in(lines: Sequence[str], phrases: Phrases) -> tuple[str, ...]:
    """Ids of the phrases that stand there as a whole, in the order of the list.

    Lines may come in any order, twice, and with letters wrong or missing.
    """
    texts = _texts(lines)
    runs = set(_runs_of(lines))
    joined = ("".join(texts).replace(" ", ""), "".join(reversed(texts)).replace(" ", ""))
    found: set[str] = set()
    for wording, ident in phrases.wordings:
        if ident not in found:
            plain = _known(wording)
            is_name = phrases.kind_of[ident] is PhraseKind.BRAND
            if _stands(plain.replace(" ", ""), runs, joined, is_name=is_name) or _scattered(plain, texts):
                found.add(ident)
    return tuple(phrase.id for phrase in phrases.phrases if phrase.id in found)


def sealed_in_part(lines: Sequence[str], phrases: Phrases) -> tuple[str, ...]:
    """Ids of marks nobody may lift of which one telling word stands there."""
    runs = set(_runs_of(lines))
    ids = []
    for kind, words in _SEALED_TELLING:
        if any(_near(run, _known(word), _allowed(word)) or _torn(run, _known(word)) for run in runs for word in words):
            ids.append(next((phrase.id for phrase in phrases.phrases if phrase.kind is kind), ""))
    return tuple(each for each in ids if each)


def says_nothing(text: str, phrases: Phrases) -> bool:
    """Whether a line is made of harmless words, numbers and blank codes alone, or of too few letters to be a word."""
    folded = fold(text)
    tight = folded.replace(" ", "")
    if not tight or folded in _FRAGMENTS or tight in _FRAGMENTS:
        return False
    if len(tight) <= 2 or _is_code(tight, phrases):
        return True
    if sum(c.isdigit() for c in tight) >= 0.6 * len(tight):
        return True
    left = [word for word in _without_harmless(folded, phrases.harmless) if not _is_code(word, phrases)]
    return not left


def _is_code(word: str, phrases: Phrases) -> bool:
    figures = sum(c.isdigit() for c in word)
    if not _CODE.fullmatch(word) or len(word) - figures > _LETTERS_A_FIGURE * figures:
        return False
    # US1S is how USPS is misread.
    alike = (
        (_known(wording).replace(" ", "") for wording, _ in phrases.wordings) if figures == 1 and len(word) > 3 else ()
    )
    return not any(_is_all_but_figures(word, wording) for wording in alike)


def _is_all_but_figures(word: str, wording: str) -> bool:
    return len(word) == len(wording) and all(a == b or a.isdigit() for a, b in zip(word, wording, strict=True))


def _without_harmless(folded: str, harmless: tuple[str, ...]) -> list[str]:
    """The words of a line that belong to no harmless wording; one letter of a longer wording may be wrong."""
    words = folded.split()
    runs = sorted(
        ((a, b) for a in range(len(words)) for b in range(a + 1, min(len(words), a + _MOST_WORDS) + 1)),
        key=lambda run: run[0] - run[1],
    )
    used: set[int] = set()
    for a, b in runs:
        if used & set(range(a, b)):
            continue
        run = _plain(" ".join(words[a:b])).replace(" ", "")
        plain = (_known(each).replace(" ", "") for each in harmless)
        if any(_near(run, each, 1 if len(each) >= 4 else 0) for each in plain):
            used |= set(range(a, b))
    return [word for at, word in enumerate(words) if at not in used]


def begins_a_request(lines: Sequence[str]) -> bool:
    """Whether the words that begin a request not to copy stand there, whatever became of the rest."""
    return any(run.startswith(_BEGINNINGS) for run in _runs_of(lines))


def resembles_a_phrase(lines: Sequence[str], phrases: Phrases) -> bool:
    """Whether something is nearly, but not, one of the phrases: a person had better look."""
    runs = {run for run in _runs_of(lines) if len(run) >= 3 and run.isalpha()}
    known = runs & {_known(name).replace(" ", "") for name in phrases.harmless}
    # Two lines that mean nothing may well begin like something when put together.
    known |= set(_runs_of([line for line in lines if says_nothing(line, phrases)]))
    wordings = {_known(wording).replace(" ", "") for wording, _ in phrases.wordings}
    for wording in wordings:
        if len(wording) < 4 or not wording.isalpha() or _stands(wording, runs, ()):
            continue
        allowed = _allowed(wording) + (1 if len(wording) < _LOOSE_FROM else 2)
        near = (run for run in runs - known if abs(len(run) - len(wording)) <= allowed)
        if any(_distance(run, wording, whole=True) <= allowed for run in near):
            return True
    return False


def is_part_of(text: str, ids: Collection[str], phrases: Phrases) -> bool:
    """Whether a line is a part of one of these phrases, in whatever language it was matched."""
    tight = _plain(text).replace(" ", "")
    wordings = (_known(wording).replace(" ", "") for wording, ident in phrases.wordings if ident in ids)
    # Read as a part of the wording, so the two change places.
    return bool(tight) and any(_inside(tight, each, len(tight) // _MISREAD_IN) for each in wordings)


def hints_at_a_seal(text: str) -> bool:
    """Whether a scrap is how a mark nobody may lift begins or ends, such as the *U.S.* of a torn *U.S. GOVT*."""
    return _plain(text).replace(" ", "") in _SCRAPS


def has_name_and_phone(lines: Iterable[str]) -> bool:
    """Whether a telephone number stands there, and beside it a word that could be a company's name."""
    texts = list(lines)
    phone = any(_PHONE.search(_digits(text)) for text in texts)
    name = any(re.search(r"[A-Za-z]{3,}", text) for text in texts)
    return phone and name


def _tells(runs: Collection[str]) -> bool:
    """Whether a request not to copy is plain from a part of it."""
    if any(run.startswith(_BEGINNINGS) for run in runs):
        return True
    telling = any(_near(run, word, 1) or _torn(run, word) for run in runs for word in _TELLING)
    return telling and not any(_near(run, word, _allowed(word)) for run in runs for word in _OFFERS)


def _digits(text: str) -> str:
    """Letters that stand between digits are digits misread."""
    return re.sub(r"(?<=[\d\-. ])[oO](?=[\d\-. ])", "0", re.sub(r"(?<=\d)[Il](?=\d)", "1", text))


def _texts(lines: Sequence[str]) -> list[str]:
    """The lines folded, each once, empty ones left out."""
    return [text for text in dict.fromkeys(_plain(line) for line in lines) if text]


def _runs_of(lines: Sequence[str]) -> Iterable[str]:
    """Every run of neighbouring words, the lines taken downwards and upwards."""
    texts = _texts(lines)
    yield from _runs(" ".join(texts))
    yield from _runs(" ".join(reversed(texts)))


def _plain(text: str) -> str:
    return fold(text).translate(_LOOK_ALIKE)


_known = lru_cache(maxsize=4096)(_plain)
"""Of the lists' own wordings only: what was read on a head is remembered nowhere."""


def _runs(text: str) -> Iterable[str]:
    """Every run of up to a few neighbouring words, closed up."""
    words = text.split()
    for first in range(len(words)):
        run = ""
        for word in words[first : first + _MOST_WORDS]:
            run += word
            yield run


def _stands(wording: str, runs: Iterable[str], joined: tuple[str, ...], *, is_name: bool = False) -> bool:
    allowed = _allowed(wording)
    if any(_near(run, wording, allowed) for run in runs):
        return True
    # A request asks in words that stand together for no other reason; a name is often a piece of other names.
    allowed_inside = 0 if is_name else allowed
    return len(wording) >= _LOOSE_FROM and any(_inside(wording, text, allowed_inside) for text in joined)


def _scattered(wording: str, texts: Sequence[str]) -> bool:
    """Whether all words of a longer phrase are somewhere, whatever order the lines were read in."""
    words = wording.split()
    if len(words) < 2 or sum(map(len, words)) < _LOOSE_FROM:
        return False
    have = [word for text in texts for word in text.split()] + [text.replace(" ", "") for text in texts]
    if not any(len(word) >= 5 for word in words):
        return False
    return all(any(_near(each, word, _allowed(word)) for each in have) for word in words)


def _allowed(wording: str) -> int:
    return 0 if len(wording) <= _EXACT_UP_TO else max(1, len(wording) // 6)


def _near(text: str, wording: str, allowed: int) -> bool:
    if abs(len(text) - len(wording)) > allowed:
        return False
    if text == wording or allowed == 0:
        return text == wording
    if allowed == 1 and len(wording) <= _ALIKE_UP_TO:
        wrong = [(a, b) for a, b in zip(text, wording, strict=False) if a != b]
        return len(text) == len(wording) and len(wrong) == 1 and len({c.translate(_CONFUSED) for c in wrong[0]}) == 1
    return _distance(text, wording, whole=True) <= allowed


def _torn(text: str, word: str) -> bool:
    """Whether a telling word stands there without its ends: run off the rim or into the hole.

    The letter that the edge cuts may be read as any other; what lies between must be right.
    """
    least = max(_TORN_LEAST, math.ceil(_TORN_SHARE * len(word)))
    parts = (text, text[1:], text[:-1], text[1:-1])
    return len(text) <= len(word) and any(len(part) >= least and part in word for part in parts)


def _inside(wording: str, text: str, allowed: int) -> bool:
    return len(text) >= len(wording) - allowed and _distance(text, wording, whole=False) <= allowed


def _distance(text: str, wording: str, *, whole: bool) -> int:
    """Edits that turn `text` (or, unless `whole`, some part of it) into `wording`.

    Myers' way: a column of the table of edits is two numbers, of which each bit is a letter of the wording.
    """
    where = _places(wording)
    every = (1 << len(wording)) - 1
    last = 1 << (len(wording) - 1)
    more, less, edits = every, 0, len(wording)
    best = edits
    for letter in text:
        same = where.get(letter, 0)
        down = same | less
        across = (((same & more) + more) ^ more) | same
        rises, falls = less | ~(across | more) & every, more & across
        edits += bool(rises & last) - bool(falls & last)
        best = min(best, edits)
        rises = rises << 1 | whole
        more, less = (falls << 1 | ~(down | rises)) & every, rises & down & every
    return edits if whole else best


def _places(wording: str) -> dict[str, int]:
    """For each letter of a wording, the places it stands at, as bits."""
    places: dict[str, int] = {}
    for at, letter in enumerate(wording):
        places[letter] = places.get(letter, 0) | 1 << at
    return places
