"""Parts of this kiosk: tray, chute, clamp, wheel, shutter; and the paper of a receipt. Pure.

Responsible for: their drawings. Not responsible for: where they stand in a picture (`ui.widgets.scenes`).
"""

from __future__ import annotations

from ui.artwork.shapes import Drawing, Paint, Shape, box, circle, gear

TRAY = Drawing(
    176,
    76,
    (
        Shape((box(6, 10, 164, 58, 13),), Paint.STEEL, relief=2.2, shadow=5),
        Shape((box(12, 17, 152, 45, 9),), Paint.HOLLOW),
        Shape((box(12.6, 17.6, 150.8, 42.4, 8.6),), Paint.GLOW),
        Shape((box(12.6, 55, 150.8, 6, 4),), Paint.SHADE),
        Shape((((20, 17.2), (156, 17.2)),), Paint.LIT, line=0.8),
    ),
)
CHUTE = Drawing(
    150,
    110,
    (
        Shape((box(6, 8, 138, 98, 12),), Paint.STEEL, relief=2.2, shadow=5),
        Shape((box(26, 70, 98, 24, 7),), Paint.HOLLOW),
        Shape((box(29, 72, 92, 13, 4),), Paint.GLOW),
        Shape((((30, 69.4), (120, 69.4)),), Paint.LIT, line=0.8),
        Shape((box(20, 18, 110, 40, 9),), Paint.HOLLOW),
        Shape((box(20.6, 18.6, 108.8, 34, 8.6),), Paint.GLOW),
    ),
)
LIP = Drawing(150, 30, (Shape((box(14, 6, 122, 18, 8),), Paint.STEEL, relief=1.8, shadow=3),))
CLAMP = Drawing(
    80,
    96,
    (
        Shape((box(6, 10, 62, 30, 5),), Paint.STEEL, relief=1.8, shadow=4),
        Shape((box(12, 56, 50, 34, 5),), Paint.STEEL, relief=1.8, shadow=4),
        Shape((circle(22, 25, 3.4), circle(52, 25, 3.4), circle(37, 74, 4.4)), Paint.SHADE),
    ),
)
WHEEL = Drawing(
    60,
    60,
    (
        Shape((gear(30, 30, 26, 30, 2.6),), Paint.NICKEL, holes=(circle(30, 30, 4.4),), relief=1.2, shadow=3),
        Shape((circle(30, 30, 18),), Paint.SHADE, line=0.9),
        Shape((circle(30, 30, 17),), Paint.LIT, line=0.6),
        Shape((circle(30, 30, 8),), Paint.SHADE, line=1.2),
        Shape((circle(30, 40, 2), circle(21.4, 25, 2), circle(38.6, 25, 2)), Paint.SHADE),
    ),
)


def _cog(teeth: int, paint: Paint) -> Drawing:
    hole, inner = circle(40, 40, 10), circle(40, 40, 25)
    shapes = (
        Shape((gear(40, 40, 35, teeth, 6),), paint, (hole,), relief=1.8, shadow=3.4),
        Shape((inner,), Paint.SHADE, line=0.8),
    )
    return Drawing(80, 80, shapes)


RECEIPT = Drawing(
    96,
    124,
    (
        Shape((box(8, 8, 80, 110, 5),), Paint.PAPER, shadow=4),
        Shape(
            tuple(((18.0, y), (18.0 + w, y)) for y, w in ((104, 44), (92, 60), (80, 36), (68, 52))),
            Paint.PRINT,
            line=2.4,
        ),
        Shape((((18, 52), (78, 52)),), Paint.SHADE, line=0.8),
        Shape((((18, 38), (46, 38)),), Paint.PRINT, line=5.0),
        Shape((((60, 38), (78, 38)),), Paint.PRINT, line=5.0),
    ),
)
TERMINAL = Drawing(
    130,
    124,
    (
        Shape((box(28, 6, 74, 112, 11),), Paint.STEEL, relief=2.2, shadow=5),
        Shape((box(37, 78, 56, 30, 5),), Paint.HOLLOW),
        Shape((box(38, 79, 54, 28, 4.4),), Paint.GLOW),
        Shape((((56, 93), (62, 87), (74, 99)),), Paint.PRINT, line=3.0),
        Shape(
            tuple(box(40 + 18 * column, 58 - 14 * row, 14, 9, 3) for row in range(3) for column in range(3)),
            Paint.GHOST,
        ),
        Shape((box(40, 14, 50, 8, 4),), Paint.HOLLOW),
    ),
)
CARD = Drawing(
    110,
    72,
    (
        Shape((box(5, 6, 100, 62, 7),), Paint.BLACK, relief=1.4, shadow=4),
        Shape((box(15, 36, 17, 14, 3),), Paint.BRASS, relief=0.8),
        Shape((((15, 43), (32, 43)), ((23.5, 36), (23.5, 50))), Paint.SHADE, line=0.8),
        Shape((((15, 20), (52, 20)), ((15, 28), (34, 28))), Paint.LIT, line=2.0),
        Shape((circle(82, 20, 7), circle(90, 20, 7)), Paint.LIT),
    ),
)
SHUTTER = Drawing(
    130,
    124,
    (
        Shape((box(8, 8, 114, 110, 11),), Paint.STEEL, relief=2.2, shadow=5),
        Shape((box(18, 44, 94, 64, 6),), Paint.HOLLOW),
        Shape((box(18.8, 44.8, 92.4, 62.4, 5.6),), Paint.NICKEL, relief=1.4),
        Shape(tuple(((21.0, y), (109.0, y)) for y in range(54, 104, 9)), Paint.SHADE, line=1.0),
        Shape((box(36, 20, 58, 13, 4),), Paint.HOLLOW),
    ),
)
CLOTH = Drawing(
    70,
    60,
    (
        Shape((box(8, 10, 52, 40, 9),), Paint.PAPER, relief=1.6, shadow=3),
        Shape((((20, 16), (26, 44)), ((34, 15), (39, 45)), ((48, 16), (52, 43))), Paint.SHADE, line=0.8),
    ),
)
BADGE = Drawing(
    96,
    124,
    (
        Shape((((34, 122), (44, 100)), ((62, 122), (52, 100))), Paint.SHADE, line=3.0),
        Shape((box(8, 6, 80, 100, 9),), Paint.PAPER, relief=1.2, shadow=5),
        Shape((box(37, 90, 22, 8, 4),), Paint.HOLLOW),
        Shape((box(41, 94, 14, 16, 4),), Paint.STEEL, relief=1.4, shadow=2),
        Shape((circle(48, 67, 10.5),), Paint.STEEL, relief=1.2),
        Shape((box(29, 37, 38, 18, 9),), Paint.STEEL, relief=1.2),
        Shape((((24, 25), (72, 25)),), Paint.PRINT, line=4.0),
        Shape((((34, 16), (62, 16)),), Paint.PRINT, line=2.4),
    ),
)
PARTS: dict[str, Drawing] = {
    "tray": TRAY,
    "chute": CHUTE,
    "lip": LIP,
    "clamp": CLAMP,
    "wheel": WHEEL,
    "cog": _cog(14, Paint.STEEL),
    "small_cog": _cog(10, Paint.BRASS),
    "receipt": RECEIPT,
    "terminal": TERMINAL,
    "card": CARD,
    "shutter": SHUTTER,
    "cloth": CLOTH,
    "badge": BADGE,
}
