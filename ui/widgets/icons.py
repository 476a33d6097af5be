"""Icons drawn with lines on a 24-unit grid.

Responsible for: the shapes. Not responsible for: where they stand. Every icon stands beside words.
"""

from __future__ import annotations

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy

from kivy.graphics import Color, SmoothEllipse, SmoothLine  # isort: skip

Stroke = tuple[str, tuple[float, ...]]

ICONS: dict[str, tuple[Stroke, ...]] = {
    "close": (("line", (6, 6, 18, 18)), ("line", (6, 18, 18, 6))),
    "back": (("line", (20, 12, 4, 12)), ("line", (11, 19, 4, 12, 11, 5))),
    "return": (("line", (9, 20, 4, 15, 9, 10)), ("line", (4, 15, 15, 15)), ("arc", (15, 10, 5, 0, 180))),
    "forward": (("line", (4, 12, 20, 12)), ("line", (13, 19, 20, 12, 13, 5))),
    "tray": (("line", (3, 11, 3, 5, 21, 5, 21, 11, 3, 11)), ("line", (7, 16, 17, 16)), ("line", (9, 20, 15, 20))),
    "ruler": (
        ("line", (2, 8, 22, 8, 22, 17, 2, 17, 2, 8)),
        ("line", (6, 17, 6, 13)),
        ("line", (10, 17, 10, 14)),
        ("line", (14, 17, 14, 13)),
        ("line", (18, 17, 18, 14)),
    ),
    "tab_machine": (
        ("circle", (12, 12, 4)),
        ("circle", (12, 12, 7.6)),
        ("line", (12, 19.6, 12, 22)),
        ("line", (12, 2, 12, 4.4)),
        ("line", (2, 12, 4.4, 12)),
        ("line", (19.6, 12, 22, 12)),
    ),
    "tab_jog": (
        ("line", (12, 3, 12, 21)),
        ("line", (3, 12, 21, 12)),
        ("line", (9, 18, 12, 21, 15, 18)),
        ("line", (9, 6, 12, 3, 15, 6)),
        ("line", (6, 9, 3, 12, 6, 15)),
        ("line", (18, 9, 21, 12, 18, 15)),
    ),
    "tab_test": (("circle", (7, 12, 4.4)), ("line", (11.4, 12, 22, 12, 22, 8)), ("line", (17, 12, 17, 8.6))),
    "tab_cameras": (
        ("line", (3, 18, 21, 18, 21, 5, 3, 5, 3, 18)),
        ("circle", (12, 11.4, 3.6)),
        ("line", (8, 18, 9.6, 21, 14.4, 21, 16, 18)),
    ),
    "tab_wire": (("line", (2, 12, 7, 12, 9.6, 19, 14, 5, 16.6, 12, 22, 12)),),
    "tab_stock": (
        ("line", (3, 4, 21, 4, 21, 9, 3, 9, 3, 4)),
        ("line", (3, 9, 3, 14, 21, 14, 21, 9)),
        ("line", (3, 14, 3, 19, 21, 19, 21, 14)),
    ),
    "tab_sales": (
        ("line", (5, 3, 5, 21, 19, 21, 19, 3, 16.6, 5, 14.4, 3, 12, 5, 9.6, 3, 7.4, 5, 5, 3)),
        ("line", (8.6, 16, 15.4, 16)),
        ("line", (8.6, 11.6, 15.4, 11.6)),
    ),
    "tab_help": (
        ("circle", (12, 12, 9.4)),
        ("circle", (12, 12, 4)),
        ("line", (5.4, 5.4, 9.2, 9.2)),
        ("line", (18.6, 5.4, 14.8, 9.2)),
        ("line", (5.4, 18.6, 9.2, 14.8)),
        ("line", (18.6, 18.6, 14.8, 14.8)),
    ),
    "tab_kiosk": (
        ("line", (5, 22, 19, 22, 19, 7, 5, 7, 5, 22)),
        ("line", (8, 18.6, 16, 18.6, 16, 13, 8, 13, 8, 18.6)),
        ("line", (3, 2, 21, 2)),
        ("line", (12, 7, 12, 2)),
    ),
    "tab_history": (
        ("circle", (12, 12, 9)),
        ("line", (12, 17, 12, 11)),
        ("dot", (12, 7.6, 1.2)),
    ),
    "tab_measure": (("line", (3, 21, 3, 3, 21, 3)), ("line", (6, 7, 10, 11, 14, 9, 20, 17))),
    "tab_visit": (
        ("line", (4, 4, 20, 4, 20, 19, 4, 19, 4, 4)),
        ("line", (4, 15, 20, 15)),
        ("line", (8, 21, 8, 17)),
        ("line", (16, 21, 16, 17)),
        ("line", (8.5, 9.5, 11, 7, 15.5, 12)),
    ),
    "check": (("line", (4, 12, 10, 6, 20, 18)),),
    "plus": (("line", (12, 4, 12, 20)), ("line", (4, 12, 20, 12))),
    "minus": (("line", (4, 12, 20, 12)),),
    "question": (
        ("circle", (12, 12, 10)),
        (
            "line",
            (9, 14.5, 9.3, 16.2, 10.6, 17.4, 12.4, 17.6, 14.2, 16.8, 15, 15.2, 14.6, 13.6, 12.8, 12.2, 12, 11, 12, 9.8),
        ),
        ("dot", (12, 6.6, 1.1)),
    ),
    "person": (
        ("circle", (12, 16.5, 4)),
        ("line", (4, 4, 4.6, 7, 6.6, 9.2, 9.5, 10, 14.5, 10, 17.4, 9.2, 19.4, 7, 20, 4)),
    ),
    "stop": (
        ("line", (8.5, 21, 15.5, 21, 21, 15.5, 21, 8.5, 15.5, 3, 8.5, 3, 3, 8.5, 3, 15.5, 8.5, 21)),
        ("line", (8, 12, 16, 12)),
    ),
    "headphones": (
        ("arc", (12, 11, 9, -90, 90)),
        ("line", (3, 11, 3, 5, 7, 5, 7, 10, 3, 10)),
        ("line", (21, 11, 21, 5, 17, 5, 17, 10, 21, 10)),
    ),
    "contrast": (("circle", (12, 12, 9)), ("half", (12, 12, 9))),
    "steady": (
        ("circle", (8, 12, 5)),
        ("circle", (16, 12, 5)),
    ),
    "reach": (("line", (12, 21, 12, 6)), ("line", (5, 13, 12, 6, 19, 13)), ("line", (4, 2.5, 20, 2.5))),
    "louder": (
        ("line", (4, 9, 8, 9, 13, 5, 13, 19, 8, 15, 4, 15, 4, 9)),
        ("line", (19, 9, 19, 15)),
        ("line", (16, 12, 22, 12)),
    ),
    "quieter": (("line", (4, 9, 8, 9, 13, 5, 13, 19, 8, 15, 4, 15, 4, 9)), ("line", (16, 12, 22, 12))),
    "repeat": (("arc", (12, 12, 8, -45, 225)), ("line", (2.4, 8.6, 6.3, 6.3, 8.6, 10.4))),
    "erase": (
        ("line", (9, 19, 21, 19, 21, 5, 9, 5, 3, 12, 9, 19)),
        ("line", (11.5, 9, 17, 15)),
        ("line", (11.5, 15, 17, 9)),
    ),
    "lock": (
        ("line", (5, 11, 19, 11, 19, 3, 5, 3, 5, 11)),
        ("arc", (12, 15, 4, -90, 90)),
        ("line", (8, 15, 8, 11)),
        ("line", (16, 15, 16, 11)),
    ),
    "unlock": (("line", (5, 11, 19, 11, 19, 3, 5, 3, 5, 11)), ("arc", (12, 16, 4, -90, 60)), ("line", (8, 16, 8, 11))),
    "low": (
        ("line", (12, 4, 12, 4)),
        ("line", (12, 21, 22, 3, 2, 3, 12, 21)),
        ("line", (12, 15, 12, 9.5)),
        ("dot", (12, 6.4, 1.1)),
    ),
}


def draw_icon(name: str, x: float, y: float, size: float, colour: tuple[float, ...], stroke: float) -> None:
    """Draw `name` into the canvas that is open, its grid's corner at (x, y)."""
    unit = size / 24.0
    Color(rgba=colour)
    for kind, values in ICONS[name]:
        if kind == "line":
            points = [(x if i % 2 == 0 else y) + value * unit for i, value in enumerate(values)]
            SmoothLine(points=points, width=stroke, cap="round", joint="round")
        elif kind == "circle":
            cx, cy, r = values
            SmoothLine(circle=(x + cx * unit, y + cy * unit, r * unit), width=stroke)
        elif kind == "arc":
            cx, cy, r, start, end = values
            SmoothLine(circle=(x + cx * unit, y + cy * unit, r * unit, start, end), width=stroke, cap="round")
        elif kind == "half":
            cx, cy, r = values
            SmoothEllipse(
                pos=(x + (cx - r) * unit, y + (cy - r) * unit),
                size=(2 * r * unit, 2 * r * unit),
                angle_start=0,
                angle_end=180,
            )
        else:
            cx, cy, r = values
            SmoothEllipse(pos=(x + (cx - r) * unit, y + (cy - r) * unit), size=(2 * r * unit, 2 * r * unit))
