"""What the screen says while nobody can be served: closed for now, or out of order. Pure.

Responsible for: words for whoever stands here, and one card for staff. Not responsible for: what staff do about it
(`ui.present.staff`).
"""

from __future__ import annotations

from config.store import Store
from kiosk.session.intents import CallStaff, Done
from kiosk.session.snapshot import ClosedReason, Receipt, Snapshot
from ui.present.fault_help import fault_family
from ui.present.language import Translation
from ui.present.local import Local
from ui.present.parts import call_staff, failed_recovery, primary
from ui.present.sale import receipt_detail
from ui.present.shown import Action, ButtonKind, FaultDetail, Shown, Tone


def closed(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """Nothing is broken, but nobody is served."""
    return Shown(
        page="message",
        visit="closed",
        title=words("closed.title"),
        store_name=store.name,
        body=(
            words.first(f"closed.{snapshot.closed_reason}", "closed.text"),
            words("closed.opens", when=words.day_and_clock(snapshot.opens_utc_s))
            if snapshot.closed_reason is ClosedReason.HOURS and snapshot.opens_utc_s
            else words("closed.ask"),
            *_phone(words, snapshot),
        ),
        picture="closed",
        tone=Tone.AWAY,
        actions=(call_staff(words, snapshot),),
    )


def _phone(words: Translation, snapshot: Snapshot) -> tuple[str, ...]:
    return (words("phone", number=snapshot.help_phone),) if snapshot.help_phone else ()


def out_of_order(words: Translation, local: Local, snapshot: Snapshot, store: Store) -> Shown:
    """What concerns whoever stands here: the wheel, then the key, then the machine; what concerns staff, in a card."""
    wheel, key = snapshot.wheel_may_turn, snapshot.tray_has_key
    title = words("wheel.title" if wheel else "broken.take" if key else "broken.title")
    receipt = snapshot.receipt
    made = _made(words, receipt) if receipt is not None else ()
    body = [words("wheel.text")] if wheel else [] if made else [words("broken.text")]
    body += made
    if key and (wheel or made):
        body.append(words("broken.key"))
    called = snapshot.staff_called
    return Shown(
        page="receipt" if made else "fault",
        visit="out_of_order" + ("/receipt" if made else "") + ("/wheel" if wheel else ""),
        title=title,
        store_name=store.name,
        body=tuple(body),
        # A key that lies there must be seen to: what to do with it is worth more than what the kiosk looks like shut.
        picture="wheel" if wheel else "take_key" if key else "closed",
        tone=Tone.LOOK,
        # Staff have their card when whoever bought has gone: it waits for them.
        detail=receipt_detail(words, receipt, None, store) if made else _for_staff(words, snapshot, store),
        chime="attention" if key or wheel or made else "",
        actions=(primary(words, "done", "thanks.done", Done()), call_staff(words, snapshot))
        if made
        else (
            Action(
                "call_staff",
                words("staff.called" if called else "staff.call"),
                CallStaff(),
                ButtonKind.PRIMARY,
                "person",
                enabled=not called,
            ),
        ),
    )


def _made(words: Translation, receipt: Receipt) -> tuple[str, ...]:
    """What was made before the machine stopped, what that comes to, and what its codes are for."""
    settled = receipt.statement is None or receipt.statement.settled
    return (
        " ".join(
            (words.plural("broken.made", receipt.copies), *((words("broken.no_other"),) if settled else ())),
        ),
        *((words("broken.pay"),) if receipt.pay_code else ()),
        *((words("broken.code"),) if receipt.bring_back_code else ()),
    )


def _for_staff(words: Translation, snapshot: Snapshot, store: Store) -> FaultDetail:
    """Code, since when, cause, what goes on, and whom to ring."""
    fault = snapshot.fault
    lines = []
    if fault is not None:
        since = words("broken.since", time=words.clock(fault.since_utc_s)) if fault.since_utc_s else ""
        lines += [" · ".join(filter(None, (fault.code, since))), words(f"fault.{fault_family(fault.code)}.what")]
        lines += [f"{failed.label}: {failed.value}" for failed in failed_recovery(words, fault)]
    if fault is not None and fault.recovering:
        attempt = words.number(fault.attempt)
        lines.append(words("broken.recovering", attempt=attempt) if fault.heals_itself else words("broken.by_staff"))
    elif not snapshot.staff_door:
        lines += [words("broken.retries"), words("broken.command")]
    else:
        lines.append(words("broken.waits" if fault is not None and fault.heals_itself else "broken.staff"))
    lines += _phone(words, snapshot)
    return FaultDetail(words("broken.for_staff"), tuple(lines), "\n".join((store.name, *lines)))
