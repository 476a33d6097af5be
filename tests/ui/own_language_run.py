"""Runs the shipped command line with a headset put in, and prints each screen's language and title and all it says."""

from __future__ import annotations

import json
import sys
from typing import Any

import ui.app
from kiosk.__main__ import main
from ui.present.local import Local
from ui.present.shown import Shown


class Printed:
    available = True
    speaking = False

    def say(self, text: str, language: str, volume: int) -> None:
        print(json.dumps({"said": text, "in": language}), flush=True)

    def hush(self) -> None:
        """Nothing sounds."""


def listening(real: Any) -> Any:
    def run_app(*args: Any, on_started: Any, **kwargs: Any) -> int:
        def started(app: Any) -> None:
            show = app.presenter._show

            def shown(page: Shown, local: Local) -> None:
                show(page, local)
                state = app.presenter.snapshot.state.value
                fault = app.presenter.snapshot.fault
                buttons = [button.labels[0].text for button in app.frame.buttons() if button.labels]
                print(
                    json.dumps(
                        {
                            "state": state,
                            "title": page.title,
                            "in": page.voice,
                            "buttons": buttons,
                            "fault": fault.code if fault else "",
                        }
                    ),
                    flush=True,
                )

                if state == "place_key" and not listens:
                    # The shopper puts it in once this visit is theirs.
                    listens.append(True)
                    app.headset(plugged=True)

            listens: list[bool] = []
            app.presenter._show = shown
            on_started(app)

        return int(real(*args, on_started=started, voice=Printed(), **kwargs))

    return run_app


if __name__ == "__main__":
    _, *words = sys.argv[1:]
    ui.app.run_app = listening(ui.app.run_app)
    sys.argv = ["kiosk", *words]
    main()
