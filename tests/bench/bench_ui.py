"""Figures of the screen, by software rendering off screen: `python -m tests.bench.bench_ui`.

Cold start of a process to its first usable frame; touch to changed frame with a cut being drawn and the machine's
snapshots coming in; processor time of the idle welcome screen; memory over 2,000 sessions presented.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk.states import State
from ui.samples import SAMPLES

SESSION = ("02-welcome", "04-place-key", "05-scanning", "08-offer", "17-take-key", "18-loading", "19-cutting")
SESSION += ("20-checking", "21-delivering", "23-thank-you")
IDLE_S = 10.0
TOUCHES = 200

FIRST_FRAME = """
import sys, time
from ui.gallery import SIZES, Gallery, sample_store
from ui.samples import SAMPLES
glass = Gallery(SIZES["portrait"][:2])
snapshot, local = SAMPLES["02-welcome"]
glass.show(snapshot, local, sample_store("portrait"), "light")
glass._loop.idle()
"""


class Silent:
    """A kiosk that shows what it is told and wishes nothing."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []
        self.posted = 0

    def subscribe(self, listener: Any) -> None:
        """Whoever wants to see."""
        self.listeners.append(listener)
        listener(SAMPLES["02-welcome"][0])

    def post(self, intent: Any, /) -> None:
        """A wish."""
        self.posted += 1

    def stop_now(self) -> None:
        """Nothing runs."""

    def show(self, snapshot: Any) -> None:
        """Show this."""
        for listener in self.listeners:
            listener(snapshot)


def cold_start_s() -> list[float]:
    """Five processes from nothing to the welcome screen drawn once."""
    taken = []
    for _ in range(5):
        began_s = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_FRAME], check=True, cwd=Path(__file__).parents[2])
        taken.append(time.perf_counter() - began_s)
    return taken


def cpu_s() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_mb() -> float:
    """Memory in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Bench:
    """Runs inside the real application; each part is a generator that waits by yielding seconds."""

    def __init__(self, app: Any, kiosk: Silent) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._clock, self.window, self.app, self.kiosk = Clock, Window, app, kiosk
        self.frames: list[float] = []
        Window.bind(on_flip=self._flipped)
        self._parts = self._run()
        self._next()

    def _flipped(self, *_: Any) -> None:
        self.frames.append(time.perf_counter())

    def _next(self, *_: Any) -> None:
        try:
            self._clock.schedule_once(self._next, next(self._parts))
        except StopIteration:
            self.app.end()

    def _run(self) -> Any:
        yield 3.0
        began_s, used_s, frames = time.perf_counter(), cpu_s(), len(self.frames)
        yield IDLE_S
        share = (cpu_s() - used_s) / (time.perf_counter() - began_s)
        drawn = (len(self.frames) - frames) / IDLE_S
        print(f"idle welcome screen: {100 * share:.1f} % of a core, {drawn:.1f} frames a second", flush=True)
        yield from self._touches()
        yield from self._sessions()

    def _touches(self) -> Any:
        from kivy.tests.common import UnitTestTouch

        rng = random.Random(1)
        ending = threading.Event()
        contrast = SAMPLES["19-cutting"][0]

        def machine() -> None:
            done = 0.0
            while not ending.wait(0.1):
                done = (done + 0.003) % 1.0
                self.kiosk.show(replace(contrast, progress=replace(contrast.progress, fraction=done)))

        thread = threading.Thread(target=machine, daemon=True)
        thread.start()
        yield 1.0
        late = []
        for turn in range(TOUCHES):
            # The contrast button changes every pixel: the dearest frame there is.
            button = next(b for b in self.app.stage.buttons() if b.action.id == "aid_contrast")
            before = self.app.screenful.local.contrast
            began_s = time.perf_counter()
            touch = UnitTestTouch(*button.to_window(*button.center))
            touch.touch_down()
            touch.touch_up()
            while self.app.screenful.local.contrast is before:
                assert time.perf_counter() < began_s + 5, turn
                yield 0
            count = len(self.frames)
            while len(self.frames) == count:
                yield 0
            late.append((self.frames[count] - began_s) * 1000)
            yield 0.45 + rng.random() * 0.1
        ending.set()
        thread.join()
        late.sort()
        print(
            f"touch to changed frame over a drawn cut, {TOUCHES} touches: median {late[len(late) // 2]:.0f} ms, "
            f"95th percentile {late[int(len(late) * 0.95)]:.0f} ms, worst {late[-1]:.0f} ms",
            flush=True,
        )

    def _sessions(self) -> Any:
        marks = []
        for session in range(2001):
            language = ("en", "es", "fr")[session % 3]
            for name in SESSION:
                self.kiosk.show(replace(SAMPLES[name][0], language=language, simulated=True))
                yield 0
            if session % 250 == 0:
                marks.append(f"{session}: {resident_mb():.0f}")
        print(f"memory in MB after so many sessions: {', '.join(marks)}", flush=True)
        assert self.app.screenful.snapshot.state is State.THANK_YOU


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    started = cold_start_s()
    print(f"cold start to first frame: {min(started):.1f} to {max(started):.1f} s", flush=True)
    from ui.app import run_app
    from ui.gallery import sample_store

    kiosk, held = Silent(), []
    status = run_app(
        kiosk,
        sample_store("portrait"),
        simulated=True,
        fullscreen=False,
        on_started=lambda a: held.append(Bench(a, kiosk)),
    )
    sys.exit(status)


if __name__ == "__main__":
    main()
