"""The words on a head, as known phrases only.

Responsible for: how hard a head is looked at before it is taken to say nothing, and for matching what was read against
the list of phrases. The text itself never leaves this module: a number on a head can be the key's own code. Not
responsible for: what a phrase means for a copy (`kiosk.policy`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import cv2
import numpy as np

from config.phrases import Phrases
from hardware.scan import View
from kiosk.identification.head import Bow, bow_of
from kiosk.identification.letters import Letters, Line, Picture, Text
from kiosk.identification.relief import anything_stands_out, flattened
from kiosk.identification.wording import (
    begins_a_request,
    has_name_and_phone,
    phrases_of,
    request_in_part,
    resembles_a_phrase,
    whole_phrases_in,
)
from kiosk.reading import Stamp

MOST_LINES = 8
"""No head carries more lines; what is found beyond them is scratches."""
SURE = 0.75
_STRONG_SCORE = 0.55
_STRONG_MM = 3.0
_STRONG_ASPECT = 1.6
"""A find as good, long and drawn out as this is writing, whether it can be read or not."""
_STROKE_MM = 0.07
_ARC_INNER_MM, _ARC_OUTER_MM = 4.0, 14.0
_EVEN = 128
"""Grey of metal with nothing on it, as `relief.flattened` leaves it."""


class _Gleaned:
    """What has been read of one head so far, look after look."""

    def __init__(self, known: Phrases) -> None:
        self._known = known
        self._looks: list[tuple[Text, ...]] = []
        self._whole: set[str] = set()
        self._in_part: set[str] = set()

    def add(self, texts: tuple[Text, ...]) -> None:
        """One more look."""
        self._looks.append(texts)
        for reading in {_best(texts), tuple(said for text in texts for said in text.said)}:
            self._whole.update(whole_phrases_in(reading, self._known))
            self._in_part.update(request_in_part(reading, self._known))

    @property
    def phrases(self) -> tuple[str, ...]:
        """What stands there as a whole; where that is no request, also what part of a request was read."""
        return phrases_of(self._whole, self._in_part, self._known)

    @property
    def name_and_phone(self) -> bool:
        return any(has_name_and_phone(_best(texts)) for texts in self._looks)

    @property
    def all_read(self) -> bool:
        """Whether the last look read all the writing it saw."""
        return all(text.sureness >= SURE for text in self._looks[-1] if _is_strong(text.line))

    @property
    def illegible(self) -> bool:
        """Whether writing was seen that no look could make out, or that is a part of a phrase, or nearly one."""
        seen = [strong for texts in self._looks if (strong := [text for text in texts if _is_strong(text.line)])]
        if seen and not any(all(text.sureness >= SURE for text in strong) for strong in seen):
            return True
        readings = [_best(texts) for texts in self._looks]
        if self.phrases:
            # "Duplicate" alone may be what is left of "Unlawful to duplicate".
            return not self._whole and not any(begins_a_request(reading) for reading in readings)
        return any(resembles_a_phrase(reading, self._known) for reading in readings)


class StampReader:
    """Reads heads. The models are loaded once, at `warm` or at the first head with something on it; for any thread."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._lock = threading.Lock()
        self._letters: Letters | None = None

    def warm(self) -> None:
        """Load the models now."""
        with self._lock:
            self._loaded().warm()

    def read(self, head: View | None) -> Stamp:
        """Matched phrases of one head. A view that is None, too dark or out of focus was not read."""
        if head is None or min(head.pixels.shape[:2]) < 32:
            return Stamp(seen=False)
        bow = bow_of(head)
        if not bow.clear:
            return Stamp(seen=False)
        flat = flattened(bow)
        if not anything_stands_out(flat, bow):
            return Stamp(seen=True)
        with self._lock:
            gleaned = self._looked_at(flat, bow, self._loaded())
        return Stamp(
            seen=True,
            phrases=gleaned.phrases,
            name_and_phone=gleaned.name_and_phone,
            illegible=gleaned.illegible,
        )

    def _looked_at(self, flat: Picture, bow: Bow, letters: Letters) -> _Gleaned:
        """Look along, across and round the rim; where nothing was made of it, once more with less done to the picture.

        Round the rim also when a request is read already: the owner's name and telephone may stand there.
        """
        gleaned = _Gleaned(self._phrases)
        soft = np.asarray(cv2.GaussianBlur(flat, (0, 0), _STROKE_MM / bow.mm_per_px), dtype=np.uint8)
        found: list[tuple[tuple[Line, ...], Callable[[Picture], Picture]]] = []
        for turn in (_as_is, _on_its_side):
            # Lines that stand upright are found worse than lines that lie.
            lines = letters.lines(turn(flat), bow.mm_per_px)[:MOST_LINES]
            found.append((lines, turn))
            gleaned.add(letters.read(turn(soft), lines))
            if gleaned.phrases and gleaned.all_read:
                break
        ring = _unrolled(soft, bow)
        gleaned.add(letters.read(ring, letters.lines(ring, bow.mm_per_px)[:MOST_LINES]))
        best, best_turn = max(found, key=lambda each: sum(line.score for line in each[0]))
        if best and not gleaned.phrases and gleaned.illegible:
            even = np.asarray(cv2.createCLAHE(4.0, (6, 6)).apply(bow.grey), dtype=np.uint8)
            gleaned.add(letters.read(best_turn(even), best))
        return gleaned

    def _loaded(self) -> Letters:
        if self._letters is None:
            self._letters = Letters()
        return self._letters


def _best(texts: tuple[Text, ...]) -> tuple[str, ...]:
    return tuple(text.said[0] for text in texts if text.said)


def _is_strong(line: Line) -> bool:
    drawn_out = line.length_mm >= max(_STRONG_MM, _STRONG_ASPECT * line.height_mm)
    return line.score >= _STRONG_SCORE and drawn_out


def _as_is(picture: Picture) -> Picture:
    return picture


def _on_its_side(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.rot90(picture))


def _unrolled(picture: Picture, bow: Bow) -> Picture:
    """Words that run round the bow's middle, made straight. The seam is shown twice, so that no word is cut by it."""
    inside = cv2.moments(bow.metal, binaryImage=True)
    middle = (inside["m10"] / max(inside["m00"], 1.0), inside["m01"] / max(inside["m00"], 1.0))
    outer = _ARC_OUTER_MM / bow.mm_per_px
    around = round(2 * np.pi * 0.75 * outer)
    # What lies beyond the picture would be left as the memory was: even metal stands there instead.
    beyond = math.ceil(outer) + 2
    wide = cv2.copyMakeBorder(picture, beyond, beyond, beyond, beyond, cv2.BORDER_CONSTANT, value=_EVEN)
    centre = (middle[0] + beyond, middle[1] + beyond)
    polar = cv2.warpPolar(wide, (round(outer), around), centre, outer, cv2.INTER_CUBIC | cv2.WARP_POLAR_LINEAR)
    strip = np.rot90(polar[:, round(_ARC_INNER_MM / bow.mm_per_px) :])
    return np.ascontiguousarray(np.concatenate([strip, strip[:, : around // 4]], axis=1), dtype=np.uint8)
