"""Lines of letters in a picture: where they are and what they say, by models that come with the OCR package.

Responsible for: loading the models once, on one thread; finding lines; reading each line both ways up. Not responsible
for: making letters stand out (`relief`) or what they mean (`wording`). What is read leaves through return values only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

FINE_MM = 0.085
"""Scale lines are looked for at: capitals a millimetre high are twelve pixels high."""
MOST_PX2 = 640 * 640
"""Largest picture lines are looked for in; a larger one is looked at more coarsely."""
LEAST_BOX_SCORE = 0.35
"""Far on the side of reading: what can be read scores 0.6 or more, metal without marks under 0.35."""
_TALLEST_MM = 6.5
"""Taller "letters" are the head itself, or its hole."""
_SHORTEST_MM = 1.0
_LEAST_SURE, _CLEAR, _CLEARLY_BETTER = 0.4, 0.9, 0.2
"""How sure a reading must be to be matched, not to be tried the other way up, to tell which way up a head lies."""
_NO_REPORTS = "ORT_DISABLE_TELEMETRY"
"""The library's own switch: no host is looked up, and no identity of this computer is kept in the user's home."""
_SHORT = 2.2
"""Length for its height up to which a line may be one that stands."""
_ROW_MM, _MOST_ROWS, _ROWS_ASPECT, _UNREAD = 1.25, 3, 1.2, 0.7
"""Room that a row of the smallest letters takes in a box, and how sure a reading must be to be one."""
_PARTED, _CLEARLY_PARTED, _SHORTEST_WORD = 0.5, 0.6, 3
"""How much more than between them stands in rows that are tried: in a box that was not read, and in one that was."""
_ROWS_PX = 1300
"""Width of all such rows that are read in one look: metal's grain makes boxes without end."""
_TOO_TALL = 2.6
"""How much higher than a letter's share of its length a line is that may hide another below it."""
_STRIDE_PX, _MOST_STRETCH = 32, 0.05
"""The finder takes multiples of this; letters may be stretched by so much to fit."""
_LINE_PX = 48
"""Height the models were taught with."""
_LONGEST_LINE_PX = 960


@dataclass(frozen=True, repr=False, eq=False)
class TextLine:
    """One line of letters: its corners clockwise in pixels of the picture, and how sure the finder is."""

    corners: NDArray[np.float32]
    score: float
    length_mm: float
    height_mm: float


@dataclass(frozen=True, repr=False)
class Text:
    """One line as read: the surer of both ways up, all readings worth matching, the sureness of the best (0 to 1)."""

    line: TextLine
    said: tuple[str, ...]
    sureness: float


