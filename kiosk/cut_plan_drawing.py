"""A plan as an SVG drawing to scale, for technicians. Pure: returns text.

Responsible for: blank, wanted profile, wheel path and remaining material in one picture, in real millimetres. Not
responsible for: writing files; only the explicit command of a technician does that, with a code they typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import Polygon

from config.keyway import Blank
from config.machine import Machine
from kiosk.cut_plan import CutPlan
from kiosk.cut_plan_geometry import WheelShape, metal_left

MARGIN_MM = 6.0
BOW_MM = 8.0
LEGEND = "blue: wanted - gold: metal left - red: wheel path - mm from shoulder"
ENLARGED = 4.0
"""Drawn so many times larger than life; the view box stays in mm."""


def draw(plan: CutPlan, blank: Blank, machine: Machine, title: str) -> str:
    """The drawing. x from the shoulder to the right, spine below; everything in mm."""
    wheel = WheelShape(machine.wheel.flat_mm, machine.wheel.angle_deg)
    path = [(point.x_mm, point.height_mm) for point in plan.path]
    left = metal_left(path, wheel, blank.blade_length_mm, plan.blade_height_mm)
    width = BOW_MM + blank.blade_length_mm + 2 * MARGIN_MM
    top = machine.cutting.retract_height_mm + MARGIN_MM
    height = top + MARGIN_MM + 6.0
    air = _points((point.x_mm, point.height_mm) for point in plan.path)
    marks = "".join(
        f'<line x1="{x:.3f}" y1="0" x2="{x:.3f}" y2="{-root:.3f}" class="mark"/>'
        for x, root in zip(plan.positions_mm, plan.roots_mm, strict=True)
    )
    scale = "".join(
        f'<line x1="{mm}" y1="2" x2="{mm}" y2="{3 if mm % 5 else 4}" class="scale"/>'
        + (f'<text x="{mm}" y="5.6" class="label">{mm}</text>' if mm % 5 == 0 else "")
        for mm in range(int(blank.blade_length_mm) + 1)
    )
    rim = _rim(wheel, min(path, key=lambda point: point[1]))
    size = f'width="{width * ENLARGED:.0f}mm" height="{height * ENLARGED:.0f}mm"'
    blade = plan.blade_height_mm
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size}
 viewBox="{-BOW_MM - MARGIN_MM:.3f} {-top:.3f} {width:.3f} {height:.3f}">
<title>{escape(title)}</title>
<style>
.blank{{fill:#eee;stroke:#999;stroke-width:.06}} .left{{fill:#d9b44a;stroke:none}}
.wanted{{fill:none;stroke:#036;stroke-width:.08}}
.path{{fill:none;stroke:#c00;stroke-width:.05;stroke-dasharray:.3 .15}}
.mark{{stroke:#036;stroke-width:.03;stroke-dasharray:.2 .2}} .scale{{stroke:#333;stroke-width:.05}}
.wheel{{fill:#888;fill-opacity:.25;stroke:#444;stroke-width:.05}}
.label{{font:1.3px sans-serif;text-anchor:middle;fill:#333}} .title{{font:1.5px sans-serif;fill:#111}}
</style>
<rect x="{-BOW_MM}" y="{-blade - 1:.3f}" width="{BOW_MM}" height="{blade + 2:.3f}" class="blank"/>
<rect x="0" y="{-blade:.3f}" width="{blank.blade_length_mm:.3f}" height="{blade:.3f}" class="blank"/>
<path d="{_area(left)}" class="left" fill-rule="evenodd"/>
<polyline points="{_points((float(x), float(y)) for x, y in plan.wanted)}" class="wanted"/>
{marks}
<polyline points="{air}" class="path"/>
<polygon points="{rim}" class="wheel"/>
{scale}
<text x="{-BOW_MM}" y="{-top + 2.2:.3f}" class="title">{escape(title)}</text>
<text x="{-BOW_MM}" y="{-top + 4.2:.3f}" class="title">{LEGEND}</text>
</svg>
"""


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.3f},{-y:.3f}" for x, y in points)


def _rim(wheel: WheelShape, at: tuple[float, float]) -> str:
    x, y = at
    rise = 3.0
    half, wide = wheel.flat_mm / 2, wheel.half_width_mm(rise)
    return _points([(x - half, y), (x + half, y), (x + wide, y + rise), (x - wide, y + rise)])


def _area(shape: BaseGeometry) -> str:
    pieces = getattr(shape, "geoms", (shape,))
    rings = [ring for piece in pieces if isinstance(piece, Polygon) for ring in (piece.exterior, *piece.interiors)]
    return " ".join("M" + " L".join(f"{x:.3f},{-y:.3f}" for x, y in ring.coords) + " Z" for ring in rings)
