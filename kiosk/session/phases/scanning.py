"""From the first touch to a key that is identified.

Responsible for: WELCOME, PLACE_KEY, SCANNING, TRY_AGAIN. Not responsible for: what the key is (`kiosk.identification`)
or whether it may be copied (`kiosk.session.phases.offering`).
"""

from __future__ import annotations

from hardware.errors import CameraFault
from kiosk.identification.outline.placement import Placement
from kiosk.key.condition import KeyCondition, condition_of
from kiosk.key.reading import Identification, Outcome, Wear
from kiosk.key.secrecy import wipe
from kiosk.session import effects
from kiosk.session.context import CAMERAS_SWAPPED, Lane, SessionContext
from kiosk.session.intents import BringBack, Cancel, Done, Intent, KeyLaid, StaffKey, Start
from kiosk.session.phases import offering, starting
from kiosk.session.reports import CutProgress, Due, KeyIdentified, MachineSeen, Report, Timer, TraySeen
from kiosk.session.snapshot import ClosedReason, Guidance
from kiosk.session.visit import Order

LOOK_EVERY_S = 0.5
GUIDE_EVERY_S, SAY_AGAIN_S = 2.5, 5.0
"""How often it is looked whether a key lies well, and after how long the same advice is given again."""
MOVED_WRONG = frozenset(Placement) - {Placement.GOOD, Placement.EMPTY, Placement.UNSEEN}
ATTEMPTS = 3
"""Scans of a key that cannot be identified before the kiosk says so."""

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
        Outcome.CUT_FILLED,
        Outcome.UNREADABLE_IMAGE,
        Outcome.UNKNOWN_SECTION,
    }
)
"""What laying the key down once more may change. A look-alike needs more than one look, so unknown is asked twice."""


def handle_welcome(context: SessionContext, event: Intent | Report) -> None:
    """Somebody comes."""
    match event:
        case Start():
            _begin(context)
        case BringBack():
            if context.closed_reason is ClosedReason.DISK:
                # Being sold out or inexact is no reason to send away who brings a copy back; this is.
                context.session.ended_closed()
                return
            context.begin_visit()
            context.session.brought_back()
        case StaffKey():
            context.session.staff_key()
        case Due(Timer.LEFTOVERS):
            starting.ask_leftovers(context)
        case Due(Timer.LOOK_AROUND):
            starting.look_around(context)
        case Due(Timer.LOOK):
            starting.look_at_rest(context)
        case MachineSeen():
            context.due_in(starting.MACHINE_LOOK_EVERY_S, Timer.MACHINE)
        case Due(Timer.MACHINE):
            starting.look_at_machine(context)
        case TraySeen(empty):
            if starting.laid_at_rest(context, empty=empty):
                _begin(context)
        case _:
            # Whatever else was meant for a screen that is gone.
            pass


def _begin(context: SessionContext) -> None:
    """Somebody touched Start, or has laid their key already."""
    if context.closed_reason:
        context.session.ended_closed()
        return
    context.begin_visit()
    context.session.touched()


def enter_place_key(context: SessionContext) -> None:
    """Watch the tray."""
    look(context)


def look(context: SessionContext) -> None:
    """Have the tray camera look once; where a key is laid once more, now and then also how it lies."""
    ports, visit, now_s = context.ports, context.visit, context.ports.clock.now_s()
    guide = visit is not None and visit.try_again is not None and now_s - visit.guided_at_s >= GUIDE_EVERY_S
    if visit is not None and guide:
        visit.guided_at_s = now_s
    context.request(Lane.CAMERA, lambda: effects.look_at_tray(ports, guide=guide))


def guided(context: SessionContext, seen: Placement | None) -> bool:
    """Keep what is to be said of how it lies. True: what lay wrong was moved to where it can be read."""
    visit, now_s = context.here, context.ports.clock.now_s()
    if seen is None:
        return False
    before = visit.guidance
    if before is None or before.placement is not seen or now_s - visit.told_at_s >= SAY_AGAIN_S:
        visit.guidance = Guidance(seen, before.number + 1 if before else 1)
        visit.told_at_s = now_s
    return before is not None and before.placement in MOVED_WRONG and seen is Placement.GOOD


