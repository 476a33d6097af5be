"""The panel's look: the product's theme, denser, dark or light, for a technician at a desk.

Responsible for: palette and sizes for a window. Not responsible for: drawing. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from ui.theme import LIGHT, Rgba, Theme, rgba

DESIGN_PX = (1280, 800)
SMALLEST_PX = (720, 640)
TABBED_BELOW_PX = 1024
"""A window narrower than this shows one column of the two, with words of full size."""
TABBED_DESIGN_PX = (840, 736)
_PX_PER_MM = 1.9
"""At the design size: text of 13 px, targets of 39 px."""

DARK = replace(
    LIGHT,
    name="dark",
    paper=rgba("#12171a"),
    card=rgba("#1b2226"),
    line=rgba("#2d373c"),
    edge=rgba("#6f7f86"),
    ink=rgba("#eef2f3"),
    soft_ink=rgba("#a9b6bb"),
    accent=rgba("#4fd1bd"),
    on_accent=rgba("#06201c"),
    accent_pressed=rgba("#8ae6d8"),
    tint=rgba("#17332f"),
    danger=rgba("#ff8b7f"),
    on_danger=rgba("#210502"),
    warn=rgba("#ffd60a"),
    on_warn=rgba("#161300"),
    focus=rgba("#7db1ff"),
    brass=rgba("#d8b25f"),
    brass_shade=rgba("#8f6f2c"),
    steel=rgba("#8d999e"),
    steel_shade=rgba("#56636a"),
    glow=rgba("#fff4cf"),
)
PALETTES = {"dark": DARK, "light": replace(LIGHT, name="light", glow=rgba("#ffe9a8"))}


def is_tabbed(wide_px: float) -> bool:
    """Whether a window this wide has no room for two columns."""
    return wide_px < TABBED_BELOW_PX


def panel_theme(window_px: tuple[float, float], palette: str) -> Theme:
    """The theme of a window: it grows with the window, though less than the window does."""
    design_px = TABBED_DESIGN_PX if is_tabbed(window_px[0]) else DESIGN_PX
    scale = min(window_px[0] / design_px[0], window_px[1] / design_px[1])
    scale = 1 + 0.6 * (scale - 1) if scale > 1 else scale
    return Theme(
        palette=PALETTES[palette],
        px_per_mm=_PX_PER_MM * scale,
        width_px=window_px[0],
        height_px=window_px[1],
        compact=True,
    )


def mixed(one: Rgba, other: Rgba, part: float) -> Rgba:
    """A colour between two: `part` of the other."""
    r, g, b, a = (x + (y - x) * part for x, y in zip(one, other, strict=True))
    return (r, g, b, a)
