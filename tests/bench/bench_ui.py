"""Figures of the screen, by software rendering off screen: `python -m tests.bench.bench_ui [--only PART ...]`.

Parts, each a figure of its own; all of them by default:

start   a process from nothing to the welcome screen drawn, five times over
idle    processor time of the welcome screen while nobody touches it
touch   touch to changed frame on many screens, one at a time, with the machine's news ten times a second, at a
        kiosk that has rested for a minute, so that what it makes ready is ready;
        wall and processor time a touch, and of a touch that changes every pixel
cut     touch to changed frame while a whole simulated machine on a pty cuts a key in this very process
memory  memory over so many sessions shown from first screen to last

A touch is an event of the window system, put in its queue by a thread at any moment, as a finger's is: down, and up
again a twelfth of a second later. It is timed from the moment it leaves, for that is when a button acts, to the end of
the first frame that shows something else, drawn to the last pixel (`glFinish`). The machine is the same for all parts:
say how busy it is when quoting a figure.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk.session.intents import Intent, SetLanguage, SetQuantity
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from ui.present.local import Local
from ui.present.samples import SAMPLES

PARTS = ("start", "idle", "touch", "cut", "memory")
SESSION = ("02-welcome", "04-place-key", "05-scanning", "08-offer", "17-take-key", "18-loading", "19-cutting")
SESSION += ("20-checking", "21-delivering", "23-thank-you")
TOUCHED = (
    ("19-cutting", "aid_contrast"),
    ("19-cutting", "language_fr"),
    ("19-cutting", "aid_speech"),
    ("08-offer", "copies_3"),
    ("12-staff-login", "digit_7"),
    ("30-staff-stock", "slot_2"),
    ("02-welcome", "questions"),
)
"""Screens and the button pressed on each: every pixel, every word, one row, one figure, another screen."""
WHILE_CUTTING = ("aid_contrast", "language_fr", "language_en", "aid_speech", "aid_contrast", "language_es")
IDLE_S = 24.0
"""Two rounds of its picture."""
TOUCHES_S = 0.08
"""How long a finger lies on the glass."""
MOUSE_DOWN, MOUSE_UP = 0x401, 0x402
"""SDL's events. Off phones Kivy takes a touch as a mouse's."""
RESTS_AFTER, REST_S = 25, 2.5
"""Sessions of a crowd without a gap, and a gap in which a kiosk goes through its memory (`ui.window.UNTOUCHED_S`)."""
READY_S = 60.0
"""Long enough for the next screens to be made ready, on a machine that is busy too."""

FIRST_FRAME = """
from ui.gallery import SIZES, Gallery, sample_store
from ui.present.samples import SAMPLES
glass = Gallery(SIZES["portrait"][:2])
snapshot, local = SAMPLES["02-welcome"]
glass.show(snapshot, local, sample_store("portrait"), "light")
glass._loop.idle()
"""


class Silent:
    """A kiosk that shows what it is told, and grants the two wishes that change its screen alone."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []
        self.now = SAMPLES["02-welcome"][0]

    def subscribe(self, listener: Any) -> None:
        """Whoever wants to see."""
        self.listeners.append(listener)
        listener(self.now)

    def post(self, intent: Intent, /) -> None:
        """A wish."""
        if isinstance(intent, SetLanguage):
            self.show(replace(self.now, language=intent.language))
        elif isinstance(intent, SetQuantity) and self.now.offer is not None:
            self.show(replace(self.now, offer=replace(self.now.offer, quantity=intent.quantity)))

    def stop_now(self) -> None:
        """Nothing runs."""

    def show(self, snapshot: Snapshot) -> None:
        """Show this."""
        self.now = snapshot
        for listener in self.listeners:
            listener(snapshot)

    def go_on(self) -> None:
        """The machine's news: a hundredth of the step further."""
        progress = self.now.progress
        if progress is not None:
            self.show(replace(self.now, progress=replace(progress, fraction=(progress.fraction + 0.003) % 1.0)))


def cpu_s() -> float:
    """Processor time of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_mb() -> float:
    """Memory in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def spread(values: list[float]) -> str:
    """Median, 95th percentile and worst of times in ms."""
    ranked = sorted(values)
    p95 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]
    return f"median {ranked[len(ranked) // 2]:.0f}, 95th percentile {p95:.0f}, worst {ranked[-1]:.0f} ms"


