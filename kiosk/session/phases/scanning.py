"""From the first touch to a key that is told.

Responsible for: WELCOME, PLACE_KEY, SCANNING, TRY_AGAIN. Not responsible for: what the key is (`kiosk.identification`)
or whether it may be copied (`kiosk.session.phases.offering`).
"""

from __future__ import annotations

from hardware.errors import CameraFault
from kiosk.key.reading import Outcome, Wear
from kiosk.key.secrecy import wipe
from kiosk.session import effects
from kiosk.session.context import NO_ROOM, Lane, SessionContext
from kiosk.session.intents import BringBack, Cancel, Done, Intent, KeyLaid, StaffKey, Start
from kiosk.session.phases import offering, starting
from kiosk.session.reports import CutProgress, Due, KeyIdentified, Report, StampRead, TraySeen

LOOK_EVERY_S = 0.5
ATTEMPTS = 3
"""Scans of a key that cannot be told before the kiosk says so."""

LAY_AGAIN = frozenset(
    {
        Outcome.NOT_A_KEY,
        Outcome.SEVERAL_OBJECTS,
        Outcome.OUT_OF_FOCUS,
        Outcome.DIRTY,
        Outcome.MOVED,
        Outcome.CUT_OFF,
        Outcome.SECTION_NOT_SEEN,
        Outcome.AMBIGUOUS,
        Outcome.CUTS_UNREADABLE,
        Outcome.UNREADABLE_IMAGE,
        Outcome.UNKNOWN_SECTION,
    }
)
"""What laying the key down once more may change. A look-alike is not told by one look, so unknown is asked twice."""


def handle_welcome(desk: SessionContext, event: Intent | Report) -> None:
    """Somebody comes."""
    match event:
        case Start():
            if desk.closed_reason:
                desk.session.ended_closed()
                return
            desk.begin_visit()
            desk.session.touched()
        case BringBack():
            if desk.closed_reason == NO_ROOM:
                # Being sold out or inexact is no reason to send away who brings a copy back; this is.
                desk.session.ended_closed()
                return
            desk.begin_visit()
            desk.session.brought_back()
        case StaffKey():
            desk.session.staff_key()
        case Due("leftovers"):
            starting.ask_leftovers(desk)
        case Due("look_around"):
            starting.look_around(desk)
        case _:
            pass


def enter_place_key(desk: SessionContext) -> None:
    """Watch the tray."""
    look(desk)


def look(desk: SessionContext) -> None:
    """Have the tray camera look once."""
    desk.request(Lane.CAMERA, lambda: effects.look_at_tray(desk.tools))


def handle_place_key(desk: SessionContext, event: Intent | Report) -> None:
    """The tray camera or the shopper says the key is there."""
    match event:
        case TraySeen(empty):
            desk.tray_has_key = not empty
            if empty:
                desk.due_in(LOOK_EVERY_S, "look")
            else:
                desk.session.key_seen()
        case Due("look"):
            look(desk)
        case KeyLaid():
            desk.session.key_seen()
        case Cancel():
            desk.go_home()
        case _:
            pass


def enter_scanning(desk: SessionContext) -> None:
    """Look at the key until two looks agree."""
    desk.here.attempts += 1
    desk.here.try_again = None
    desk.here.fraction = 0.0
    looked = desk.progress()
    desk.request(Lane.CAMERA, lambda: effects.tell_key(desk.tools, looked))


def handle_scanning(desk: SessionContext, event: Intent | Report) -> None:
    """What the readings say."""
    match event:
        case KeyIdentified():
            _told(desk, event)
        case CutProgress(fraction):
            desk.here.fraction = fraction
        case Cancel():
            desk.go_home()
        case _:
            pass


def _told(desk: SessionContext, event: KeyIdentified) -> None:
    visit = desk.here
    identification = event.telling.identification
    outcome = identification.outcome
    if outcome is not Outcome.IDENTIFIED and event.frames is not None:
        wipe(event.frames)
    if outcome is Outcome.NOTHING_THERE:
        visit.attempts -= 1
        desk.tray_has_key = False
        desk.session.nothing_seen()
        return
    desk.tray_has_key = True
    for view in event.telling.reading.blind if event.telling.reading is not None else ():
        desk.tell_technician(CameraFault.code, f"camera {view}: shows nothing of the key that lies there")
    visit.secrets.telling = event.telling
    if outcome in LAY_AGAIN and visit.attempts < ATTEMPTS:
        visit.try_again = outcome
        desk.session.not_told()
        return
    if outcome is Outcome.IDENTIFIED:
        visit.blank = identification.blank or ""
        visit.secrets.frames = event.frames
    if offering.refused(desk):
        return
    if event.frames is not None:
        frames = event.frames
        # Reading the head takes longer than everything else together: the shopper reads the next screen meanwhile.
        desk.request(Lane.HEAD, lambda: effects.read_head(desk.tools, frames))
    visit.worn_cuts = identification.worn_cuts
    if identification.wear is Wear.WORN or visit.worn_cuts:
        desk.session.told_worn()
    else:
        offering.make_offer(desk)


def enter_try_again(desk: SessionContext) -> None:
    """Watch for the key to be lifted or laid anew."""
    desk.here.tray_empty_seen = 0
    look(desk)


def handle_try_again(desk: SessionContext, event: Intent | Report) -> None:
    """The shopper lays it again and says so, or lifts it and lays it down."""
    visit = desk.here
    match event:
        case TraySeen(empty):
            desk.tray_has_key = not empty
            if empty:
                visit.tray_empty_seen += 1
            elif visit.tray_empty_seen:
                desk.session.key_seen()
                return
            desk.due_in(LOOK_EVERY_S, "look")
        case Due("look"):
            look(desk)
        case KeyLaid() | Done():
            desk.session.key_seen()
        case Cancel():
            desk.go_home()
        case StampRead():
            pass
        case _:
            pass