def lies_there(context: SessionContext, *, empty: bool) -> bool:
    """Whether something lies in the tray by the look just taken; if not, another look follows soon."""
    context.tray_has_key = not empty
    if empty:
        context.due_in(LOOK_EVERY_S, Timer.LOOK)
    return not empty


def handle_place_key(context: SessionContext, event: Intent | Report) -> None:
    """The tray camera or the shopper says the key is there. One that somebody else left begins nothing by itself."""
    match event:
        case TraySeen(empty) if context.key_left:
            starting.left_key(context, empty=empty)
            context.due_in(LOOK_EVERY_S, Timer.LOOK)
        case TraySeen(empty):
            if lies_there(context, empty=empty):
                context.session.key_seen()
        case Due(Timer.LOOK):
            look(context)
        case KeyLaid():
            context.session.key_seen()
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens, and looks' progress that comes late.
            pass


def enter_scanning(context: SessionContext) -> None:
    """Look at the key until two looks agree."""
    context.here.attempts += 1
    context.here.try_again = None
    context.here.fraction = 0.0
    looked = context.progress()
    context.request(Lane.CAMERA, lambda: effects.identify_key(context.ports, looked))


def handle_scanning(context: SessionContext, event: Intent | Report) -> None:
    """What the readings say."""
    match event:
        case KeyIdentified():
            _identified(context, event)
        case CutProgress(fraction):
            context.here.fraction = fraction
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens; a late look at the tray says nothing the scan does not.
            pass


def _identified(context: SessionContext, event: KeyIdentified) -> None:
    visit = context.here
    identification = event.identified.identification
    outcome = identification.outcome
    if outcome is not Outcome.IDENTIFIED and event.frames is not None:
        wipe(event.frames)
    if outcome is Outcome.NOTHING_THERE:
        visit.attempts -= 1
        context.tray_has_key = False
        context.session.nothing_seen()
        return
    context.tray_has_key = True
    for view in event.identified.reading.blind if event.identified.reading is not None else ():
        context.notify_technician(CameraFault.code, f"camera {view}: shows nothing of the key that lies there")
    if outcome is Outcome.MIRRORED_SECTION:
        context.notify_technician(CAMERAS_SWAPPED, "a section on file is read mirrored: cameras swapped?")
    visit.secrets.identified = event.identified
    if outcome in LAY_AGAIN and visit.attempts < ATTEMPTS:
        visit.try_again = outcome
        context.session.not_identified()
        return
    identified = outcome is Outcome.IDENTIFIED
    blank = identification.blank or "" if identified else ""
    visit.order = Order(blank, identification.worn_cuts, _condition(context, identification))
    if identified:
        visit.secrets.frames = event.frames
    stopped = offering.refused(context)
    if stopped and not (visit.refusal is not None and visit.refusal.can_be_approved):
        return
    if event.frames is not None:
        frames = event.frames
        # Reading the head takes longer than everything else together: the shopper reads the next screen meanwhile.
        context.request(Lane.HEAD, lambda: effects.read_head(context.ports, frames))
    if stopped:
        # Staff who are asked are told what the head says too, and what they lift leads to an offer with a price.
        return
    if identification.wear is Wear.WORN or identification.worn_cuts:
        context.session.identified_worn()
    else:
        offering.make_offer(context)


def _condition(context: SessionContext, identification: Identification) -> KeyCondition | None:
    keyway = context.ports.catalogue.keyway_of.get(identification.keyway or "")
    return condition_of(identification, keyway.spec.stop) if keyway and keyway.spec else None


def enter_try_again(context: SessionContext) -> None:
    """Watch for the key to be lifted or laid anew."""
    context.here.tray_empty_seen = 0
    context.here.guidance = None
    look(context)


def handle_try_again(context: SessionContext, event: Intent | Report) -> None:
    """The shopper lays it again and says so, or lifts it and lays it down."""
    visit = context.here
    match event:
        case TraySeen(empty, seen):
            context.tray_has_key = not empty
            moved = guided(context, seen)
            if empty:
                visit.tray_empty_seen += 1
            elif visit.tray_empty_seen or moved:
                context.session.key_seen()
                return
            context.due_in(LOOK_EVERY_S, Timer.LOOK)
        case Due(Timer.LOOK):
            look(context)
        case KeyLaid() | Done():
            context.session.key_seen()
        case Cancel():
            context.go_home()
        case _:
            # Wishes of other screens; a head read late: the key is scanned anew.
            pass
