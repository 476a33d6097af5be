"""A kiosk that could not start: out of order on the screen, and in staff's words why.

Responsible for: the usual screen in the store's own words, and the last resort where that is what is broken. Not
responsible for: whether to stay at all (`kiosk.launch.run`). Nothing of the machine is touched.
"""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any

from config.problems import BadInput, print_problems
from config.settings import load_settings, load_store
from config.store import Store
from hardware.clock import SystemClock
from kiosk.launch.ended import ended_from_outside
from kiosk.launch.last_resort import become_last_resort
from kiosk.launch.start_options import StartOptions
from kiosk.operations.refused_start import RefusedStart, supervised
from kiosk.operations.watchdog import Watchdog, notifier


def say_out_of_order(asked: StartOptions, bad: BadInput, code: str) -> int:
    """Say on the screen that the kiosk is out of order, and why on stderr."""
    print_problems(bad)
    try:
        status = show_refusal(asked, bad, code)
    except Exception:
        # The usual screen itself may be what is broken; the last resort needs nothing of it.
        logging.getLogger(__name__).exception("out of order cannot be shown as usual")
        status = 1
    if status:
        become_last_resort(code, fullscreen=asked.full_screen)
    return status


def show_refusal(asked: StartOptions, bad: BadInput, code: str) -> int:
    """The usual screen: in the store's own words where its settings can be read, and whatever staff need to know."""
    from ui.app import run_app
    from ui.present.present import present

    store, own_languages = _words_of_refusal(asked.config)
    shown: list[Any] = []
    front = RefusedStart(store, code, str(bad.problems[0]), SystemClock(), simulated=asked.simulated)

    def end(*_: object) -> None:
        if shown:
            shown[0].end()

    with ended_from_outside(end), supervised(Watchdog(notifier()), f"out of order: {code}", end):
        return run_app(
            front,
            store,
            simulated=asked.simulated,
            fullscreen=asked.full_screen,
            show_cursor=asked.simulated,
            on_started=shown.append,
            present=partial(present, own_languages=own_languages),
        )


def _words_of_refusal(owner: Path | None) -> tuple[Store, Path | None]:
    """The store and the folder of its own languages: the owner's, or the shipped store if those are what is bad."""
    try:
        settings = load_settings(owner)
    except BadInput:
        return load_store(), None
    return settings.store, settings.own_languages
