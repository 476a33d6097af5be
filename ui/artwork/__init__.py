"""Drawings of keys and of the kiosk's own parts: geometry as values, and one place that paints them.

`shapes` says what a drawing is, `keys`, `features` and `parts` hold them, `raster` paints them. Knows no Kivy.
"""

from __future__ import annotations

from functools import lru_cache

from ui.artwork.features import FEATURES
from ui.artwork.keys import blank, key
from ui.artwork.parts import PARTS
from ui.artwork.shapes import Drawing


@lru_cache(maxsize=64)
def drawing(name: str) -> Drawing:
    """The drawing of that name: a part, `feature/dimple`, or `key/KW1/brass` and `blank/KW1/brass`."""
    kind, *rest = name.split("/")
    match kind:
        case "key":
            return key(*rest)
        case "blank":
            return blank(*rest)
        case "feature":
            return FEATURES[rest[0]].drawing
        case _:
            return PARTS[name]
