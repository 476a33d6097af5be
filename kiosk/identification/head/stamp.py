"""The words on a head, as known phrases only.

Responsible for: how hard a head is looked at before it is taken to say nothing, and for matching what was read against
the list of phrases. Silence needs evidence: whatever looks like writing and is neither a known phrase nor known to be
harmless is reported as writing nobody made out. The text itself never leaves this module: a number on a head can be
the key's own code. Not responsible for: whether the head was seen (`sight`), what a phrase means for a copy
(`kiosk.policy.decide`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import cv2
import numpy as np

from config.phrases import Phrases
from config.policy_rules import SEALED_KINDS
from hardware.scan import Frame
from kiosk.identification.head.find import (
    BESIDE_MM,
    Find,
    Spine,
    at_one_place,
    is_filled,
    is_same_box,
    letters_in,
    lies_on,
    says_the_same,
)
from kiosk.identification.head.letters import FINE_MM, Letters, Picture, Text, TextLine
from kiosk.identification.head.peened import is_peened
from kiosk.identification.head.place import HeadView, bow_of
from kiosk.identification.head.relief import RIM_MM, brightness, colour, flattened, inner
from kiosk.identification.head.sight import why_unseen
from kiosk.identification.head.strokes import Place, has_unread_strokes
from kiosk.identification.head.wording import (
    begins_a_request,
    has_name_and_phone,
    hints_at_a_seal,
    is_part_of,
    phrases_of,
    request_in_part,
    resembles_a_phrase,
    says_nothing,
    sealed_in_part,
    whole_phrases_in,
)
from kiosk.key.reading import StampReading, Unseen

MOST_LINES = 10
"""No head carries more lines; what is found beyond them is scratches."""
SURE = 0.75
_READ_SURE, _READ_LETTERS = 0.7, 3
"""So many letters read so surely are writing, whoever found them."""
_STRONG_SCORE = 0.6
_STRONG_MM = 2.0
_STRONG_ASPECT = 1.8
"""A find as good, long and drawn out as this is writing, whether it can be read or not."""
_FINER_MM = 0.065
"""Scale brightness is looked at, for letters under a millimetre."""
_SETTLED, _SAME_MM = 0.9, 0.8
"""How sure a reading must be not to be read again, and how nearly the same its box must be found again."""
_TALL = 1.25
"""A capital against its share of its line: what of a matched line explains strokes."""
_ARC_INNER_MM, _ARC_OUTER_MM = 4.0, 14.0
_TALLEST_RIM_MM = 5.0
"""Taller "letters" are the whole band of metal between rim and hole; straight lines as tall are found straight."""
_EVEN = 128
"""Grey of metal with nothing on it, as `relief` leaves it."""
_SPINE_POINTS = 17
_LEAST_ON_METAL = 0.6
"""Share of a line that is not on rim or hole."""
_MOST_OPEN = 3
"""So many lines that may be read either way up are tried in every combination."""
_Way = Callable[[tuple[float, float]], tuple[float, float]]


class _Gleaned:
    """What has been read of one head so far, look after look."""

    def __init__(self, known: Phrases, metal: Picture | None = None) -> None:
        self._known = known
        self._metal = metal
        self._looks: list[tuple[Text, ...]] = []
        self._finds: list[Find] = []
        self._whole: set[str] = set()
        self._in_part: set[str] = set()
        self.has_unread_strokes = False
        """Whether strokes like writing are there beside everything that was found."""

    def add(self, texts: tuple[Text, ...], spines: tuple[Spine, ...], mm_per_px: float) -> None:
        """One more look, and where its lines lie on the bow."""
        self._looks.append(texts)
        for text, spine in zip(texts, spines, strict=True):
            half_px = (text.line.height_mm / 2 + BESIDE_MM) / mm_per_px
            length_mm = sum(map(math.dist, spine, spine[1:])) * mm_per_px
            self._finds.append(Find(spine, half_px, text, length_mm, self._is_on_metal(spine)))
        for reading in _readings(texts):
            self._whole.update(whole_phrases_in(reading, self._known))
            self._in_part.update(request_in_part(reading, self._known))
            self._whole.update(sealed_in_part(reading, self._known))

    def settled(self, line: TextLine, spine: Spine, mm_per_px: float) -> Text | None:
        """What an earlier look read there beyond doubt: words that mean nothing, or a part of what was matched."""
        for find in self._finds:
            text = find.text
            if (text.sureness >= _SETTLED and text.said and letters_in(text.said[0]) > _READ_LETTERS
                    and is_same_box(line, spine, find, _SAME_MM / mm_per_px)
                    and (self._says_nothing(text) or is_part_of(text.said[0], self.phrases, self._known))):  # fmt: skip
                return replace(text, line=line)
        return None

    def _is_on_metal(self, spine: Spine) -> bool:
        if self._metal is None:
            return True
        high, wide = self._metal.shape
        on = [0 <= x < wide and 0 <= y < high and self._metal[int(y), int(x)] > 0 for x, y in spine]
        return bool(sum(on) >= _LEAST_ON_METAL * len(on))

    @property
    def phrases(self) -> tuple[str, ...]:
        """What stands there as a whole; where that is no request, also what part of a request was read."""
        return phrases_of(self._whole, self._in_part, self._known)

    def is_sealed(self) -> bool:
        """Whether something nobody may lift was read: then nothing else on the head matters."""
        return any(self._known.kind_of[each] in SEALED_KINDS for each in self.phrases)

    def is_whole_request(self) -> bool:
        """Whether a phrase stands there as a whole with nothing else beside or across it."""
        return bool(self._whole) and not self._is_crossed()

    def is_read(self) -> bool:
        """Whether letters were read at all, so surely that they are there."""
        return any(find.text.said and letters_in(find.text.said[0]) >= _READ_LETTERS and find.text.sureness >= SURE
                   for find in self._finds)  # fmt: skip

    @property
    def name_and_phone(self) -> bool:
        return any(has_name_and_phone(_best(texts)) for texts in self._looks)

    @property
    def illegible(self) -> bool:
        """Whether writing was seen that is neither a phrase nor harmless, or that is a part of one, or nearly one."""
        readings = {_best(texts) for texts in self._looks}
        if self.phrases:
            # "Duplicate" alone may be what is left of "Unlawful to duplicate".
            part_alone = not self._whole and not any(begins_a_request(reading) for reading in readings)
            return part_alone or (not self.is_sealed() and (self.has_unread_strokes or self._is_crossed()))
        if any(resembles_a_phrase(reading, self._known) for reading in readings):
            return True
        return self.has_unread_strokes or self._has_more_than(self._explained)

    @property
    def explained_places(self) -> tuple[Place, ...]:
        """Where words were read that mean nothing, or are part of what was matched."""
        return tuple((at, find.half_px) for find in self._explained for at in find.spine)

    @property
    def _explained(self) -> list[Find]:
        harmless = [find for find in self._finds if self._says_nothing(find.text)]
        if not self.phrases:
            return harmless
        # Beside a request two letters may be what is left of something that nobody may lift.
        harmless = [find for find in harmless if letters_in(find.text.said[0]) >= _READ_LETTERS]
        parts = [(find, said) for find in self._finds if (said := self._part_of_a_phrase(find.text))]
        # One press makes one size: a box that is higher than most holds more than its letters.
        shares_mm = [find.text.line.length_mm / letters_in(said) for find, said in parts]
        read_well = [mm for mm, (_, said) in zip(shares_mm, parts, strict=True) if letters_in(said) > _READ_LETTERS]
        letters_mm = _TALL * float(np.median(read_well or shares_mm)) if parts else 0.0
        return harmless + [find.no_higher_than(letters_mm) for find, _ in parts]

    def _part_of_a_phrase(self, text: Text) -> str:
        ways = [each for at, each in enumerate(text.said) if at == 0 or letters_in(each) > _READ_LETTERS]
        return next((each for each in ways if is_part_of(each, self.phrases, self._known)), "")

    def _is_crossed(self) -> bool:
        """Whether a second line lies beside or across the one that was matched: it may be what nobody may lift."""
        if any(hints_at_a_seal(find.text.said[0]) for find in self._finds if find.text.said):
            return True
        return self._has_more_than(self._explained)

    def _has_more_than(self, explained: list[Find]) -> bool:
        """Whether writing was found where none of these lines stands."""
        return any(
            _is_writing(find)
            and not any(at_one_place(find, other) or says_the_same(find, other) for other in explained)
            # At a request whatever lies across it may be a second mark.
            and (self.phrases or not lies_on(find, explained))
            for find in self._finds
            if all(find.text is not other.text for other in explained)
        )

    def _says_nothing(self, text: Text) -> bool:
        if not text.said or text.sureness < SURE or not says_nothing(text.said[0], self._known):
            return False
        return is_filled(text)


class StampReader:
    """Reads heads. The models are loaded once, at `warm` or at the first head that is read; for any thread."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._lock = threading.Lock()
        self._letters: Letters | None = None

    def warm(self) -> None:
        """Load the models now."""
        with self._lock:
            self._loaded().warm()

    def read(self, head: Frame | None, silhouette: Frame | None = None) -> StampReading:
        """Matched phrases of one head; read or unread, what was seen counts also where not all of the head was seen.

        Args:
            head: the front-lit picture.
            silhouette: the backlit picture of the same lay. Without one the head's own outline must do.
        """
        if head is None or min(head.pixels.shape[:2]) < 32:
            return StampReading(seen=False, unseen=Unseen.NO_PICTURE)
        bow = bow_of(head)
        unseen = _by_itself(bow) if silhouette is None else why_unseen(head, silhouette)
        with self._lock:
            gleaned = self._looked_at(bow, self._loaded())
        return StampReading(
            seen=unseen is None,
            unseen=unseen,
            phrases=gleaned.phrases,
            name_and_phone=gleaned.name_and_phone,
            illegible=gleaned.illegible,
        )

    def _looked_at(self, bow: HeadView, letters: Letters) -> _Gleaned:
        """Look at brightness, straight and round the rim, at relief, straight and on its side, and at colour."""
        gleaned = _Gleaned(self._phrases, inner(bow, RIM_MM))
        bright = brightness(bow)
        self._straight(gleaned, bright, bow, letters, fine_mm=_FINER_MM)
        if gleaned.is_sealed():
            return gleaned
        self._round_the_rim(gleaned, bright, bow, letters)
        if gleaned.is_sealed():
            return gleaned
        flat = flattened(bow)
        self._straight(gleaned, flat, bow, letters)
        if gleaned.is_sealed():
            return gleaned
        self._on_its_side(gleaned, flat, bow, letters)
        if gleaned.is_sealed():
            return gleaned
        # Who struck a request that is seen in the metal struck nothing beside it that is seen in its hue alone.
        tint = None if gleaned.is_whole_request() else colour(bow)
        if tint is not None:
            self._straight(gleaned, tint, bow, letters)
            if not gleaned.phrases and not gleaned.is_read():
                self._round_the_rim(gleaned, tint, bow, letters)
        gleaned.has_unread_strokes = has_unread_strokes(
            flat, bow, gleaned.explained_places, at_a_request=bool(gleaned.phrases)
        ) or is_peened(bow, gleaned.explained_places)
        return gleaned

    def _straight(
        self, gleaned: _Gleaned, picture: Picture, bow: HeadView, letters: Letters, fine_mm: float = FINE_MM
    ) -> None:
        _look(gleaned, letters, picture, letters.lines(picture, bow.mm_per_px, fine_mm), lambda at: at, bow.mm_per_px)

    def _on_its_side(self, gleaned: _Gleaned, picture: Picture, bow: HeadView, letters: Letters) -> None:
        """Lines that stand upright are found worse than lines that lie."""
        turned = np.ascontiguousarray(np.rot90(picture))
        last = picture.shape[1] - 1
        lines = letters.lines(turned, bow.mm_per_px, _FINER_MM)
        _look(gleaned, letters, turned, lines, lambda at: (last - at[1], at[0]), bow.mm_per_px)

    def _round_the_rim(self, gleaned: _Gleaned, picture: Picture, bow: HeadView, letters: Letters) -> None:
        ring, place = _unrolled(picture, bow)
        lines = [line for line in letters.lines(ring, bow.mm_per_px) if line.height_mm <= _TALLEST_RIM_MM]
        _look(gleaned, letters, ring, lines, place, bow.mm_per_px)

    def _loaded(self) -> Letters:
        if self._letters is None:
            self._letters = Letters()
        return self._letters


