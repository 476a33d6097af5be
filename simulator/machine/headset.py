"""The simulated headset jack.

Responsible for: being put in and pulled out by hand, and telling whoever listens. Not responsible for: speech.
"""

from __future__ import annotations

from collections.abc import Callable


class SimulatedJack:
    """A `HeadsetJack`. Any thread."""

    def __init__(self) -> None:
        """Nothing is plugged in."""
        self.plugged = False
        self._heard: Callable[[bool], None] = lambda _: None

    def listen(self, heard: Callable[[bool], None]) -> None:
        """Tell `heard` now and at every change."""
        self._heard = heard
        heard(self.plugged)

    def plug(self, *, plugged: bool) -> None:
        """Put a headset in, or pull it out."""
        if plugged is not self.plugged:
            self.plugged = plugged
            self._heard(plugged)
