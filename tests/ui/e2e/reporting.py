"""Runs the shipped command line, and reports to the test beside it what stands on the glass.

The one thing added: after each frame the ids and places of all buttons, how many keys arrived and what was said go to
a file, and a picture of each new screen is kept. Touches and keys come from the X server alone.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import ui.app
from kiosk.__main__ import main
from ui.speech import Espeak

OUT = Path(os.environ["E2E_OUT"])


class Heard(Espeak):
    """The shipped voice, and what it was given to say."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def say(self, text: str, language: str, volume: int) -> None:
        self.said.append(text)
        super().say(text, language, volume)


class Reporter:
    def __init__(self, app: Any, said: list[str]) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._app = app
        self._visit = ""
        self._stood = 0
        self._count = 0
        self._keys = 0
        self._said = said
        Window.bind(on_key_down=self._key)
        Clock.schedule_interval(self._report, 0.1)

    def _key(self, *_: Any) -> None:
        self._keys += 1

    def _report(self, _elapsed_s: float) -> None:
        frame, presenter = self._app.frame, self._app.presenter
        if frame.shown is None or presenter.snapshot is None:
            return
        visit = f"{presenter.snapshot.state.value}/{frame.shown.visit}/{bool(frame.shown.waiting)}"
        self._stood = self._stood + 1 if visit == self._visit else 0
        self._visit = visit
        if self._stood == 5:
            self._count += 1
            name = f"{self._count:02d}-{presenter.snapshot.state.value}.png"
            frame.save(OUT / name)
        report = {
            "state": presenter.snapshot.state.value,
            "settled": self._stood >= 5,
            "title": frame.shown.title,
            "text": frame.shown.spoken,
            "language": presenter.snapshot.language,
            "focus": frame.focused.action.id if frame.focused else "",
            "broken": presenter.broken,
            "keys": self._keys,
            "said": self._said,
            "receipt": presenter.snapshot.receipt.bring_back_code if presenter.snapshot.receipt else "",
            "buttons": {b.action.id: [*b.to_window(*b.center), b.action.enabled] for b in frame.buttons()},
            "labels": {b.action.id: b.labels[0].text for b in frame.buttons()},
            "height": frame.height,
        }
        (OUT / "now.tmp").write_text(json.dumps(report))
        (OUT / "now.tmp").replace(OUT / "now.json")


def patched(real: Any) -> Any:
    def run_app(*args: Any, on_started: Any = None, **kwargs: Any) -> int:
        def started(app: Any) -> None:
            if on_started is not None:
                on_started(app)
            app.reporter = Reporter(app, voice.said)

        voice = Heard()
        return int(real(*args, on_started=started, voice=voice, **kwargs))

    return run_app


if __name__ == "__main__":
    ui.app.run_app = patched(ui.app.run_app)
    sys.argv = ["kiosk", *sys.argv[1:]]
    main()