def _look(
    gleaned: _Gleaned, letters: Letters, picture: Picture, lines: Sequence[TextLine], place: _Way, mm_per_px: float
) -> None:
    """Read the surest of these lines; what was read so clearly before that it is settled is not read again."""
    lines = lines[:MOST_LINES]

    def on_the_bow(line: TextLine) -> Spine:
        return tuple(map(place, _spine(line)))

    before = [gleaned.settled(line, on_the_bow(line), mm_per_px) for line in lines]
    fresh = letters.read(picture, [line for line, text in zip(lines, before, strict=True) if text is None])
    texts = tuple(sorted([*filter(None, before), *fresh], key=lambda text: -text.line.score))
    gleaned.add(texts, tuple(on_the_bow(text.line) for text in texts), mm_per_px)


def _by_itself(bow: HeadView) -> Unseen | None:
    if not bow.told:
        return Unseen.NOTHING_SHOWN
    return None if bow.clear else Unseen.BLURRED


def _readings(texts: tuple[Text, ...]) -> set[tuple[str, ...]]:
    """The lines as they may be read: each one way up or the other, never both ways at once."""
    ways = [text.said[:2] for text in texts if text.said]
    if sum(len(each) > 1 for each in ways) <= _MOST_OPEN:
        return set(product(*ways))
    return {tuple(each[0] for each in ways), tuple(each[-1] for each in ways)}


