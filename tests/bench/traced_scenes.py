"""Keys before the tray's cameras by a path tracer: solid metal, light that goes from wall to wall, true perspective.

Responsible for: meshes of a key, the lamps and lenses around it, and what a sensor makes of the light. Shares no code
with the reader and none with the simulator: of the catalogue only a section's outline comes in, as numbers, and the cut
edge as points. Needs mitsuba (the extra `traced`). Not responsible for: which keys are tried (`bench_traced`).

Frame: x from the shoulder to the tip, y above the spine, z out of the face that is looked at; mm.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mitsuba as mi
import numpy as np
import shapely
from shapely.geometry import Point, box

from hardware.scan import Frame

LASER_DEG = 45.0
SHEET_MM = 0.085
"""Width of the sheet of light, two standard deviations."""
_LINE_WIDE_PX, _LINE_HIGH_PX, _LINE_MM_PER_PX, _LINE_LENS_MM = 480, 640, 0.02, 120.0
_SPINE_MM, _BASE_MM = 1.2, 2.9
"""Where spine and unrecessed face lie in a line's picture, from its lower left corner."""
_CROP_FROM, _CROP_PX = 100, 240
"""Columns in which a line is traced; beside them there is only noise."""
_SHADOW_WIDE_PX, _SHADOW_HIGH_PX, _SHADOW_MM_PER_PX, _SHADOW_LENS_MM = 2592, 1944, 0.03, 400.0
_GAUGE_MM = 2.2
"""Upper face of the gauge by which the silhouette's scale was set."""
_LASER, _AMBIENT, _LAMP = 1e5, 0.02, 60.0
_FULL, _DARK, _NOISE = 215.0, 9.0, 2.5
_DULL_PEAK, _MOST_GAIN = 2.6, 20.0
"""The line's light on dull brass, and how much more than for it a camera's exposure goes up."""
_BACKLIGHT = 235.0


@dataclass(frozen=True)
class Metal:
    """A finish: roughness of its facets along the blade and across it (GGX), and its refraction at 635 nm."""

    name: str
    along: float
    across: float
    eta: float = 0.45
    k: float = 3.5

    def bsdf(self) -> dict[str, Any]:
        facets = {"alpha_u": self.along, "alpha_v": self.across, "eta": self.eta, "k": self.k}
        return {"type": "twosided", "facets": {"type": "roughconductor", "distribution": "ggx", **facets}}


@dataclass(frozen=True)
class Lay:
    """How a key lies: turned about its length, about the upright and in the tray, and lifted off the glass."""

    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    turn_deg: float = 0.0
    lift_mm: float = 0.0


def line_view(
    face: Sequence[tuple[float, float]], high_mm: float, metal: Metal, lay: Lay, seed: int, *, specks: int = 0
) -> Frame:
    """One face under the laser, at a place where its edge is `high_mm` above the spine."""
    mi.set_variant("scalar_rgb")
    rng = np.random.default_rng(seed)
    place = mi.ScalarTransform4f
    away = _LINE_LENS_MM / np.sqrt(2)
    x = _BASE_MM - _LINE_WIDE_PX * _LINE_MM_PER_PX / 2
    y = _LINE_HIGH_PX * _LINE_MM_PER_PX / 2 - _SPINE_MM
    lying = place().translate([x, high_mm / 2, lay.lift_mm]).rotate([1, 0, 0], lay.roll_deg)
    lying = lying.rotate([0, 1, 0], lay.pitch_deg).translate([0, -high_mm / 2, 0])
    sheet = (np.arange(2048) + 0.5 - 1024) * 16 / 2048
    glow = np.repeat(np.exp(-0.5 * (sheet / (SHEET_MM / 2)) ** 2)[None, :, None], 2048, axis=0).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        scene: dict[str, Any] = {
            "type": "scene",
            "integrator": {"type": "path", "max_depth": 6, "hide_emitters": True},
            "blade": _mesh(Path(folder) / "blade.ply", *_stretch(face, high_mm), lying, metal),
            "laser": {
                "type": "projector",
                "irradiance": {"type": "bitmap", "bitmap": mi.Bitmap(glow), "raw": True},
                "fov": float(np.degrees(2 * np.arctan(8 / _LINE_LENS_MM))),
                "scale": _LASER,
                "to_world": place().look_at(origin=[x - away, y, away], target=[x, y, 0], up=[0, 1, 0]),
            },
            "ambient": {"type": "constant", "radiance": _AMBIENT},
            "lamp": {
                "type": "rectangle",
                "emitter": {"type": "area", "radiance": _LAMP},
                "to_world": place().look_at(origin=[60, 90, 80], target=[0, y, 0], up=[0, 1, 0]).scale(6.0),
            },
            "sensor": {
                **_lens(_LINE_LENS_MM, _LINE_WIDE_PX, _LINE_HIGH_PX, _LINE_MM_PER_PX, 16),
                "to_world": place().look_at(origin=[0, y, _LINE_LENS_MM], target=[0, y, 0], up=[0, 1, 0]),
            },
        }
        film = scene["sensor"]["film"]
        film |= {"crop_offset_x": _CROP_FROM, "crop_width": _CROP_PX, "crop_offset_y": 0, "crop_height": _LINE_HIGH_PX}
        for number in range(specks):
            # Grains of brass that stick to the face beside the line and send light of laser and lamp anywhere.
            up = float(rng.uniform(0.3, high_mm - 0.3))
            at = [x + float(rng.uniform(-0.9, 1.8)), up, -float(np.interp(up, *np.array(face).T))]
            scene[f"grain{number}"] = {
                "type": "sphere",
                "to_world": place().translate(at).scale(float(rng.uniform(0.05, 0.16))),
                "bsdf": Metal("grain", 0.15, 0.15).bsdf(),
            }
        light = np.asarray(mi.render(mi.load_dict(scene), seed=seed), dtype=np.float64)[:, :, 0]
    peak = max(float(np.percentile(light.max(axis=1), 60)), 1e-9)
    gain = min(_FULL / peak, _MOST_GAIN * _FULL / _DULL_PEAK)
    # Laser light is grained: coarser than a pixel, and stronger than any sensor's noise.
    grain = _soft(rng.normal(0, 1, light.shape), 0.8)
    grain = np.exp(0.28 * grain / grain.std())
    picture = np.zeros((_LINE_HIGH_PX, _LINE_WIDE_PX))
    picture[:, _CROP_FROM : _CROP_FROM + _CROP_PX] = _soft(light * grain, 0.7) * gain
    noise = _NOISE * np.sqrt(max(1.0, gain * _DULL_PEAK / _FULL))
    return Frame(_counted(picture + _DARK + rng.normal(0, noise, picture.shape)), _LINE_MM_PER_PX)


