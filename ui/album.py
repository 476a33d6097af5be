"""Pictures of the running kiosk's screens, one each time another screen begins.

Responsible for: `kiosk run --pictures`. Not responsible for: pictures from samples (`ui.gallery`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

SETTLED_S = 0.6
"""A screen is taken once it has stood this long: after its motion."""


class Album:
    """Keeps pictures of one running `KioskApp`. Everything happens on Kivy's main thread."""

    def __init__(self, app: Any, folder: Path) -> None:
        """Begin to look; pictures are numbered in the order of the session."""
        from kivy.clock import Clock

        folder.mkdir(parents=True, exist_ok=True)
        self._app, self._folder = app, folder
        self._name = ""
        self._stood_s = 0.0
        self._taken = 0
        self._due = False
        Clock.schedule_interval(self._look, 0.1)

    def _look(self, elapsed_s: float) -> None:
        presenter = self._app.presenter
        if presenter.snapshot is None or presenter.shown is None:
            return
        # One state may have several screens: an offer is none before the head is read.
        name = "-".join((presenter.snapshot.state.value, *presenter.shown.visit.split("/")[1:]))
        if name != self._name:
            self._name, self._stood_s, self._due = name, 0.0, True
            return
        self._stood_s += elapsed_s
        if self._due and self._stood_s >= SETTLED_S:
            self._due = False
            self._taken += 1
            self._app.frame.save(self._folder / f"{self._taken:02d}-{self._name}.png")