def _best(texts: tuple[Text, ...]) -> tuple[str, ...]:
    return tuple(text.said[0] for text in texts if text.said)


def _is_writing(find: Find) -> bool:
    text, line = find.text, find.text.line
    if text.said and letters_in(text.said[0]) >= _READ_LETTERS and text.sureness >= _READ_SURE:
        return True
    drawn_out = line.length_mm >= max(_STRONG_MM, _STRONG_ASPECT * line.height_mm)
    return find.on_metal and line.score >= _STRONG_SCORE and drawn_out


def _spine(line: TextLine) -> Spine:
    """Points along the middle of a line's longer side."""
    corners = line.corners.astype(np.float64)
    one, two = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
    up, down = (corners[0] + corners[1]) / 2, (corners[2] + corners[3]) / 2
    first, last = (one, two) if math.dist(one, two) >= math.dist(up, down) else (up, down)
    return tuple((float(x), float(y)) for x, y in np.linspace(first, last, _SPINE_POINTS))


def _farthest_px(bow: HeadView, middle: tuple[float, float]) -> float:
    """How far from its middle the bow has metal: beyond there is nothing to look at."""
    y, x = np.nonzero(bow.metal)
    away = np.hypot(x - middle[0], y - middle[1])
    return max(2 * _ARC_INNER_MM / bow.mm_per_px, float(away.max(initial=0.0)))


