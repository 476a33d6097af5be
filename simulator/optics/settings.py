"""What a camera does to a picture, as numbers.

Responsible for: the settings of lenses, lamps, sensors and of how keys are laid down. Not responsible for: drawing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Optics:
    """How good or bad the pictures are. Zero is perfect for everything but `exposure` and `lamp` (1.0).

    The faults a camera can have (lamp failing, dirt on the glass, out of focus, a view that does not come) are
    the last block.
    """

    blur_px: float = 0.0
    """Standard deviation of the lens's point spread, in pixels of each view."""
    veil: float = 0.0
    """Part of the light that strays widely."""
    perspective: float = 0.0
    """Largest relative change of scale from the middle of the field to its side."""
    distortion: float = 0.0
    """Largest relative change of scale from the middle of the field to its side that a lens leaves uncorrected."""
    response: float = 0.0
    """Largest deviation of the sensor's response from a straight line, as a deviation of its exponent from 1."""
    noise: float = 0.0
    """Standard deviation of the sensor's noise in grey levels."""
    exposure: float = 1.0
    exposure_spread: float = 0.0
    """Relative spread of brightness between frames."""
    vignette: float = 0.0
    """How much darker the corners are."""
    dust: float = 0.0
    """Expected specks and hairs on the backlight."""
    scratches: float = 0.0
    """Expected scratches on the glass, and on each head."""
    glare: float = 0.0
    """Stray reflections of the laser, 0 to 1."""
    speckle: float = 0.0
    """Contrast of the laser's speckle."""
    line_loss: float = 0.0
    """Part of the laser line's rows where too little light comes back."""
    line_tilt_deg: float = 0.0
    """Largest lean of a face against the line camera."""

    rotation_deg: float = 0.0
    """Largest turn of the key in the tray."""
    shift_mm: float = 0.0
    """Largest shift of the key from the middle of the tray."""
    any_way: bool = False
    """Whether the bow may lie at either side and the cuts up or down."""

    lamp: float = 1.0
    """Light of a failing lamp, 0 to 1; the laser is one too."""
    defocus_px: float = 0.0
    """Radius of the disc a point becomes in a camera that lost its focus."""
    smear: float = 0.0
    """Dirt on the cameras' glass, 0 to 1."""
    moved_mm: float = 0.0
    """How far the key moved between the silhouette and the other views."""
    missing: frozenset[str] = frozenset()
    """Views that did not come, by their names in `hardware.ports.VIEWS`."""

    def scaled(self, factor: float) -> Optics:
        """As much worse (2.0) or better (0.5). A key is never turned more than 15 degrees; faults stay as they are."""
        return replace(
            self,
            blur_px=self.blur_px * factor,
            veil=self.veil * factor,
            perspective=self.perspective * factor,
            distortion=self.distortion * factor,
            response=self.response * factor,
            noise=self.noise * factor,
            exposure_spread=self.exposure_spread * factor,
            vignette=self.vignette * factor,
            dust=self.dust * factor,
            scratches=self.scratches * factor,
            glare=self.glare * factor,
            speckle=self.speckle * factor,
            line_loss=self.line_loss * factor,
            line_tilt_deg=self.line_tilt_deg * factor,
            rotation_deg=min(self.rotation_deg * factor, 15.0),
            shift_mm=self.shift_mm * factor,
        )


PERFECT = Optics()
"""Geometry alone."""

NORMAL = Optics(
    blur_px=0.9,
    veil=0.02,
    perspective=0.0005,
    distortion=0.0005,
    response=0.12,
    noise=2.5,
    exposure_spread=0.06,
    vignette=0.10,
    dust=5.0,
    scratches=1.5,
    glare=0.25,
    speckle=0.30,
    line_loss=0.02,
    line_tilt_deg=1.0,
    rotation_deg=10.0,
    shift_mm=3.0,
    any_way=True,
)
"""A clean machine in a shop."""

BAD = NORMAL.scaled(2.0)
"""Twice as bad."""

NAMED: dict[str, Optics] = {
    "perfect": PERFECT,
    "good": NORMAL.scaled(0.5),
    "normal": NORMAL,
    "bad": BAD,
    "terrible": NORMAL.scaled(4.0),
    "blurred": replace(NORMAL, defocus_px=14.0),
    "dark": replace(NORMAL, lamp=0.12),
    "smeared": replace(NORMAL, smear=0.9),
    "moved": replace(NORMAL, moved_mm=3.0),
    "no-line": replace(NORMAL, missing=frozenset({"line_left", "line_right"})),
}
"""Settings a technician can ask for by name."""