class Finger:
    """Touches the window's glass, through SDL's own queue of events."""

    def __init__(self, window: Any) -> None:
        maps = Path("/proc/self/maps").read_text().split()
        self._push = ctypes.CDLL(next(part for part in maps if "libSDL2-2" in part)).SDL_PushEvent
        self._window = window
        self.left_s = self.used_s = 0.0
        """When it left the glass, and the processor time used by then; 0 while it has not."""

    def press(self, x: float, y: float, wait_s: float) -> None:
        """Touch there so long from now."""
        self.left_s = 0.0
        threading.Thread(target=self._press, args=(round(x), round(self._window.height - y), wait_s)).start()

    def _press(self, x: int, y: int, wait_s: float) -> None:
        time.sleep(wait_s)
        self._event(MOUSE_DOWN, 1, x, y)
        time.sleep(TOUCHES_S)
        self.used_s, self.left_s = cpu_s(), time.perf_counter()
        self._event(MOUSE_UP, 0, x, y)

    def _event(self, kind: int, state: int, x: int, y: int) -> None:
        # SDL_MouseButtonEvent in the room of an SDL_Event: kind, time, window, mouse, button, state, clicks, x, y.
        event = struct.pack("=IIIIBBBxii", kind, 0, 1, 0, 1, state, 1, x, y)
        assert self._push(ctypes.create_string_buffer(event, 128)) == 1, "SDL takes no touch"


class Bench:
    """Runs inside the real application; a part is a generator that waits by yielding seconds."""

    def __init__(self, app: Any, kiosk: Any, asked: argparse.Namespace) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._clock, self.app, self.kiosk, self.asked = Clock, app, kiosk, asked
        self.drawn_s: list[float] = []
        self._random = random.Random(1)
        self._finger = Finger(Window)
        self._before: Any = None
        """What was shown when the finger came, while its frame is waited for."""
        self._changed: tuple[float, float] = (0.0, 0.0)
        """When that frame was drawn, and the processor time by then."""
        Window.bind(on_flip=self._flipped)
        self._parts = self._run()
        self._next()

    def _flipped(self, *_: Any) -> None:
        from kivy.graphics.opengl import glFinish

        glFinish()
        self.drawn_s.append(time.perf_counter())
        if self._before is not None and self._finger.left_s and not _same(self.app.frame.shown, self._before):
            self._before, self._changed = None, (self.drawn_s[-1], cpu_s())

    def _next(self, *_: Any) -> None:
        try:
            self._clock.schedule_once(self._next, next(self._parts))
        except StopIteration:
            self.app.end()
        except BaseException:
            # Else the window would stay open for ever.
            self.app.exit_status = 1
            self.app.end()
            raise

    def _run(self) -> Iterator[float]:
        yield 2.0
        for part in self.asked.only:
            yield from getattr(self, f"_{part}")()

    def _idle(self) -> Iterator[float]:
        self.kiosk.show(SAMPLES["02-welcome"][0])
        yield READY_S
        began_s, used_s, frames = time.perf_counter(), cpu_s(), len(self.drawn_s)
        yield IDLE_S
        share = (cpu_s() - used_s) / (time.perf_counter() - began_s)
        print(
            f"idle welcome screen: {100 * share:.1f} % of a core, {len(self.drawn_s) - frames} frames in {IDLE_S:.0f} s"
        )

    # --- one touch ---------------------------------------------------------------------------------------
    def _timed(self, identity: str) -> Iterator[float]:
        """Press it; leaves wall and processor time in ms in `self.took`, or None if nothing ever changed."""
        button = next(b for b in self.app.frame.buttons() if b.action.id == identity)
        self._before, self.took = self.app.frame.shown, None
        self._finger.press(*button.to_window(*button.center), wait_s=self._random.random() * 0.05)
        given_up_s = time.perf_counter() + 5
        while self._before is not None:
            if time.perf_counter() > given_up_s:
                self._before = None
                return
            yield 0.02
        finger = self._finger
        self.took = (self._changed[0] - finger.left_s) * 1000, (self._changed[1] - finger.used_s) * 1000

    def _touch(self) -> Iterator[float]:
        self.kiosk.show(SAMPLES["02-welcome"][0])
        yield READY_S
        ending = threading.Event()

        def machine() -> None:
            while not ending.wait(0.1):
                self.kiosk.go_on()

        thread = threading.Thread(target=machine, daemon=True)
        thread.start()
        wall: dict[str, list[float]] = defaultdict(list)
        used: dict[str, list[float]] = defaultdict(list)
        for turn in range(self.asked.touches):
            name, identity = TOUCHED[turn % len(TOUCHED)]
            snapshot, local = SAMPLES[name]
            self.app.presenter.local = replace(local, contrast=self.app.presenter.local.contrast)
            self.kiosk.show(replace(snapshot, simulated=True))
            yield 0.6
            while self.app.presenter.snapshot.state is not snapshot.state or self.app.frame.deaf:
                yield 0.05
            yield from self._timed(identity)
            assert self.took is not None, f"{identity} on {name} changed nothing"
            wall[f"{name} {identity}"].append(self.took[0])
            used[f"{name} {identity}"].append(self.took[1])
        ending.set()
        thread.join()
        self.app.presenter.local = Local()
        everything = [ms for each in wall.values() for ms in each]
        print(f"touch to changed frame, {self.asked.touches} touches: {spread(everything)}")
        for name, values in wall.items():
            cpu = sum(used[name]) / len(used[name])
            print(f"   {name:28s} {spread(values)}; {cpu:.0f} ms of processor time")

    def _cut(self) -> Iterator[float]:
        wall: list[float] = []
        end_s = time.perf_counter() + 600
        while len(wall) < self.asked.touches and time.perf_counter() < end_s:
            now = self.app.presenter.snapshot
            if now is None or now.state is not State.CUTTING or self.app.frame.deaf:
                yield 0.1
                continue
            yield from self._timed(WHILE_CUTTING[len(wall) % len(WHILE_CUTTING)])
            if self.took is not None:
                wall.append(self.took[0])
            yield 0.45
        print(f"touch to changed frame with a simulated machine cutting, {len(wall)} touches: {spread(wall)}")

    def _memory(self) -> Iterator[float]:
        marks = []
        every = max(1, self.asked.sessions // 8)
        for session in range(self.asked.sessions + 1):
            language = ("en", "es", "fr")[session % 3]
            if session % RESTS_AFTER == 0:
                # Between shoppers a kiosk rests, and then goes through its memory.
                self.kiosk.show(replace(SAMPLES["02-welcome"][0], language=language, simulated=True))
                yield REST_S
            if session % every == 0:
                marks.append(f"{session}: {resident_mb():.0f}")
            for name in SESSION:
                self.kiosk.show(replace(SAMPLES[name][0], language=language, simulated=True))
                yield 0
        print(f"memory in MB after so many sessions: {', '.join(marks)}")
        assert self.app.presenter.snapshot.state is State.THANK_YOU


def _same(now: Any, before: Any) -> bool:
    """Whether nothing but the machine's own news changed."""
    if now.page != before.page or now.page != "steps":
        return bool(now == before)
    return bool((now.voice, now.title, now.aids) == (before.voice, before.title, before.aids))


def cold_start() -> None:
    """Five processes from nothing to the welcome screen drawn once."""
    taken = []
    for _ in range(5):
        began_s = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_FRAME], check=True, cwd=Path(__file__).parents[2])
        taken.append(time.perf_counter() - began_s)
    print(f"cold start to first frame: {min(taken):.1f} to {max(taken):.1f} s", flush=True)


