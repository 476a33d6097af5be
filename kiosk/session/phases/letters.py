"""At a refusal, a landlord's letter is typed or scanned: the mark is lifted for this key, or it is said why not.

Responsible for: the order of the questions, using a letter up, the audit. Not responsible for: whether a letter is good
(`kiosk.policy.letter`), what it lifts (`kiosk.policy.decide`).
"""

from __future__ import annotations

from kiosk.policy.decision import Release
from kiosk.policy.letter import LetterProblem, read_letter
from kiosk.records.audit.kinds import AuditKind
from kiosk.session.context import SessionContext
from kiosk.session.intents import EnterLetter, Intent
from kiosk.session.phases import offering
from kiosk.session.reports import Report


def handle_refused(context: SessionContext, event: Intent | Report) -> None:
    """A letter is entered where one may lift what stands in the way; all else is as without letters."""
    if not isinstance(event, EnterLetter):
        offering.handle_refused(context, event)
    elif context.here.refusal is not None and context.here.refusal.takes_letter:
        _enter(context, event.code)


def _enter(context: SessionContext, code: str) -> None:
    """Take the letter and make the offer, or say why not; nothing of a letter that is not taken is used up."""
    visit = context.here
    before = context.order.quantity
    found = _taken(context, code)
    if isinstance(found, Release):
        visit.letter_problem = None
        context.audit(AuditKind.LETTER_TAKEN, owner=found.owner, quantity=found.copies)
        visit.refusal = None
        offering.make_offer(context)
        return
    context.order.quantity, visit.release = before, None
    visit.letter_problem = found
    context.audit(AuditKind.LETTER_REFUSED, reason=found.value)


def _taken(context: SessionContext, code: str) -> Release | LetterProblem:
    visit, ports, order = context.here, context.ports, context.order
    identified, letters = visit.secrets.identified, ports.store.letters
    now = ports.clock.utc()
    read = read_letter(code, letters, order.blank, now.astimezone().date())
    if isinstance(read, LetterProblem):
        return read
    letter, owner = read
    latest = ports.letter_book.latest()
    if latest is not None and now < latest:
        return LetterProblem.CLOCK
    if ports.letter_book.used(letters.owners[owner], letter.serial):
        return LetterProblem.USED
    if letter.copies > offering.max_quantity(context):
        return LetterProblem.TOO_MANY
    if identified is None or visit.stamp is None:
        # Nobody knows yet what the head says.
        return LetterProblem.NOT_THIS_MARK
    order.quantity = letter.copies
    visit.release = Release(letter.kiosk, owner, letter.blank, letter.copies, letter.day, identified.identification)
    decision = offering.judge(context)
    if decision.verdict.blocks or offering.machine_says_no(context) is not None:
        return LetterProblem.NOT_THIS_MARK
    if not ports.letter_book.spend(letters.owners[owner], letter.serial, visit.transaction):
        return LetterProblem.USED
    order.decision = decision
    return visit.release