class Letters:
    """The models. Not safe from two threads at once."""

    def __init__(self) -> None:
        """Load them: half a second and some 120 MB."""
        # The reading library reports its use to its maker unless told otherwise before it is loaded.
        os.environ[_NO_REPORTS] = "1"
        # Imported here: the package takes a second to load and most commands never read a head.
        from rapidocr import RapidOCR

        self._engine: Any = RapidOCR(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Global.log_level": "critical",
                "Global.max_side_len": 4096,
                "Global.use_vertical_padding": False,
                "Det.limit_type": "max",
                "Det.limit_side_len": 4096,
                "Det.box_thresh": LEAST_BOX_SCORE,
                # Lines are as wide as they are: padding each to the usual width doubles the time.
                "Rec.rec_img_shape": [3, _LINE_PX, _LINE_PX],
            }
        )

    def warm(self) -> None:
        """Have the models loaded and tried once."""
        blank = np.full((96, 96), 128, np.uint8)
        self.lines(blank, FINE_MM)
        self._read(blank[:_LINE_PX])

    def lines(self, picture: Picture, mm_per_px: float, fine_mm: float = FINE_MM) -> tuple[TextLine, ...]:
        """What looks like lines of letters, surest first."""
        factor = min(mm_per_px / fine_mm, float(np.sqrt(MOST_PX2 / picture.size)))
        size = (_fitting(picture.shape[1] * factor), _fitting(picture.shape[0] * factor))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
        # What could not be stretched is padded.
        small = cv2.copyMakeBorder(
            small, 0, -size[1] % _STRIDE_PX, 0, -size[0] % _STRIDE_PX, cv2.BORDER_CONSTANT, value=128
        )
        found = self._engine(_as_colour(small), use_det=True, use_cls=False, use_rec=False)
        boxes, scores = getattr(found, "boxes", None), getattr(found, "scores", None)
        if boxes is None or scores is None:
            return ()
        scale = np.array([picture.shape[1] / size[0], picture.shape[0] / size[1]], dtype=np.float32)
        lines = (_line(np.asarray(box, dtype=np.float32) * scale, float(score), mm_per_px)
                 for box, score in zip(boxes, scores, strict=True))  # fmt: skip
        sized = (line for line in lines if line.height_mm <= _TALLEST_MM and line.length_mm >= _SHORTEST_MM)
        return tuple(sorted(sized, key=lambda line: -line.score))

    def read(self, picture: Picture, lines: Iterable[TextLine]) -> tuple[Text, ...]:
        """Each line read both ways up, a short one also on its sides; the way its neighbours stood comes first.

        What was found as one line may be two or three small ones: then they are read one by one.
        """
        texts: list[Text] = []
        usual: int | None = None
        left_px = _ROWS_PX
        for line in lines:
            text, usual = self._text(picture, line, usual)
            rows, left_px = self._in_rows(picture, text, usual, left_px)
            texts += rows or [text]
        return tuple(texts)

    def _in_rows(self, picture: Picture, text: Text, usual: int | None, left_px: int) -> tuple[list[Text], int]:
        """Small lines found as one, where that reads better, otherwise nothing; and how much may still be read."""
        line, letters = text.line, len(text.said[0]) if text.said else 0
        unread = text.sureness < _UNREAD
        if line.length_mm < _ROWS_ASPECT * line.height_mm:
            return [], left_px
        if not unread and line.height_mm * letters < _TOO_TALL * line.length_mm:
            return [], left_px
        strip = _straightened(picture, line.corners)
        best: list[Text] = []
        for count in range(2, min(int(line.height_mm / _ROW_MM), _MOST_ROWS) + 1):
            # Each of so many rows is so much longer for its height than the box is.
            wide_px = count * count * strip.shape[1]
            if wide_px > left_px or _parted(strip, count) < (_PARTED if unread else _CLEARLY_PARTED):
                continue
            left_px -= wide_px
            rows = self._one_by_one(picture, _rows(line, count), usual)
            best = max(best, rows, key=lambda each: sum(row.sureness for row in each) / max(len(each), 1))
            if all(row.sureness >= _CLEAR and _is_word(row) for row in best):
                break
        words = [row for row in best if _is_word(row)]
        needed = any(row.sureness >= _UNREAD for row in words)
        if not unread:
            needed = len(words) == len(best) and all(row.sureness >= _CLEAR for row in words)
        return (best if needed else []), left_px

    def _one_by_one(self, picture: Picture, rows: Iterable[TextLine], usual: int | None) -> list[Text]:
        texts: list[Text] = []
        for row in rows:
            text, usual = self._text(picture, row, usual)
            texts.append(text)
        return texts

    def _text(self, picture: Picture, line: TextLine, usual: int | None) -> tuple[Text, int | None]:
        """One line, and which way up the head lies if that is known by now."""
        strip = _straightened(picture, line.corners)
        first = usual or 0
        readings = {first: self._read(_turned(strip, first))}
        if usual is None or readings[first][1] < _CLEAR:
            readings[2 - first] = self._read(_turned(strip, 2 - first))
        if line.length_mm < _SHORT * line.height_mm and max(sure for _, sure in readings.values()) < _CLEAR:
            # One or two letters are a box that lies as well as it stands.
            for quarter in (1, 3):
                readings[quarter] = self._read(_turned(strip, quarter))
        best = max(readings, key=lambda way: readings[way][1])
        others = [sure for way, (_, sure) in readings.items() if way != best]
        if usual is None and best in (0, 2) and others and readings[best][1] - max(others) > _CLEARLY_BETTER:
            usual = best
        ways = sorted(readings.values(), key=lambda reading: -reading[1])
        # Beside a clear reading what the same letters look like upside down is noise.
        least = ways[0][1] - _CLEARLY_BETTER if ways[0][1] >= _CLEAR else _LEAST_SURE
        said = tuple(text for text, sure in ways if text and sure >= least)
        return Text(line, said, ways[0][1] if ways[0][0] else 0.0), usual

    def _read(self, strip: Picture) -> tuple[str, float]:
        found = self._engine(_as_colour(strip), use_det=False, use_cls=False, use_rec=True)
        texts, scores = getattr(found, "txts", None), getattr(found, "scores", None)
        return (str(texts[0]), float(scores[0])) if texts and scores else ("", 0.0)