def silhouette(
    edge: np.ndarray, left: Sequence[tuple[float, float]], right: Sequence[tuple[float, float]], thick_mm: float,
    metal: Metal, lay: Lay, seed: int,
) -> Frame:  # fmt: skip
    """The whole key on the lit plate. `edge`: distance from the shoulder and height above the spine, to the tip."""
    mi.set_variant("scalar_rgb")
    rng = np.random.default_rng(seed)
    place = mi.ScalarTransform4f
    middle = [-float(edge[-1, 0]) / 2 + 12.0, -float(edge[0, 1]) / 2, 0.0]
    lying = place().translate([0, 0, lay.lift_mm]).rotate([0, 0, 1], lay.turn_deg).rotate([1, 0, 0], lay.roll_deg)
    lying = lying.rotate([0, 1, 0], lay.pitch_deg).translate(middle)
    top = place().translate([0, 0, _GAUGE_MM])
    with tempfile.TemporaryDirectory() as folder:
        scene: dict[str, Any] = {
            "type": "scene",
            "integrator": {"type": "path", "max_depth": 4},
            "blade": _mesh(Path(folder) / "blade.ply", *_blade(edge, left, right, thick_mm), lying, metal),
            "bow": _mesh(Path(folder) / "bow.ply", *_bow(float(edge[0, 1]), thick_mm), lying, metal),
            "plate": {
                "type": "rectangle",
                "to_world": place().translate([0, 0, -8]).scale([70, 60, 1]),
                "emitter": {"type": "area", "radiance": 1.0},
            },
            "sensor": {
                **_lens(_SHADOW_LENS_MM, _SHADOW_WIDE_PX, _SHADOW_HIGH_PX, _SHADOW_MM_PER_PX, 3),
                "to_world": top.look_at(origin=[0, 0, _SHADOW_LENS_MM], target=[0, 0, 0], up=[0, 1, 0]),
            },
        }
        film = scene["sensor"]["film"]
        # Beyond the key there is the plate and nothing else.
        wide, high = 2100, 1000
        left_px, first = (_SHADOW_WIDE_PX - wide) // 2, (_SHADOW_HIGH_PX - high) // 2
        film |= {"crop_offset_x": left_px, "crop_width": wide, "crop_offset_y": first, "crop_height": high}
        light = np.asarray(mi.render(mi.load_dict(scene), seed=seed), dtype=np.float64)[:, :, 0]
    picture = np.ones((_SHADOW_HIGH_PX, _SHADOW_WIDE_PX))
    picture[first : first + high, left_px : left_px + wide] = light
    seen = _soft(picture, 0.8) * _BACKLIGHT + 4.0
    return Frame(_counted(seen + rng.normal(0, _NOISE, seen.shape)), _SHADOW_MM_PER_PX)


def _lens(to_mm: float, wide_px: int, high_px: int, mm_per_px: float, rays: int) -> dict[str, Any]:
    return {
        "type": "perspective",
        "fov": float(np.degrees(2 * np.arctan(wide_px * mm_per_px / 2 / to_mm))),
        "fov_axis": "x",
        "film": {"type": "hdrfilm", "width": wide_px, "height": high_px, "pixel_format": "luminance"},
        "sampler": {"type": "independent", "sample_count": rays},
    }


