"""A technician's visit: what to bring and what to do, by what the kiosk measured; and the signed order of the work.

Responsible for: reading the evidence, one page for the visit, and the work order's text and signature. Not responsible
for: what the evidence means (`forecast`), or recording the order (`kiosk.commands.visit`).
"""

from __future__ import annotations

import base64
import html
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from config.machine import Machine
from config.settings import Settings
from hardware.clock import Clock
from kiosk.data_paths import DataPaths
from kiosk.operations.counters import Figures, read_figures
from kiosk.operations.forecast import Evidence, forecasts
from kiosk.records.audit.chain import Record
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.database import DatabaseFault
from kiosk.session.outlook import Forecast, Outlook, Part

log = logging.getLogger(__name__)

PACE = timedelta(days=14)
LINK_DAYS = 7
LINK_CODES = ("LINK", "BOARD_ERROR", "BOARD_ALARM")
TITLE = "Work order of a key kiosk, form 1"

BRING = {
    Part.WHEEL: "a cutting wheel, its gauge and the arbor's wrench",
    Part.AXIS: "the step gauge, feeler gauges, a belt and its clamp",
    Part.CLAMP: "clamp jaws, the step gauge, a brass brush",
    Part.LAMP: "a lamp of each kind, glass cloth and cleaner",
    Part.LINK: "a shielded USB cable with screws",
}
DO = {
    Part.WHEEL: "Change the wheel, then choose New wheel on the technician's page",
    Part.AXIS: "Check belt, couplings and rails of X and Y; then calibrate",
    Part.CLAMP: "Brush and look at the jaws; change them if they are rounded",
    Part.LAMP: "Clean glass and lamps; change a lamp that stays dark",
    Part.LINK: "Change the board's cable; look at both plugs",
}


@dataclass(frozen=True)
class TrialCut:
    """One cut of the technician."""

    utc: str
    largest_error_mm: float
    passed: bool


@dataclass(frozen=True)
class WorkOrder:
    """What was done at one visit."""

    kiosk: str
    day: date
    staff_number: str
    cuts: tuple[TrialCut, ...]
    parts: tuple[str, ...]
    settings: tuple[str, ...]
    next_due: str


def evidence_of(seen: Figures, now: datetime) -> Evidence:
    """What the figures say of the machine itself."""
    lately = [time for time, _ in seen.drift_mm if now - time <= PACE]
    days = max((now - min(lately)) / timedelta(days=1), 1.0) if lately else 1.0
    first = (now - timedelta(days=LINK_DAYS)).astimezone().date().isoformat()
    faults = [each for day in seen.days if day.date >= first for each in day.faults.items()]
    link_faults = sum(count for code, count in faults if code.startswith(LINK_CODES))
    means = [mean for _, mean in seen.drift_mm]
    return Evidence(seen.touch_errors_mm, means, seen.scan_tries, link_faults, len(lately) / days)


def read_forecasts(places: DataPaths, machine: Machine, now: datetime) -> tuple[Forecast, ...]:
    """What this kiosk will need; missing databases count as empty."""
    return forecasts(evidence_of(read_figures(places), now), machine.check, machine.clamp.edge_tolerance_mm)


def read_visit(places: DataPaths, machine: Machine, kiosk: str, now: datetime) -> Outlook:
    """What a visit to this kiosk would find."""
    seen = read_figures(places)
    low_at = {slot.number: slot.low_at for slot in machine.magazine.slots}
    low = tuple(slot for slot in seen.stock if slot.locked or slot.count <= low_at.get(slot.number, 0))
    first = (now - PACE).astimezone().date().isoformat()
    faults: dict[str, int] = {}
    for day in seen.days:
        if day.date >= first:
            for code, count in day.faults.items():
                faults[code] = faults.get(code, 0) + count
    due = forecasts(evidence_of(seen, now), machine.check, machine.clamp.edge_tolerance_mm)
    return Outlook(kiosk, now, due, low, tuple(sorted(faults.items(), key=lambda each: -each[1])))


def outlook_now(places: DataPaths, settings: Settings, clock: Clock) -> Outlook | None:
    """For the technician's page; None where the records do not say just now."""
    try:
        return read_visit(places, settings.machine, settings.fleet.kiosk or settings.store.name, clock.utc())
    except (DatabaseFault, ValueError):
        log.exception("nothing can be foretold")
        return None


