"""The devices a kiosk is run with: a real machine's, or a simulated one and what stands beside it.

Responsible for: choosing and opening them as the command line says. Not responsible for: the kiosk before them.

Nothing of a simulator is imported before `--simulated` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from config.headset import Headset
from config.payment import PaymentKind
from config.settings import Settings
from config.store import Store
from hardware.camera import CameraScanner
from hardware.clock import SystemClock
from hardware.grbl.cutter import GrblCutter
from hardware.grbl.stop_socket import stop_served
from hardware.grbl.wheel_off import in_a_thread
from hardware.headset import InputDeviceJack
from hardware.link import serial_link_factory
from hardware.ports import HeadsetJack
from kiosk.compose import Devices
from kiosk.data_paths import DataPaths
from kiosk.launch.start_options import StartOptions
from kiosk.operations.payment_device import is_on_this_computer, payment_device
from kiosk.operations.running import Running

if TYPE_CHECKING:
    from kiosk.rehearsal.live import LiveMachine


def on_port(settings: Settings, asked: StartOptions) -> Settings:
    """The settings with the serial port given on the command line, for a real machine."""
    if asked.simulated or not asked.port:
        return settings
    wire = settings.machine.wire.model_copy(update={"port": asked.port})
    return replace(settings, machine=settings.machine.model_copy(update={"wire": wire}))


def paid_at(settings: Settings, kind: PaymentKind | None, stack: ExitStack) -> Settings:
    """The settings that lead to a simulated terminal of this kind, which runs while `stack` lasts."""
    if kind in (None, PaymentKind.REGISTER):
        return settings
    from kiosk.rehearsal.terminal_beside import terminal_beside

    payment = stack.enter_context(terminal_beside(kind))
    return replace(settings, machine=settings.machine.model_copy(update={"payment": payment}))


@contextmanager
def simulated_machine(asked: StartOptions, settings: Settings, running: Running) -> Iterator[LiveMachine]:
    """The simulated machine, and the technician's panel beside it."""
    from kiosk.rehearsal.live import live_machine
    from kiosk.rehearsal.panel import panel_window

    pty = Path(asked.port) if asked.port else None
    with ExitStack() as stack:
        live = stack.enter_context(
            live_machine(
                settings,
                running.watched,
                pty=pty,
                seed=asked.seed,
                speed=asked.speed,
                payments=asked.places.simulated_payments,
                lesson=asked.lesson,
                sign_in=asked.sign_in,
            )
        )
        chosen = settings.machine.payment
        if is_on_this_computer(chosen):
            # A terminal is a process of its own: however fast the simulated machine goes, it does not.
            payment = stack.enter_context(payment_device(chosen, asked.places.journal, SystemClock()))
            live = replace(live, devices=replace(live.devices, payment=payment))
        if pty is not None:
            print(f"SIMULATED board at {pty}")  # noqa: T201 - for whoever opens it
        print(f"SIMULATED machine; control socket on 127.0.0.1:{live.control_port}")  # noqa: T201 - for the technician
        if asked.shows_panel:
            stack.enter_context(panel_window(live.control_port, *_beside(settings.store)))
        yield live


def _beside(store: Store) -> tuple[str, ...]:
    """The panel's place and size, so that it leaves the shopper's window in sight: that one is in a desk's corner."""
    from ui.desk import beside, display_px, window_px
    from ui.panel.style import DESIGN_PX, SMALLEST_PX

    display = display_px()
    shopper_px = window_px((store.screen.width_px, store.screen.height_px), display, SMALLEST_PX[0])
    (left, top), (wide, high) = beside(shopper_px, display, SMALLEST_PX, DESIGN_PX)
    return "--at", f"{left},{top}", "--size", f"{wide}x{high}"


def real_devices(settings: Settings, places: DataPaths, running: Running, stack: ExitStack) -> Devices:
    """The devices of a real machine; nothing is opened yet. While `stack` lasts, others may have it stopped."""
    clock = SystemClock()
    machine = settings.machine
    cutter = GrblCutter(running.watched(serial_link_factory(machine.wire)), machine, clock, in_a_thread)
    stack.enter_context(stop_served(machine.wire.port, cutter.stop_and_confirm))
    payment = stack.enter_context(payment_device(machine.payment, places.journal, clock))
    return Devices(cutter, CameraScanner(machine.views, clock), payment, clock, simulated=False)


def headset_jack(settings: Headset, stack: ExitStack) -> HeadsetJack | None:
    """The jack of a real machine, closed with `stack`; None where it has none that notices its plug."""
    if not settings.device:
        return None
    jack = InputDeviceJack(settings.device)
    stack.callback(jack.close)
    return jack