def _mesh(path: Path, corners: np.ndarray, faces: np.ndarray, lying: Any, metal: Metal) -> dict[str, Any]:
    """Write a mesh whose brushing runs along x."""
    head = ["ply", "format binary_little_endian 1.0", f"element vertex {len(corners)}"]
    head += [f"property float {name}" for name in "xyzuv"]
    head += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header", ""]
    listed = np.empty(len(faces), dtype=[("count", "u1"), ("corners", "<i4", 3)])
    listed["count"], listed["corners"] = 3, faces
    rows = np.concatenate([corners, corners[:, :1], corners[:, 1:2] + corners[:, 2:]], axis=1).astype("<f4")
    path.write_bytes("\n".join(head).encode() + rows.tobytes() + listed.tobytes())
    return {"type": "ply", "filename": str(path), "face_normals": True, "to_world": lying, "bsdf": metal.bsdf()}


def _strip(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two lines of as many points, and the surface between them."""
    count = len(one)
    at = np.arange(count - 1)
    faces = np.concatenate([np.stack([at, at + 1, count + at + 1], 1), np.stack([at, count + at + 1, count + at], 1)])
    return np.concatenate([one, other]), faces


def _joined(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    starts = np.cumsum([0, *(len(corners) for corners, _ in parts[:-1])])
    faces = [faces + start for (_, faces), start in zip(parts, starts, strict=True)]
    return np.concatenate([corners for corners, _ in parts]), np.concatenate(faces)


def _heights(face: Sequence[tuple[float, float]], high_mm: float) -> np.ndarray:
    known = np.array(face)[:, 0]
    return np.unique(np.clip(np.concatenate([[0.0, high_mm], known]), 0.0, high_mm))


def _stretch(face: Sequence[tuple[float, float]], high_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """A piece of blade as long as its picture, with its back and its upper edge."""
    y = _heights(face, high_mm)
    z = -np.interp(y, *np.array(face).T)
    y, z = np.concatenate([[0.0], y, [high_mm]]), np.concatenate([[-2.0], z, [-2.0]])
    return _strip(*(np.stack([np.full_like(y, x), y, z], axis=1) for x in (-9.0, 9.0)))


def _blade(
    edge: np.ndarray, left: Sequence[tuple[float, float]], right: Sequence[tuple[float, float]], thick_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """The blade with both faces' grooves; its left face lies up."""
    x = np.concatenate([[-6.0], edge[::2, 0]])
    top = np.concatenate([edge[:1, 1], edge[::2, 1]])
    low = np.maximum(0.0, x - (edge[-1, 0] - 0.4 * edge[0, 1]))
    parts = []
    rims = []
    for face, outwards in ((left, True), (right, False)):
        y = np.clip(_heights(face, float(top.max()))[None, :], low[:, None], np.maximum(top, low)[:, None])
        recess = np.interp(y, *np.array(face).T)
        sheet = np.stack([np.broadcast_to(x[:, None], y.shape), y, thick_mm - recess if outwards else recess], axis=2)
        parts += [_strip(sheet[:, at], sheet[:, at + 1]) for at in range(y.shape[1] - 1)]
        rims.append((sheet[:, 0], sheet[:, -1], np.stack([sheet[-1, 0], sheet[-1, -1]])))
    parts += [_strip(one, other) for one, other in zip(*rims, strict=True)]
    return _joined(parts)


def _bow(high_mm: float, thick_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """A round head with a hole and a collar that stands out on both sides."""
    outline = Point(-16.5, high_mm / 2).buffer(11.5, 90).union(box(-6.5, -1.1, 0.0, high_mm + 1.7))
    outline = outline.difference(Point(-21.0, high_mm / 2).buffer(2.0, 40))
    parts = []
    for piece in shapely.constrained_delaunay_triangles(outline).geoms:
        ring = np.array(piece.exterior.coords)[:3]
        parts += [(np.column_stack([ring, np.full(3, z)]), np.array([[0, 1, 2]])) for z in (0.0, thick_mm)]
    for each in (outline.exterior, *outline.interiors):
        line = np.array(each.coords)[:, :2]
        parts.append(_strip(*(np.column_stack([line, np.full(len(line), z)]) for z in (0.0, thick_mm))))
    return _joined(parts)


def _soft(values: np.ndarray, radius_px: float) -> np.ndarray:
    """Spread by a lens."""
    reach = int(np.ceil(4 * radius_px))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius_px) ** 2)
    for axis in (0, 1):
        size = values.shape[axis]
        wide = np.pad(values, [(reach, reach) if axis == each else (0, 0) for each in (0, 1)], mode="edge")
        parts = (tap * np.take(wide, range(at, at + size), axis) for at, tap in enumerate(taps / taps.sum()))
        values = sum(parts, np.zeros_like(values))
    return values


def _counted(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