def told(forecast: Forecast) -> str:
    """One line of a forecast."""
    when = "soon" if forecast.copies_left is None else f"in {forecast.copies_left} copies"
    days = "" if forecast.days_left is None else f", {forecast.days_left:.0f} days"
    return f"{forecast.part.value} {when}{days}: {forecast.evidence}"


def to_bring(visit: Outlook) -> list[str]:
    """What to pack."""
    blanks = [f"blanks {slot.blank} {slot.finish} for slot {slot.number} ({slot.count} left)" for slot in visit.low]
    return [*(BRING[each.part] for each in visit.due), *blanks, "ten blanks for test cuts"]


def to_do(visit: Outlook) -> list[str]:
    """What to do, in order."""
    refill = [
        f"Slot {slot.number}: {f'see why it is locked ({slot.lock_reason}), then ' if slot.locked else ''}refill "
        f"{slot.blank} {slot.finish}"
        for slot in visit.low
    ]
    return [
        "Sign in as technician and open the technician's page; read the faults of the last days",
        "Cut the test staircase and keep it: this is before",
        *(DO[each.part] for each in visit.due),
        *refill,
        "Home, then cut the test staircase again: this is after; it must pass",
        "kiosk doctor passes",
        "Sign the work order: kiosk service work-order",
    ]


def visit_page(visit: Outlook) -> str:
    """One page for the pocket; it loads nothing."""
    faults = [f"{code}: {count} in {PACE.days} days" for code, count in visit.faults]
    parts = (
        ("What is due, and why", "ul", [told(each) for each in visit.due] or ["Nothing is foretold."]),
        ("Bring", "ul", to_bring(visit)),
        ("Do, in this order", "ol", to_do(visit)),
        ("Faults", "ul", faults or ["None."]),
    )
    body = "".join(
        f"<h2>{title}</h2><{tag}>{''.join(f'<li>{html.escape(line)}</li>' for line in lines)}</{tag}>"
        for title, tag, lines in parts
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Visit</title><style>body {{ font: 16px/1.5 sans-serif; max-width: 42rem; margin: 1.5rem auto; "
        f"padding: 0 1rem }} li {{ margin: .3rem 0 }} @page {{ size: A4 }}</style><body><h1>{html.escape(visit.kiosk)}"
        f"</h1><p>Made {visit.made:%Y-%m-%d %H:%M} UTC.</p>{body}</body></html>\n"
    )


def settings_changed(records: Sequence[Record], since_utc: str) -> tuple[str, ...]:
    """Settings that changed since, as the audit has them."""
    facts = [json.loads(r.facts) for r in records if r.kind == AuditKind.SETTING_CHANGED and r.when >= since_utc]
    return tuple(f"{each['setting']}: {each['before'] or '-'} to {each['after'] or '-'}" for each in facts)


def signed_order(order: WorkOrder, key: Ed25519PrivateKey) -> str:
    """The order as plain lines, the last of them the signature over every byte before it."""
    outcome = {True: "passed", False: "did not pass"}
    cuts = [f"{cut.utc} {cut.largest_error_mm:.3f} mm {outcome[cut.passed]}" for cut in order.cuts]
    lines = (
        TITLE,
        f"kiosk: {_one_line(order.kiosk)}",
        f"day: {order.day.isoformat()}",
        f"staff number: {_one_line(order.staff_number)}",
        *(f"test cut: {line}" for line in cuts),
        *(f"part: {_one_line(part)}" for part in order.parts),
        *(f"setting: {_one_line(setting)}" for setting in order.settings),
        f"next due: {_one_line(order.next_due)}",
    )
    body = "\n".join(lines) + "\n"
    return f"{body}signature: {base64.b64encode(key.sign(body.encode())).decode()}\n"


def is_genuine(text: str, key: Ed25519PublicKey) -> bool:
    """Whether this key signed this order and not a byte of it was changed."""
    body, _, signature = text.rpartition("signature: ")
    try:
        key.verify(base64.b64decode(signature.removesuffix("\n"), validate=True), body.encode())
    except (ValueError, InvalidSignature):
        return False
    return text.startswith(f"{TITLE}\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())
