"""A plan as an SVG drawing to scale, for technicians. Pure: returns text.

Responsible for: blank, wanted profile, wheel path and remaining material in one picture, in real millimetres. Not
responsible for: writing files; only the explicit command of a technician does that, with a code they typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, pairwise
from textwrap import wrap
from xml.sax.saxutils import escape

from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import Polygon

from config.keyway import Blank
from config.machine import Machine
from kiosk.cutting.geometry import WheelShape, metal_left
from kiosk.cutting.plan import CutPlan

MARGIN_MM = 4.0
BOW_MM = 7.0
SHOULDER_MM = 1.2
LINE_MM = 1.5
FOOTER_MM = 10.0
RULER_MM = 4.0
ENLARGED = 4.0
"""Drawn so many times larger than life; the view box stays in mm."""
INK, QUIET, WANTED, PATH, BRASS, BLANK = "#1d2733", "#6b7683", "#0b4f9c", "#c8251b", "#e0bd55", "#f1efe8"
STYLE = f"""
.blank{{fill:{BLANK};stroke:#b9b3a2;stroke-width:.06;stroke-dasharray:.35 .25}}
.bow{{fill:#e7e3d6;stroke:#8d8672;stroke-width:.08}}
.left{{fill:{BRASS};stroke:#8a6d16;stroke-width:.04}}
.wanted{{fill:none;stroke:{WANTED};stroke-width:.13;stroke-linejoin:round}}
.path{{fill:none;stroke:{PATH};stroke-width:.09;stroke-linejoin:round}}
.rapid{{fill:none;stroke:{PATH};stroke-width:.06;stroke-dasharray:.4 .3}}
.mark{{stroke:{WANTED};stroke-width:.04;stroke-dasharray:.25 .25}}
.scale{{stroke:{INK};stroke-width:.06}}
.wheel{{fill:#7d8894;fill-opacity:.28;stroke:#46505b;stroke-width:.07}}
.start{{fill:{PATH}}}
"""
LEGEND = (
    ("wanted edge", f'<line x1="0" y1="0" x2="2.4" y2="0" stroke="{WANTED}" stroke-width=".16"/>'),
    (
        "metal left",
        f'<rect x="0" y="-.55" width="2.4" height="1.1" fill="{BRASS}" stroke="#8a6d16" stroke-width=".05"/>',
    ),
    ("taken away", '<rect x="0" y="-.55" width="2.4" height="1.1" class="blank"/>'),
    ("wheel, cutting", f'<line x1="0" y1="0" x2="2.4" y2="0" stroke="{PATH}" stroke-width=".16"/>'),
    ("wheel, in the air", '<line x1="0" y1="0" x2="2.4" y2="0" class="rapid"/>'),
    ("its rim", '<path d="M0,-.55 L2.4,-.55 L1.5,.55 L.9,.55 Z" class="wheel"/>'),
)


def draw(plan: CutPlan, blank: Blank, machine: Machine, title: str) -> str:
    """The drawing. x from the shoulder to the right, spine below; everything in mm.

    What follows a colon in `title` is why the key is refused.
    """
    wheel = WheelShape(machine.wheel.flat_mm, machine.wheel.angle_deg)
    path = [(point.x_mm, point.height_mm) for point in plan.path]
    blade, length = plan.blade_height_mm, blank.blade_length_mm
    left = metal_left(path, wheel, length, blade)
    right_mm = max(length, max(x for x, _ in path)) + RULER_MM
    name, _, refused = title.partition(": ")
    lines = [
        *((line, PATH) for line in wrap(refused, 60)),
        (f"wheel {machine.wheel.name}: flat {machine.wheel.flat_mm:g} mm, {machine.wheel.angle_deg:g} degrees", QUIET),
        (f"drawn {ENLARGED:g} : 1; roots in mm above the spine, places in mm from the shoulder", QUIET),
    ]
    top_mm = machine.cutting.retract_height_mm + LINE_MM * len(lines) + 5.0
    begin_mm, width, height = -BOW_MM - MARGIN_MM, BOW_MM + right_mm + 2 * MARGIN_MM, top_mm + FOOTER_MM
    parts = [
        f'<rect x="{begin_mm:.3f}" y="{-top_mm:.3f}" width="{width:.3f}" height="{height:.3f}" fill="#ffffff"/>',
        _text(-BOW_MM, -top_mm + 3.0, name, 1.9, INK, weight="bold"),
        *(_text(-BOW_MM, -top_mm + 4.9 + LINE_MM * i, line, 1.0, colour) for i, (line, colour) in enumerate(lines)),
        _bow(blade),
        f'<rect x="0" y="{-blade:.3f}" width="{length:.3f}" height="{blade:.3f}" class="blank"/>',
        f'<path d="{_area(left)}" class="left" fill-rule="evenodd"/>',
        *_cut_marks(plan),
        f'<polyline points="{_points((float(x), float(y)) for x, y in plan.wanted)}" class="wanted"/>',
        f'<polygon points="{_rim(wheel, _deepest(plan))}" class="wheel"/>',
        *_runs(plan),
        f'<circle cx="{path[0][0]:.3f}" cy="{-path[0][1]:.3f}" r=".3" class="start"/>',
        *_rulers(length, blade, right_mm),
        *_legend(-BOW_MM, FOOTER_MM - 3.8, width - 2 * MARGIN_MM),
    ]
    size = f'width="{width * ENLARGED:.0f}mm" height="{height * ENLARGED:.0f}mm"'
    body = "\n".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size}
 viewBox="{begin_mm:.3f} {-top_mm:.3f} {width:.3f} {height:.3f}">
<title>{escape(title)}</title>
<style>{STYLE}</style>
{body}
</svg>
"""


def _text(
    x: float, y: float, text: str, size_mm: float, colour: str, *, anchor: str = "start", weight: str = ""
) -> str:
    look = f'font-family="sans-serif" font-size="{size_mm * 10:g}" fill="{colour}" text-anchor="{anchor}"'
    bold = f' font-weight="{weight}"' if weight else ""
    return f'<text transform="translate({x:.3f},{y:.3f}) scale(.1)" {look}{bold}>{escape(text)}</text>'


def _bow(blade_mm: float) -> str:
    top, low = -blade_mm - SHOULDER_MM, SHOULDER_MM
    return (
        f'<path d="M0,{top:.3f} L0,{low:.3f} L{-BOW_MM + 3:.3f},{low:.3f} '
        f"Q{-BOW_MM:.3f},{low:.3f} {-BOW_MM:.3f},{low - 3:.3f} L{-BOW_MM:.3f},{top + 3:.3f} "
        f'Q{-BOW_MM:.3f},{top:.3f} {-BOW_MM + 3:.3f},{top:.3f} Z" class="bow"/>'
    )


def _cut_marks(plan: CutPlan) -> Iterable[str]:
    """Each cut's centre, its number from the stop, and its root above the spine."""
    for number, (x, root) in enumerate(zip(plan.positions_mm, plan.roots_mm, strict=True), start=1):
        yield f'<line x1="{x:.3f}" y1="-3.2" x2="{x:.3f}" y2="{-root:.3f}" class="mark"/>'
        yield _text(x, -1.8, str(number), 1.3, WANTED, anchor="middle", weight="bold")
        yield _text(x, -0.5, f"{root:.2f}", 1.0, INK, anchor="middle")


def _runs(plan: CutPlan) -> Iterable[str]:
    """The path, its cutting and its air moves apart."""
    moves = list(pairwise(plan.path))
    for rapid, run in groupby(moves, key=lambda move: move[1].feed_mm_min is None):
        ends = list(run)
        points = [ends[0][0], *(end for _, end in ends)]
        name = "rapid" if rapid else "path"
        yield f'<polyline points="{_points((p.x_mm, p.height_mm) for p in points)}" class="{name}"/>'


def _rulers(length_mm: float, blade_mm: float, right_mm: float) -> Iterable[str]:
    """Millimetres along the blade, below it, and above its spine, at the right."""
    base = SHOULDER_MM + 0.6
    for mm in range(int(length_mm) + 1):
        long = 1.1 if mm % 5 == 0 else 0.6
        yield f'<line x1="{mm}" y1="{base:.2f}" x2="{mm}" y2="{base + long:.2f}" class="scale"/>'
        if mm % 5 == 0:
            yield _text(mm, base + 2.5, str(mm), 1.05, INK, anchor="middle")
    for mm in range(int(blade_mm) + 1):
        long = 1.1 if mm % 5 == 0 else 0.6
        x = right_mm - 2.4
        yield f'<line x1="{x:.2f}" y1="{-mm}" x2="{x + long:.2f}" y2="{-mm}" class="scale"/>'
        if mm % 5 == 0:
            yield _text(x + 1.4, -mm + 0.4, str(mm), 1.05, INK)


def _legend(x: float, y: float, width_mm: float) -> Iterable[str]:
    """Swatches and words, in rows of three."""
    column = width_mm / 3
    for i, (words, swatch) in enumerate(LEGEND):
        at_x, at_y = x + i % 3 * column, y + i // 3 * 2.0
        yield f'<g transform="translate({at_x:.3f},{at_y:.3f})">{swatch}</g>'
        yield _text(at_x + 3.0, at_y + 0.4, words, 1.05, INK)


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.3f},{-y:.3f}" for x, y in points)


def _deepest(plan: CutPlan) -> tuple[float, float]:
    """The middle of the deepest root."""
    root, x = min(zip(plan.roots_mm, plan.positions_mm, strict=True))
    return x, root


def _rim(wheel: WheelShape, at: tuple[float, float]) -> str:
    x, y = at
    rise = 3.0
    half, wide = wheel.flat_mm / 2, wheel.half_width_mm(rise)
    return _points([(x - half, y), (x + half, y), (x + wide, y + rise), (x - wide, y + rise)])


def _area(shape: BaseGeometry) -> str:
    pieces = getattr(shape, "geoms", (shape,))
    rings = [ring for piece in pieces if isinstance(piece, Polygon) for ring in (piece.exterior, *piece.interiors)]
    return " ".join("M" + " L".join(f"{x:.3f},{-y:.3f}" for x, y in ring.coords) + " Z" for ring in rings)