def _unrolled(picture: Picture, bow: HeadView) -> tuple[Picture, _Way]:
    """Words that run round the bow's middle, made straight, and the way back from the strip to the bow.

    The seam is shown twice, so that no word is cut by it.
    """
    inside = cv2.moments(bow.metal, binaryImage=True)
    middle = (inside["m10"] / max(inside["m00"], 1.0), inside["m01"] / max(inside["m00"], 1.0))
    outer = min(_ARC_OUTER_MM / bow.mm_per_px, _farthest_px(bow, middle))
    inner = round(_ARC_INNER_MM / bow.mm_per_px)
    around = round(2 * np.pi * 0.75 * outer)
    # What lies beyond the picture would be left as the memory was: even metal stands there instead.
    beyond = math.ceil(outer) + 2
    wide = cv2.copyMakeBorder(picture, beyond, beyond, beyond, beyond, cv2.BORDER_CONSTANT, value=_EVEN)
    centre = (middle[0] + beyond, middle[1] + beyond)
    polar = cv2.warpPolar(wide, (round(outer), around), centre, outer, cv2.INTER_CUBIC | cv2.WARP_POLAR_LINEAR)
    strip = np.rot90(polar[:, inner:])
    high = strip.shape[0]

    def place(at: tuple[float, float]) -> tuple[float, float]:
        angle, away = at[0] / around * 2 * np.pi, inner + high - 1 - at[1]
        return middle[0] + away * math.cos(angle), middle[1] + away * math.sin(angle)

    return np.ascontiguousarray(np.concatenate([strip, strip[:, : around // 4]], axis=1), dtype=np.uint8), place
