"""Painting a drawing: light from above left, soft shadows, smooth edges; flat with outlines in high contrast.

Responsible for: how each paint looks. Not responsible for: what is drawn, or where it stands on the glass. One call
paints one drawing for one size; whoever shows it keeps the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from ui.artwork.shapes import Drawing, Paint, Ring, Shape

FINE = 3
"""Drawn so many times larger and reduced, for smooth edges."""
SHADOW_ALPHA = 0.42
RELIEF = 1.5
"""Strength of the lit and the shaded edge."""


@dataclass(frozen=True)
class Look:
    """Colours from the upper edge to the lower one, and how much of what lies below is covered."""

    ramp: tuple[str, ...]
    alpha: float = 1.0


LOOKS = {
    Paint.BRASS: Look(("#f2da8f", "#e6c571", "#d3a850", "#b98a38", "#a57a2e")),
    Paint.NICKEL: Look(("#f6f8f9", "#dde2e5", "#bcc4c8", "#9aa4a9", "#8a949a")),
    Paint.BLACK: Look(("#565c63", "#3a3f45", "#282c31", "#1b1e22", "#15171a")),
    Paint.STEEL: Look(("#d9e2e2", "#bcc9c9", "#a3b2b3", "#90a1a2")),
    Paint.GLOW: Look(("#f1ecd6", "#fffdf0", "#fffef6", "#fffdf0")),
    Paint.HOLLOW: Look(("#28343a", "#46545a")),
    Paint.SHADE: Look(("#1d1606",), 0.30),
    Paint.LIT: Look(("#ffffff",), 0.62),
    Paint.GHOST: Look(("#ffffff",), 0.9),
    Paint.PAPER: Look(("#ffffff", "#f4f2ea")),
    Paint.PRINT: Look(("#2c2410",), 0.72),
}
FLAT = {
    Paint.BRASS: "#e6c877",
    Paint.NICKEL: "#c9d0d3",
    Paint.BLACK: "#000000",
    Paint.STEEL: "#000000",
    Paint.GLOW: "#2b3133",
    Paint.HOLLOW: "#000000",
    Paint.SHADE: "#000000",
    Paint.GHOST: "#ffffff",
    Paint.PAPER: "#ffffff",
    Paint.PRINT: "#000000",
}
"""In high contrast; a paint that is not here is left out."""


def paint(drawing: Drawing, width_px: int, *, flat: bool = False) -> Image.Image:
    """The drawing that many pixels wide, upon nothing."""
    scale = width_px / drawing.width
    image = Image.new("RGBA", (width_px, max(1, round(drawing.height * scale))))
    for shape in drawing.shapes:
        if not flat:
            _lay(image, shape, scale)
        elif shape.paint in FLAT:
            _lay_flat(image, shape, scale)
    return image


def _lay(image: Image.Image, shape: Shape, scale: float) -> None:
    left, top, right, bottom = _bounds(shape, image, scale)
    if right <= left or bottom <= top:
        return
    mask = _mask(shape, scale, image.height, (left, top, right, bottom))
    if shape.shadow:
        reach = shape.shadow * scale
        soft = ImageChops.offset(mask, round(reach * 0.35), round(reach * 0.7)).filter(
            ImageFilter.GaussianBlur(reach * 0.55)
        )
        shadow = Image.new("RGBA", mask.size)
        shadow.putalpha(soft.point([round(v * SHADOW_ALPHA) for v in range(256)]))
        image.alpha_composite(shadow, (left, top))
    look = LOOKS[shape.paint]
    metal = _ramp(look.ramp, mask)
    if shape.relief:
        _light(metal, mask, max(1.0, shape.relief * scale))
    metal.putalpha(mask.point([round(v * look.alpha) for v in range(256)]))
    image.alpha_composite(metal, (left, top))


def _light(metal: Image.Image, mask: Image.Image, reach: float) -> None:
    """The edge towards the light is bright, the other one dark."""
    soft = mask.filter(ImageFilter.GaussianBlur(reach * 0.6))
    step = max(1, round(reach * 0.5))
    towards, away = ImageChops.offset(soft, -step, -step), ImageChops.offset(soft, step, step)
    metal.paste("#ffffff", mask=ImageChops.subtract(towards, away, scale=1 / RELIEF))
    metal.paste("#1c1206", mask=ImageChops.subtract(away, towards, scale=1.4 / RELIEF))


def _lay_flat(image: Image.Image, shape: Shape, scale: float) -> None:
    bounds = _bounds(shape, image, scale)
    if bounds[2] <= bounds[0] or bounds[3] <= bounds[1]:
        return
    mask = _mask(shape, scale, image.height, bounds)
    colour = Image.new("RGBA", mask.size, FLAT[shape.paint])
    colour.putalpha(mask)
    image.alpha_composite(colour, bounds[:2])
    if shape.relief or shape.paint in (Paint.GLOW, Paint.PAPER):
        edge = 2 * max(1, round(0.45 * scale)) + 1
        rim = ImageChops.subtract(mask.filter(ImageFilter.MaxFilter(edge)), mask)
        line = Image.new("RGBA", mask.size, "#ffffff")
        line.putalpha(rim)
        image.alpha_composite(line, bounds[:2])


def _ramp(colours: tuple[str, ...], mask: Image.Image) -> Image.Image:
    column = Image.new("RGB", (1, len(colours)))
    draw = ImageDraw.Draw(column)
    for y, colour in enumerate(colours):
        draw.point((0, y), colour)
    box = mask.getbbox() or (0, 0, *mask.size)
    whole = Image.new("RGB", mask.size)
    whole.paste(column.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR), box[:2])
    return whole


def _bounds(shape: Shape, image: Image.Image, scale: float) -> tuple[int, int, int, int]:
    """The pixels a shape can reach, within the picture."""
    xs = [x for ring in shape.rings for x, _ in ring]
    ys = [y for ring in shape.rings for _, y in ring]
    pad = (shape.line / 2 + 1.6 * shape.shadow + 1.0) * scale + 2
    return (
        max(0, int(min(xs) * scale - pad)),
        max(0, int(image.height - max(ys) * scale - pad)),
        min(image.width, int(max(xs) * scale + pad) + 1),
        min(image.height, int(image.height - min(ys) * scale + pad) + 1),
    )


def _mask(shape: Shape, scale: float, height_px: int, bounds: tuple[int, int, int, int]) -> Image.Image:
    left, top, right, bottom = bounds
    large = Image.new("L", ((right - left) * FINE, (bottom - top) * FINE))
    draw = ImageDraw.Draw(large)

    def put(ring: Ring) -> list[tuple[float, float]]:
        return [((x * scale - left) * FINE, (height_px - y * scale - top) * FINE) for x, y in ring]

    width = max(FINE, round(shape.line * scale * FINE))
    for ring in shape.rings:
        points = put(ring)
        if not shape.line:
            draw.polygon(points, fill=255)
            continue
        draw.line(points, fill=255, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    for hole in shape.holes:
        draw.polygon(put(hole), fill=0)
    return large.reduce(FINE)
