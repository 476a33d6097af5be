"""`kiosk simulate lesson`: a kiosk with one fault nobody names, for a technician to find on its own pages.

Responsible for: the command line, the learner's account, records that are thrown away. Not responsible for: lessons
(`simulator.faults.lesson`), the kiosk (`kiosk.launch.run`), answers (the panel beside it).
"""

from __future__ import annotations

import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from kiosk.commands.books import owned_staff
from kiosk.data_paths import data_paths
from kiosk.launch.run import start
from kiosk.launch.start_options import StartOptions
from kiosk.rehearsal.lessons import complaints
from kiosk.rehearsal.simulated_kiosk import scratch_folder
from kiosk.staff.accounts import pin_problems
from kiosk.staff.requests import StaffAction, carry_out

MANAGER, TECHNICIAN = "1", "3"


class Wish(StrEnum):
    """What may be asked for."""

    LIST = "list"
    RUN = "run"


def lesson(
    wish: Annotated[Wish, typer.Argument(help="Name the lessons, or run one.")],
    number: Annotated[int, typer.Argument(min=0, help="Which lesson, from 1.")] = 0,
    speed: Annotated[float, typer.Option(min=1, max=200, help="Simulated seconds a second.")] = 5.0,
) -> None:
    """Twelve faults to find: a SIMULATED kiosk and its panel, which hides what is wrong; answers are scored there."""
    if wish is Wish.LIST:
        if number:
            raise BadInput(Problem("command line", "NUMBER", "belongs to run"))
        for n, (level, complaint) in enumerate(complaints(), start=1):
            typer.echo(f"{n:2}  {level:6}  {complaint}")
        return
    if not 1 <= number <= len(complaints()):
        raise BadInput(Problem("command line", "NUMBER", f"must lie between 1 and {len(complaints())}"))
    if not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))):
        raise BadInput(Problem("display", "", "none here (DISPLAY is not set): a lesson needs the kiosk's screen"))
    with scratch_folder("lesson-") as folder:
        pin = learner(folder)
        typer.echo(f"Lesson {number}: {complaints()[number - 1][1]}")
        typer.echo(f"Sign in at the kiosk as technician {TECHNICIAN} with PIN {pin}; answer in the panel.")
        options = StartOptions(
            simulated=True,
            data=folder,
            speed=speed,
            full_screen=False,
            lesson=number,
            sign_in={"number": TECHNICIAN, "pin": pin},
        )
        raise typer.Exit(start(options))


def learner(folder: Path) -> str:
    """Make the accounts of a kiosk that is thrown away; the PIN they share."""
    pin = ""
    while pin_problems(pin, TECHNICIAN) or pin_problems(pin, MANAGER):
        pin = f"{secrets.randbelow(10**6):06d}"
    with owned_staff(data_paths(folder, simulated=True)) as (staff, audit):
        for number, role in ((MANAGER, "manager"), (TECHNICIAN, "technician")):
            carry_out(
                staff,
                audit,
                {"action": StaffAction.ADD, "number": number, "name": "Learner", "role": role, "pin": pin},
            )
    return pin
