"""`kiosk service scan` with somebody at its screen: run by the tests in a process of its own, as Kivy has one window.

    python -m tests.ui.consent_run WHAT kiosk-arguments…

WHAT is what the owner does: `agree` holds yes; `nearly` tries Escape and closing the window, asks for French, touches
yes without holding it, and then says nothing more. Touches go through the window like any finger's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import ui.consent
from kiosk.__main__ import main


def act(what: str) -> Callable[[Any], None]:
    """Do it once the screen stands."""

    def started(screen: Any) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window
        from kivy.tests.common import UnitTestTouch

        def button(name: str) -> Any:
            return next(each for each in screen.frame.buttons() if each.action.id == name)

        def touch(name: str, for_s: float) -> None:
            place = button(name)
            finger = UnitTestTouch(*place.to_window(*place.center))
            finger.touch_down()
            Clock.schedule_once(lambda _: finger.touch_up(), for_s)

        def begin(_: float) -> None:
            if screen.frame.deaf:
                Clock.schedule_once(begin, 0.1)
                return
            print("asked:", screen.frame.shown.title, flush=True)
            if what == "agree":
                touch("agree", 5.0)
                return
            Window.dispatch("on_keyboard", 27, 0, None, [])
            Window.dispatch("on_request_close")
            touch("language_fr", 0.1)
            Clock.schedule_once(lambda _: print("asked:", screen.frame.shown.title, flush=True), 0.6)
            Clock.schedule_once(lambda _: touch("agree", 0.1), 0.7)

        Clock.schedule_once(begin, 0.1)

    return started


if __name__ == "__main__":
    what = sys.argv[1]
    sys.argv = ["kiosk", *sys.argv[2:]]
    asks = ui.consent.ask_owner
    second_s = 1.0 if what == "agree" else 0.03
    ui.consent.ask_owner = partial(asks, on_started=act(what), second_s=second_s)
    main()
