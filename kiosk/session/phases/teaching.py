"""The magazine teaches the reader: staff lay a blank of a slot three times.

Responsible for: what follows from each lay: a wrong blank locks its slot, a mirrored one asks about the cameras, three
good ones are enrolled. Not responsible for: judging a blank (`kiosk.calibration.lesson`), who is there (`serving`).
"""

from __future__ import annotations

from config.enrolled import keep, with_enrolled
from config.problems import BadInput
from kiosk.calibration.enrolment import EnrolmentRefusal
from kiosk.calibration.lesson import LAYS, LaySeen, enrol
from kiosk.key.reading import KeyReading
from kiosk.key.secrecy import wipe
from kiosk.policy.role import Role
from kiosk.records.audit.kinds import AuditKind
from kiosk.session.context import CAMERAS_SWAPPED, Lane, SessionContext
from kiosk.session.effects import OTHER_BLANK, look_at_tray
from kiosk.session.lesson import Lesson
from kiosk.session.ports import LaidBlank, SessionPorts
from kiosk.session.reports import BlankSeen, SlotTaught
from kiosk.session.snapshot import LessonFound, LessonStep, StaffMessage


def begin(context: SessionContext, slot: int) -> None:
    """A lesson of a slot, or the end of the one there is. A keyway without a section is a technician's."""
    context.end_lesson()
    context.staff_message = None
    held = next((each.blank for each in context.ports.inventory.slots() if each.number == slot), None)
    if held is None or held not in context.ports.catalogue.blank_of or context.visit is not None:
        return
    keyway, _ = context.ports.catalogue.blank_of[held]
    if not keyway.sections and (context.member is None or context.member.role != Role.TECHNICIAN):
        context.staff_message = StaffMessage.NOT_ALLOWED
        return
    context.lesson = Lesson(slot, held)


def watch_tray(context: SessionContext) -> None:
    """Look whether a blank was laid, or taken out again."""
    lesson = context.lesson
    if lesson is None or lesson.looking or lesson.step not in (LessonStep.LAY, LessonStep.LIFT):
        return
    lesson.looking = True
    context.request(Lane.CAMERA, lambda: look_at_tray(context.ports))


def tray_seen(context: SessionContext, *, empty: bool) -> None:
    """Laid and at rest: read it. Taken out: the next may be laid. Nothing is read twice as it lies."""
    lesson = context.lesson
    if lesson is None:
        return
    lesson.looking = False
    settled, lesson.settled = lesson.settled, not empty
    if lesson.step is LessonStep.LIFT and empty:
        lesson.step = LessonStep.LAY
    elif lesson.step is LessonStep.LAY and not empty and settled:
        lesson.step, lesson.found = LessonStep.LOOK, None
        ports, blank = context.ports, lesson.blank
        context.request(Lane.CAMERA, lambda: look_at_blank(ports, blank))


def look_at_blank(ports: SessionPorts, blank: str) -> BlankSeen:
    """Scan and judge what lies in the tray; the frames are overwritten. On a worker."""
    frames = ports.scanner.scan()
    try:
        return BlankSeen(ports.reader.look_at_blank(frames, blank))
    finally:
        wipe(frames)


_ONCE_MORE = {LaySeen.UNSEEN: LessonFound.UNSEEN, LaySeen.CUT: LessonFound.CUT}


def blank_seen(context: SessionContext, laid: LaidBlank) -> None:
    """One lay more, or the end of the lesson."""
    lesson, seen = context.lesson, laid.lay.seen
    if lesson is None or lesson.step is not LessonStep.LOOK:
        wipe(laid)
        return
    lesson.step = LessonStep.LIFT
    staff = context.member.number if context.member else ""
    context.audit(AuditKind.BLANK_LAID, staff=staff, slot=lesson.slot, blank=lesson.blank, seen=seen.value)
    if seen is LaySeen.FITS:
        lesson.readings.append(laid.reading)
        if len(lesson.readings) == LAYS:
            _conclude(context, lesson)
        return
    wipe(laid.reading)
    if seen in _ONCE_MORE:
        lesson.found = _ONCE_MORE[seen]
        return
    _end(lesson, LessonFound.MIRRORED if seen is LaySeen.MIRRORED else LessonFound.WRONG_BLANK)
    if seen is LaySeen.MIRRORED:
        context.ports.machine_record.faces_seen(lesson.blank, agree=False)
        context.notify_technician(CAMERAS_SWAPPED, f"a {lesson.blank} blank is read mirrored: cameras swapped?")
        return
    lesson.differs, lesson.taken_for = seen.value, laid.lay.taken_for
    context.ports.inventory.lock(lesson.slot, OTHER_BLANK)
    context.audit(AuditKind.SLOT_LOCKED, slot=lesson.slot, reason=OTHER_BLANK)


def _end(lesson: Lesson, found: LessonFound) -> None:
    wipe(lesson.readings)
    lesson.readings.clear()
    lesson.step, lesson.found = LessonStep.DONE, found


def _conclude(context: SessionContext, lesson: Lesson) -> None:
    lesson.step = LessonStep.LOOK
    ports, blank, readings = context.ports, lesson.blank, tuple(lesson.readings)
    context.request(Lane.CAMERA, lambda: learn(ports, blank, readings))


def learn(ports: SessionPorts, blank: str, readings: tuple[KeyReading, ...]) -> SlotTaught:
    """Enrol what the lays show. On a worker."""
    return SlotTaught(enrol(readings, *ports.catalogue.blank_of[blank], ports.catalogue, ports.clock.utc()))


def taught(context: SessionContext, report: SlotTaught) -> None:
    """From now on the reader knows the section as it has held it."""
    lesson, taught = context.lesson, report.taught
    if isinstance(taught, EnrolmentRefusal):
        if lesson is not None:
            _end(lesson, LessonFound(taught.value))
        return
    # What is on file may have grown since the lays were judged.
    context.know(with_enrolled(context.ports.catalogue, [taught.enrolled]))
    found = LessonFound.ENROLLED
    if context.ports.data is not None:
        try:
            keep(taught.enrolled, context.ports.data / "enrolled")
        except BadInput:
            found = LessonFound.NOT_WRITTEN
    staff = context.member.number if context.member else ""
    section = taught.enrolled.section.id
    facts = {"staff": staff, "blank": taught.enrolled.blank, "section": section}
    context.audit(AuditKind.BLANK_ENROLLED, **facts, unlike_um=round(1000 * (taught.unlike_mm or 0.0)))
    if taught.unlike_mm is not None:
        context.ports.machine_record.faces_seen(taught.enrolled.blank, agree=True)
    if lesson is not None:
        _end(lesson, found)
        lesson.unlike_mm = taught.unlike_mm
