"""The one visual language: type scale, spacing grid, colour roles and motion, in true millimetres.

Responsible for: turning the configured screen and the real window into sizes in pixels, and the two colour
sets. Not responsible for: drawing. Pure; imports no Kivy, so contrast and sizes are computed in tests.

Sizes are physical because people are: a touch target is 20 mm on any panel. Type sizes are given by capital
height, which is what accessibility rules measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from config.store import Screen

Rgba: TypeAlias = tuple[float, float, float, float]

FONTS = Path(__file__).parent / "fonts"
CAP_HEIGHT_EM = 0.72
"""Capital height of the bundled fonts in em (Inter .727, Inter Display .719): the smaller one, to be safe."""
MIN_TEXT_MM = 4.8
MIN_TARGET_MM = 20.0


def rgba(hex_colour: str) -> Rgba:
    """`#rrggbb` as Kivy wants it."""
    r, g, b = (int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return (r, g, b, 1.0)


@dataclass(frozen=True)
class Field:
    """The large ground behind title and picture: its colour in the light and away from it."""

    bright: Rgba
    dark: Rgba


@dataclass(frozen=True)
class Palette:
    """Colour roles. What begins with on_ is text upon that colour."""

    name: str
    paper: Rgba
    """Behind everything."""
    card: Rgba
    """Raised surfaces."""
    line: Rgba
    """Borders of cards; never the only sign of anything."""
    edge: Rgba
    """Borders of things one can touch."""
    ink: Rgba
    soft_ink: Rgba
    accent: Rgba
    on_accent: Rgba
    accent_pressed: Rgba
    tint: Rgba
    """A breath of the accent: what is chosen, what goes on now."""
    danger: Rgba
    on_danger: Rgba
    warn: Rgba
    on_warn: Rgba
    focus: Rgba
    brass: Rgba
    brass_shade: Rgba
    steel: Rgba
    steel_shade: Rgba
    glow: Rgba
    """Of the drawn machine's lamps."""
    good: Field
    """All is well."""
    away: Field
    """Not here, not now."""
    look: Field
    """Look at me."""
    on_field: Rgba
    on_look: Rgba
    mark: Rgba
    """The ring round what matters, and the tag."""
    on_mark: Rgba

    def text_pairs(self) -> tuple[tuple[str, Rgba, Rgba], ...]:
        """Every text colour with every ground it is put upon."""
        return (
            ("ink on paper", self.ink, self.paper),
            ("ink on card", self.ink, self.card),
            ("ink on tint", self.ink, self.tint),
            ("soft ink on paper", self.soft_ink, self.paper),
            ("soft ink on card", self.soft_ink, self.card),
            ("soft ink on tint", self.soft_ink, self.tint),
            ("on accent", self.on_accent, self.accent),
            ("on accent pressed", self.on_accent, self.accent_pressed),
            ("accent on paper", self.accent, self.paper),
            ("accent on card", self.accent, self.card),
            ("accent on tint", self.accent, self.tint),
            ("on danger", self.on_danger, self.danger),
            ("danger on paper", self.danger, self.paper),
            ("danger on card", self.danger, self.card),
            ("on warn", self.on_warn, self.warn),
            ("on mark", self.on_mark, self.mark),
            *(
                (f"title on {name}", ink, ground)
                for name, field, ink in (
                    ("good", self.good, self.on_field),
                    ("away", self.away, self.on_field),
                    ("look", self.look, self.on_look),
                )
                for ground in (field.bright, field.dark)
            ),
        )

    def graphic_pairs(self) -> tuple[tuple[str, Rgba, Rgba], ...]:
        """Borders and marks that say something, with what lies behind them (at least 3:1)."""
        return (
            ("edge of a target on paper", self.edge, self.paper),
            ("edge of a target on card", self.edge, self.card),
            ("focus ring on paper", self.focus, self.paper),
            ("focus ring on card", self.focus, self.card),
            ("accent mark on paper", self.accent, self.paper),
        )


