"""How long and how often a lost board is tried for, until a reset has confirmed that its wheel is off.

Responsible for: the pace, and going on until then. Not responsible for: one try (`hardware.grbl.latch`,
`kiosk.safe_stop`), or what people are told meanwhile.

A port that vanishes usually comes back within seconds while the board kept its power and the wheel turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from hardware.clock import Clock

AT_FIRST_S = 60.0
SOON_S, LATER_S = 0.5, 5.0
"""Time between two tries, in the first minute and after it."""
COMMAND_S = 60.0
"""How long a command goes on; a running kiosk never ends."""
WARNING = "the wheel may still turn: press the emergency stop"


def pause_s(spent_s: float) -> float:
    """Time to the next try, when so long has been tried already."""
    return SOON_S if spent_s < AT_FIRST_S else LATER_S


def keep_stopping(
    stop_wheel: Callable[[], bool],
    clock: Clock,
    *,
    for_s: float | None = None,
    ended: Callable[[], bool] = lambda: False,
) -> bool:
    """Try until a reset is confirmed; whether it was.

    Args:
        stop_wheel: one try.
        clock: time.
        for_s: give up after so long; None never does.
        ended: whether nobody wants it any more.
    """
    began_s = clock.now_s()
    while not ended():
        if stop_wheel():
            return True
        spent_s = clock.now_s() - began_s
        if for_s is not None and spent_s >= for_s:
            return False
        clock.sleep(pause_s(spent_s))
    return False


def in_a_thread(work: Callable[[], None]) -> None:
    """Run `work` beside everything else; it keeps no program from ending."""
    threading.Thread(target=work, name="wheel-off", daemon=True).start()
