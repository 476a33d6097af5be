"""`kiosk service scan` with somebody at its screen: run by the tests in a process of its own, as Kivy has one window.

    python -m tests.ui.consent_run WHAT kiosk-arguments…

WHAT is what the owner does: `agree` holds yes; `nearly` tries Escape and closing the window, asks for French, holds
yes until its edge is half filled, and then says nothing more. Touches go through the window like any finger's. One act
follows when another has had its effect, and seconds pass only after the last: nothing depends on a busy machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import ui.consent
from kiosk.__main__ import main

over = Event()
"""All that the owner does has been done."""


class PatientQuestion(ui.consent.ConsentQuestion):
    """Its seconds begin to pass when the owner does nothing more."""

    def second_passed(self) -> None:
        """Count it, if it is one of silence."""
        if over.is_set():
            super().second_passed()


def act(what: str) -> Callable[[Any], None]:
    """Do it once the screen stands."""

    def started(screen: Any) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window
        from kivy.tests.common import UnitTestTouch

        def button(name: str) -> Any:
            return next(each for each in screen.frame.buttons() if each.action.id == name)

        def touch(name: str) -> Any:
            place = button(name)
            finger = UnitTestTouch(*place.to_window(*place.center))
            finger.touch_down()
            return finger

        def once(there: Callable[[], bool], then: Callable[[], None]) -> None:
            def look(_: float) -> None:
                if there():
                    then()
                else:
                    Clock.schedule_once(look, 0.02)

            Clock.schedule_once(look, 0.02)

        def awake() -> bool:
            return screen.frame.shown is not None and not screen.frame.deaf

        def asked() -> None:
            print("asked:", screen.frame.shown.title, flush=True)

        def begin() -> None:
            asked()
            if what == "agree":
                touch("agree")
                return
            Window.dispatch("on_keyboard", 27, 0, None, [])
            Window.dispatch("on_request_close")
            english = screen.frame.shown.title
            touch("language_fr").touch_up()
            once(lambda: screen.frame.shown.title != english and awake(), nearly)

        def nearly() -> None:
            asked()
            place, finger = button("agree"), touch("agree")

            def lift() -> None:
                finger.touch_up()
                print("let go", flush=True)
                over.set()

            once(lambda: place.held >= 0.5, lift)

        once(awake, begin)

    return started


if __name__ == "__main__":
    what = sys.argv[1]
    sys.argv = ["kiosk", *sys.argv[2:]]
    asks = ui.consent.ask_owner
    ui.consent.ConsentQuestion = PatientQuestion  # type: ignore[misc]
    ui.consent.ask_owner = partial(asks, on_started=act(what), second_s=0.03)
    main()