LIGHT = Palette(
    name="light",
    paper=rgba("#f5f4f0"),
    card=rgba("#ffffff"),
    line=rgba("#dedbd3"),
    edge=rgba("#7b7f80"),
    ink=rgba("#182024"),
    soft_ink=rgba("#4b565c"),
    accent=rgba("#0b665d"),
    on_accent=rgba("#ffffff"),
    accent_pressed=rgba("#084a44"),
    tint=rgba("#e3efec"),
    danger=rgba("#ab2318"),
    on_danger=rgba("#ffffff"),
    warn=rgba("#ffd60a"),
    on_warn=rgba("#161300"),
    focus=rgba("#1f4fd8"),
    brass=rgba("#d3ae5c"),
    brass_shade=rgba("#a57f2f"),
    steel=rgba("#b9c1c4"),
    steel_shade=rgba("#69757a"),
    glow=rgba("#fffdf4"),
    good=Field(rgba("#138071"), rgba("#07463f")),
    away=Field(rgba("#5a686e"), rgba("#2a3439")),
    look=Field(rgba("#f8c64e"), rgba("#cf9019")),
    on_field=rgba("#ffffff"),
    on_look=rgba("#221800"),
    mark=rgba("#f5b532"),
    on_mark=rgba("#221800"),
)

CONTRAST = Palette(
    name="contrast",
    paper=rgba("#000000"),
    card=rgba("#0c0f10"),
    line=rgba("#8d989c"),
    edge=rgba("#ffffff"),
    ink=rgba("#ffffff"),
    soft_ink=rgba("#e4e9eb"),
    accent=rgba("#5fe3d0"),
    on_accent=rgba("#000000"),
    accent_pressed=rgba("#b8fff4"),
    tint=rgba("#10302c"),
    danger=rgba("#ff9a8f"),
    on_danger=rgba("#000000"),
    warn=rgba("#ffd60a"),
    on_warn=rgba("#000000"),
    focus=rgba("#ffd60a"),
    brass=rgba("#e6c877"),
    brass_shade=rgba("#a57f2f"),
    steel=rgba("#cfd6d8"),
    steel_shade=rgba("#8d989c"),
    glow=rgba("#2b3133"),
    good=Field(rgba("#000000"), rgba("#000000")),
    away=Field(rgba("#000000"), rgba("#000000")),
    look=Field(rgba("#000000"), rgba("#000000")),
    on_field=rgba("#ffffff"),
    on_look=rgba("#ffffff"),
    mark=rgba("#ffd60a"),
    on_mark=rgba("#000000"),
)

PALETTES = {palette.name: palette for palette in (LIGHT, CONTRAST)}


@dataclass(frozen=True)
class Animation:
    """How things move: little, and only when it says something. Seconds."""

    scene_s: float = 3.2
    """One round of a picture that shows how to do something."""
    scene_fps: float = 15.0
    """Every second frame: even steps."""
    beat_s: float = 4.0
    """How long one beat of the idle welcome screen lasts: a short movement, and then rest."""
    deaf_s: float = 0.3
    """Touches this soon after a screen appeared were meant for the one before."""
    hold_s: float = 1.2
    """How long a dangerous button is held."""


