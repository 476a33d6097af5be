"""A kiosk in a process of its own, for its memory to be searched: one visit each time it is told to.

Responsible for: the product over another process's world, with real records and logs. Not responsible for: which key
is laid. Started as `python -m kiosk.rehearsal.canary_visit SOCKET DATA`; the secret of the socket comes first on its
input, then one line a visit; it answers each with the state it ended in.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

from config.settings import load_settings
from hardware.grbl.cutter import GrblCutter
from kiosk.compose import Devices, build_ports
from kiosk.operations.logs import install_logs
from kiosk.rehearsal.canary_world import World, WorldClock, WorldLink, WorldScanner, connect
from kiosk.rehearsal.ready import RehearsalStaff
from kiosk.rehearsal.script import ScriptedVisit
from kiosk.rehearsal.shopper import Shopper
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.states import State
from simulator.terminals.card import SimulatedTerminal


def visit(stage: VirtualKiosk, world: World) -> State:
    """One copy, from welcome to welcome; the last state before that."""
    through: list[State] = []
    stage.watchers.append(lambda now: through.append(now.state))
    shopper = Shopper(stage, ScriptedVisit(), world.lay, world.take, lambda: "")
    shopper.arrive()
    stage.run_until(lambda now: shopper.done and now.state is State.WELCOME)
    shopper.leave()
    stage.watchers.pop()
    return [state for state in through if state is not State.WELCOME][-1]


def main() -> None:
    """Visits until the input ends."""
    address, data = sys.argv[1], Path(sys.argv[2])
    settings = load_settings()
    world = connect(address, bytes.fromhex(sys.stdin.readline().strip()))
    clock = WorldClock(world)
    logs = install_logs(data / "log", settings.operations.logs.model_copy(update={"level": "debug"}))
    with ExitStack() as closing:
        closing.callback(logs.close)
        cutter = GrblCutter(lambda: WorldLink(world), settings.machine, clock)
        devices = Devices(cutter, WorldScanner(world), SimulatedTerminal(), clock, simulated=True, first_count=None)
        stage = VirtualKiosk(build_ports(settings, devices, data, closing, staff=RehearsalStaff()))
        closing.callback(stage.close)
        stage.begin()
        stage.run_to(State.WELCOME)
        for _ in sys.stdin:
            print(visit(stage, world).value, flush=True)  # noqa: T201 - to whoever started it


if __name__ == "__main__":
    main()
