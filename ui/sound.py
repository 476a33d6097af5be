"""Three short sounds: look here, time is running out, done.

Responsible for: playing each once a visit. Not responsible for: when they are due (`Shown.chime`). A kiosk
without a loudspeaker stays silent.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy

from kivy.core.audio import SoundLoader  # isort: skip

log = logging.getLogger(__name__)

SOUNDS = Path(__file__).parent / "sounds"


class Chimes:
    """Plays `sounds/<name>.wav`."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}
        self._rung = ""

    def ring(self, visit: str, name: str) -> None:
        """Play `name` once for this visit."""
        key = f"{visit}/{name}" if name else ""
        if key == self._rung:
            return
        self._rung = key
        if not name:
            return
        if name not in self._loaded:
            self._loaded[name] = SoundLoader.load(str(SOUNDS / f"{name}.wav"))
        if self._loaded[name] is not None:
            self._loaded[name].play()