@dataclass(frozen=True)
class Theme:
    """Everything a widget needs to know about looks. All sizes in pixels of the real window."""

    palette: Palette
    px_per_mm: float
    width_px: float
    height_px: float
    compact: bool
    motion: Animation = Animation()

    # --- type scale, font size in px -------------------------------------------------------------------
    def _type(self, cap_mm: float) -> float:
        return round(max(cap_mm, MIN_TEXT_MM) * self.px_per_mm / CAP_HEIGHT_EM + 0.49)

    @cached_property
    def small_px(self) -> float:
        """Captions: the least that may be shown."""
        return self._type(4.8)

    @cached_property
    def text_px(self) -> float:
        """Running text."""
        return self._type(4.8 if self.compact else 5.3)

    @cached_property
    def lead_px(self) -> float:
        """Buttons and the first sentence."""
        return self._type(5.2 if self.compact else 7.0)

    @cached_property
    def statement_px(self) -> float:
        """A sentence that has a column to itself."""
        return self._type(6.6 if self.compact else 8.0)

    @cached_property
    def title_px(self) -> float:
        """What this screen is about."""
        return self._type(7.6 if self.compact else 10.5)

    @cached_property
    def display_px(self) -> float:
        """The price, the count-down."""
        return self._type(10.0 if self.compact else 16.0)

    @cached_property
    def headline_px(self) -> float:
        """The one sentence of a field."""
        return self._type(11.4 if self.compact else 18.5)

    @cached_property
    def hero_px(self) -> float:
        """The welcome, and what must be seen from across the room."""
        return self._type(13.6 if self.compact else 24.0)

    # --- spacing grid, in steps of 2 mm -----------------------------------------------------------------
    def mm(self, length_mm: float) -> float:
        """A length on the glass in px."""
        return length_mm * self.px_per_mm

    @cached_property
    def gap_px(self) -> float:
        """Between things that belong together."""
        return self.mm(3.0 if self.compact else 4.0)

    @cached_property
    def wide_gap_px(self) -> float:
        """Between groups."""
        return self.mm(5.0 if self.compact else 10.0)

    @cached_property
    def margin_px(self) -> float:
        """From the glass's edge."""
        return self.mm(8.0 if self.compact else 14.0)

    @cached_property
    def target_px(self) -> float:
        """Least height and width of anything one touches; a pixel more, so that rounding never takes it away."""
        return self.mm(MIN_TARGET_MM) + 1.0

    @cached_property
    def big_target_px(self) -> float:
        """Height of the main buttons."""
        return self.mm(20.4 if self.compact else 26.0)

    @cached_property
    def radius_px(self) -> float:
        """Corners."""
        return self.mm(3.0 if self.compact else 4.0)

    @cached_property
    def hair_px(self) -> float:
        """Thin borders."""
        return max(1.0, self.mm(0.35))

    @cached_property
    def stroke_px(self) -> float:
        """Lines of icons and drawings."""
        return max(1.5, self.mm(0.9))

    @cached_property
    def ring_px(self) -> float:
        """Width of the focus ring."""
        return max(3.0, self.mm(1.4))

    @cached_property
    def regular(self) -> str:
        """Path of the text font."""
        return str(FONTS / "Inter-Regular.ttf")

    @cached_property
    def semibold(self) -> str:
        """Path of the emphasis font."""
        return str(FONTS / "Inter-SemiBold.ttf")

    @cached_property
    def bold(self) -> str:
        """Path of the title font."""
        return str(FONTS / "InterDisplay-Bold.ttf")


def make_theme(screen: Screen, window_px: tuple[float, float], palette: str | None = None) -> Theme:
    """The theme of a window on the configured screen.

    A window smaller than the configured screen (a developer's desk) is the same picture, smaller: millimetres
    are those of the real panel, scaled.
    """
    width_mm, height_mm = screen.width_px * screen.mm_per_px, screen.height_px * screen.mm_per_px
    px_per_mm = min(window_px[0] / width_mm, window_px[1] / height_mm)
    return Theme(
        palette=PALETTES[palette or screen.theme],
        px_per_mm=px_per_mm,
        width_px=window_px[0],
        height_px=window_px[1],
        compact=min(window_px) / px_per_mm < 230.0 or window_px[1] < window_px[0],
    )


def luminance(colour: Rgba) -> float:
    """Relative luminance as WCAG 2 defines it."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

    r, g, b = (linear(channel) for channel in colour[:3])
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Rgba, other: Rgba) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