def _fitting(side_px: float) -> int:
    """A side as the finder takes it, where letters keep their shape; its time goes by the pixel."""
    fitting = max(_STRIDE_PX, _STRIDE_PX * round(side_px / _STRIDE_PX))
    return fitting if abs(fitting / side_px - 1) <= _MOST_STRETCH else max(_STRIDE_PX, round(side_px))


def _line(corners: NDArray[np.float32], score: float, mm_per_px: float) -> TextLine:
    sides = [float(np.hypot(*(corners[i] - corners[(i + 1) % 4]))) * mm_per_px for i in range(4)]
    across, down = max(sides[0], sides[2]), max(sides[1], sides[3])
    return TextLine(corners, score, length_mm=max(across, down), height_mm=min(across, down))


def _rows(line: TextLine, count: int) -> tuple[TextLine, ...]:
    """A box cut along its length, upper part first."""
    corners = line.corners
    if np.hypot(*(corners[0] - corners[1])) < np.hypot(*(corners[0] - corners[3])):
        corners = np.roll(corners, -1, axis=0)
    left, right = np.linspace(corners[0], corners[3], count + 1), np.linspace(corners[1], corners[2], count + 1)
    return tuple(
        TextLine(
            np.array((left[at], right[at], right[at + 1], left[at + 1]), dtype=np.float32),
            line.score, line.length_mm, line.height_mm / count,
        )
        for at in range(count)
    )  # fmt: skip


def _is_word(text: Text) -> bool:
    return bool(text.said) and len(text.said[0]) >= _SHORTEST_WORD


def _parted(strip: Picture, count: int) -> float:
    """How much stands in the faintest of so many rows for what stands between two: letters of one row fill both."""
    high = np.abs(strip.astype(np.float32) - np.float32(np.median(strip))).mean(axis=1)
    high = np.convolve(np.pad(high, 2, mode="edge"), np.ones(5) / 5, "valid")
    row_px = _LINE_PX / count
    within = [float(high[int(row_px * (at + 0.5)) - 2 : int(row_px * (at + 0.5)) + 3].mean()) for at in range(count)]
    between = [float(high[int(row_px * at) - 1 : int(row_px * at) + 2].mean()) for at in range(1, count)]
    return min(within) / max(*between, 1e-6)


def _straightened(picture: Picture, corners: NDArray[np.float32]) -> Picture:
    """The line cut out, lying, as high as the models want it."""
    across = float(np.hypot(*(corners[0] - corners[1])))
    down = float(np.hypot(*(corners[0] - corners[3])))
    if down >= 1.5 * across:
        corners = np.roll(corners, -1, axis=0)
        across, down = down, across
    width = int(np.clip(round(across / max(down, 1.0) * _LINE_PX), _LINE_PX // 2, _LONGEST_LINE_PX))
    ends = np.array([(0, 0), (width, 0), (width, _LINE_PX), (0, _LINE_PX)], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(corners), ends)
    strip = cv2.warpPerspective(
        picture, matrix, (width, _LINE_PX), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(strip, dtype=np.uint8)


def _turned(strip: Picture, quarters: int) -> Picture:
    turned = np.ascontiguousarray(np.rot90(strip, quarters), dtype=np.uint8)
    if quarters % 2 == 0:
        return turned
    width = max(_LINE_PX // 2, round(turned.shape[1] * _LINE_PX / turned.shape[0]))
    return np.asarray(cv2.resize(turned, (width, _LINE_PX), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _as_colour(grey: NDArray[Any]) -> Picture:
    return np.repeat(np.ascontiguousarray(grey, dtype=np.uint8)[:, :, None], 3, axis=2)
