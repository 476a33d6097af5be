"""How much of each pixel an outline covers, exactly.

Responsible for: area coverage of closed outlines on a pixel grid. Not responsible for: what is drawn with it.
Pixel (row, column) is the square from column to column+1 and row to row+1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels: first column and row, width and height."""

    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the window in its picture."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def window_around(points: NDArray[np.float64], margin: int, width_px: int, height_px: int) -> Window:
    """The part of a picture that holds `points`, with a margin; empty when they lie outside."""
    low = np.floor(points.min(axis=0)).astype(int) - margin
    high = np.ceil(points.max(axis=0)).astype(int) + margin
    left, top = max(int(low[0]), 0), max(int(low[1]), 0)
    return Window(left, top, max(min(int(high[0]), width_px) - left, 0), max(min(int(high[1]), height_px) - top, 0))


def covered(
    outlines: Iterable[tuple[NDArray[np.float64], tuple[NDArray[np.float64], ...]]], window: Window
) -> NDArray[np.float32]:
    """Coverage, 0 to 1, of the union of solids (outer line and holes, corners in pixels) over a window."""
    total = np.zeros((window.height + 1, window.width), np.float32)
    flat = total.reshape(-1)
    for outer, holes in outlines:
        for outline, sign in ((outer, +1), *((hole, -1) for hole in holes)):
            if window.height and window.width:
                np.add.at(flat, *_shares(_turned(outline, sign) - (window.left, window.top), window))
    # Whole rows are added at once: five times as fast as `np.cumsum`, which goes down column by column.
    for above, below in pairwise(total):
        np.add(above, below, out=below)
    filled: NDArray[np.float32] = total[:-1]
    return np.clip(filled, 0.0, 1.0, out=filled)


def _turned(outline: NDArray[np.float64], sign: int) -> NDArray[np.float64]:
    """The outline with a chosen sense of rotation."""
    x, y = outline[:, 0], outline[:, 1]
    area = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
    return outline if area * sign >= 0 else outline[::-1]


def _shares(corners: NDArray[np.float64], window: Window) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The signed area each edge leaves below it in its own pixel and the next, to be summed down the columns."""
    height, width = window.height, window.width
    start, end = corners, np.roll(corners, -1, axis=0)
    edges, cuts = _crossings(start, end)
    delta = end - start
    inside = edges[1:] == edges[:-1]
    edge = edges[:-1][inside]
    a, b = cuts[:-1][inside], cuts[1:][inside]
    middle = start[edge] + delta[edge] * ((a + b) / 2)[:, None]
    run = delta[edge, 0] * (b - a)
    column = np.floor(middle[:, 0]).astype(np.int64)
    keep = (column >= 0) & (column < width) & (run != 0) & (middle[:, 1] < height)
    column, run, y = column[keep], run[keep], np.maximum(middle[keep, 1], 0.0)
    row = np.floor(y).astype(np.int64)
    beyond = run * (y - row)
    first = row * width + column
    shares = np.concatenate([run - beyond, beyond]).astype(np.float32)
    return np.concatenate([first, first + width]), shares


def _crossings(start: NDArray[np.float64], end: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where edges cross the lines of the grid: edge numbers and fractions along them, both ends included, sorted."""
    count = len(start)
    numbers, fractions = [np.arange(count), np.arange(count)], [np.zeros(count), np.ones(count)]
    for axis in (0, 1):
        a, b = start[:, axis], end[:, axis]
        low, high = np.minimum(a, b), np.maximum(a, b)
        first = np.floor(low) + 1
        crossings = np.maximum(np.ceil(high) - first, 0).astype(np.int64)
        edge = np.repeat(np.arange(count), crossings)
        nth = np.arange(edge.size) - np.repeat(np.cumsum(crossings) - crossings, crossings)
        numbers.append(edge)
        fractions.append((first[edge] + nth - a[edge]) / (b - a)[edge])
    number, fraction = np.concatenate(numbers), np.concatenate(fractions)
    order = np.lexsort((fraction, number))
    return number[order], fraction[order]
