"""How fast whole sessions run in virtual time: `python -m tests.bench.bench_session`.

Prints, on one core: a session with frames drawn and read against real time; sessions a minute with readings ready
made; machine time for one copy from the taken-back key to the chute, step by step.
"""

from __future__ import annotations

import gc
import logging
import time

from config.settings import Settings, load_settings
from kiosk.key.reading import StampReading
from kiosk.rehearsal.ready import ReadyKeyReader, ReadyScanner, RehearsalAudit, RehearsalStaff, identified
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, scratch_folder, theatre
from kiosk.session.intents import Confirm, Done, Start
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.faults.simulated_machine import SimulatedMachine, lay
from simulator.keys.sample_keys import sample_key

THINK_S = {
    State.WELCOME: 3.0,
    State.PLACE_KEY: 6.0,
    State.OFFER: 10.0,
    State.TAKE_KEY_BACK: 4.0,
    State.THANK_YOU: 8.0,
}
"""How long a brisk shopper looks at each screen."""


def one_visit(played: SimulatedKiosk, key: object, times: dict[State, float] | None = None) -> None:
    """A sale from the first touch to the next welcome."""
    stage = played.stage

    def passed(state: State) -> None:
        began = stage.ports.clock.now_s()
        stage.run_until(lambda now: now.state is not state)
        if times is not None:
            times[state] = stage.ports.clock.now_s() - began

    stage.after(THINK_S[State.WELCOME], lambda: stage.post(Start()))
    stage.run_to(State.PLACE_KEY)
    stage.after(THINK_S[State.PLACE_KEY], lambda: lay(played.sim, key))
    stage.run_to(State.OFFER)
    stage.after(THINK_S[State.OFFER], lambda: stage.post(Confirm()))
    stage.run_to(State.TAKE_KEY_BACK)
    stage.after(THINK_S[State.TAKE_KEY_BACK], played.sim.tray.take)
    stage.run_to(State.LOADING)
    for state in (State.LOADING, State.CUTTING, State.CHECKING, State.DELIVERING):
        passed(state)
    stage.run_to(State.THANK_YOU)
    stage.after(THINK_S[State.THANK_YOU], lambda: stage.post(Done()))
    stage.run_to(State.WELCOME)
    played.sim.chute.clear()


def with_frames(settings: Settings, visits: int, *, read_heads: bool) -> None:
    """Everything real but the metal and the wire's other end."""
    with (
        scratch_folder() as folder,
        theatre(settings, folder, staff=RehearsalStaff(), audit=RehearsalAudit()) as played,
    ):
        if read_heads:
            played.stage.ports.reader.warm()
        else:
            played.stage.ports.reader.stamp = lambda _: StampReading(seen=True)
        played.stage.begin()
        played.stage.run_to(State.WELCOME)
        names = ("kwikset-new", "schlage-new")
        times: dict[State, float] = {}
        one_visit(played, sample_key(names[0], settings.catalogue, 1), times)  # fills caches
        began, cpu, virtual = time.perf_counter(), time.process_time(), played.sim.clock.now_s()
        for visit in range(visits):
            one_visit(played, sample_key(names[visit % 2], settings.catalogue, 100 + visit))
        virtual = played.sim.clock.now_s() - virtual
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        what = "frames drawn and read" + (", heads read" if read_heads else ", heads not read")
        print(
            f"{what}: {virtual / visits:.1f} s a session, {cpu / visits:.3f} s of one core;"
            f" {virtual / cpu:.0f} x real time on the core, {virtual / wall:.0f} x by the wall"
        )
        if read_heads:
            steps = ", ".join(f"{state} {took:.1f} s" for state, took in times.items())
            print(f"machine time for one copy: {steps}; {sum(times.values()):.1f} s in all")


def ready_made(settings: Settings, visits: int) -> None:
    """Sessions with the reading handed over ready made."""
    sim = SimulatedMachine(settings.machine, settings.catalogue, 1, baud=None)
    reader = ReadyKeyReader(sim, settings.machine.check)
    with (
        scratch_folder() as folder,
        theatre(
            settings,
            folder,
            sim=sim,
            reader=reader,
            scanner=ReadyScanner(sim),
            staff=RehearsalStaff(),
            audit=RehearsalAudit(),
        ) as played,
    ):
        played.stage.begin()
        played.stage.run_to(State.WELCOME)
        key = sample_key("kwikset-new", settings.catalogue, 1)
        began, cpu, virtual = time.perf_counter(), time.process_time(), sim.clock.now_s()
        delivered = 0

        def count(now: Snapshot) -> None:
            nonlocal delivered
            delivered += now.state is State.THANK_YOU

        played.stage.watchers.append(count)
        for visit in range(visits):
            for slot in settings.machine.magazine.slots if visit % 20 == 0 else ():
                played.stage.ports.inventory.refill(slot.number, slot.capacity)
                sim.world.carousel.stock[slot.number] = slot.capacity
            reader.next_key([identified(settings.catalogue, "KW1", visit)], StampReading(seen=True))
            one_visit(played, key)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"readings ready made: {60 * visits / cpu:.0f} sessions a minute of one core,"
            f" {60 * visits / wall:.0f} by the wall; {(sim.clock.now_s() - virtual) / cpu:.0f} x real time"
        )


def main() -> None:
    """Print the figures."""
    logging.disable(logging.CRITICAL)
    settings = load_settings(environment={})
    # As the screen does once all is loaded: what stays for good is not looked through again and again.
    gc.collect()
    gc.freeze()
    with_frames(settings, 6, read_heads=True)
    with_frames(settings, 10, read_heads=False)
    ready_made(settings, 100)


if __name__ == "__main__":
    main()