def on_samples(asked: argparse.Namespace) -> int:
    """The parts that need no machine."""
    from ui.app import run_app
    from ui.gallery import sample_store
    from ui.present.present import present

    kiosk = Silent()
    return run_app(
        kiosk,
        sample_store("portrait"),
        simulated=True,
        fullscreen=False,
        present=present,
        size_px=(1080, 1920),
        on_started=lambda app: setattr(app, "bench", Bench(app, kiosk, asked)),
    )


def on_a_machine(asked: argparse.Namespace) -> int:
    """The part that has one: session, driver, pty and simulated machine in this process, as `kiosk run --simulated`."""
    from config.settings import load_settings
    from kiosk.compose import build_kiosk
    from kiosk.rehearsal.live import live_machine
    from kiosk.rehearsal.script import ScriptedVisit
    from ui.app import run_app
    from ui.gallery import sample_store
    from ui.present.present import present

    settings = load_settings(environment={})
    settings = replace(settings, store=sample_store("portrait"))
    with (
        tempfile.TemporaryDirectory() as folder,
        live_machine(settings, lambda factory: factory, pty=None, seed=1, speed=1.0) as live,
    ):
        kiosk = build_kiosk(settings, live.devices, Path(folder))
        person = live.person(kiosk, (ScriptedVisit(),) * 50, 0, lambda: None)

        def started(app: Any) -> None:
            app.bench = Bench(app, kiosk, asked)
            kiosk.start()
            person.start()

        try:
            return run_app(
                kiosk,
                settings.store,
                simulated=True,
                fullscreen=False,
                present=present,
                size_px=(1080, 1920),
                on_started=started,
            )
        finally:
            person.close()
            kiosk.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure")
    parser.add_argument("--touches", type=int, default=70, help="touches of `touch` and of `cut` (0.7 s each)")
    parser.add_argument("--sessions", type=int, default=2000, help="sessions of `memory` (0.4 s each)")
    asked = parser.parse_args()
    if asked.touches < 1 or asked.sessions < 1:
        parser.error("--touches and --sessions must be at least 1")
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    print(f"load of the last minute {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    status = 0
    if "start" in asked.only:
        cold_start()
    if "cut" in asked.only and asked.only != ["cut"]:
        # Kivy has one application a process.
        command = [sys.executable, "-m", "tests.bench.bench_ui", "--only", "cut", "--touches", str(asked.touches)]
        status = subprocess.run(command, check=False).returncode
    elif "cut" in asked.only:
        return on_a_machine(asked)
    asked.only = [part for part in asked.only if part not in ("start", "cut")]
    return on_samples(asked) or status if asked.only else status


if __name__ == "__main__":
    sys.exit(main())
