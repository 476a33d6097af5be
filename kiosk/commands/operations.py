"""`kiosk doctor | status | report | backup | restore`: how the kiosk is, for staff and technicians.

Responsible for: asking and printing. Not responsible for: any finding or figure (`kiosk.operations`).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.payment import PaymentKind
from config.problems import BadInput, Problem
from config.settings import OWNER_VARIABLE, Settings, load_settings
from config.typed_paths import FILE, NEW_ARCHIVE, NEW_FILE, NEW_FOLDER
from hardware.clock import SystemClock
from hardware.payment.mdb import MdbPayment
from hardware.payment.zvt import ZvtPayment
from kiosk.commands.findings import say
from kiosk.commands.options import AsJson, ConfigOption, DataOption, data_to_read
from kiosk.data_paths import DataPaths
from kiosk.extras import Extra, needing
from kiosk.operations import doctor_machine, doctor_records, doctor_terminal, printer_device
from kiosk.operations.backup import back_up
from kiosk.operations.backup import restore as restore_backup
from kiosk.operations.counters import Figures, read_figures
from kiosk.operations.doctor import Check, Finding, examine, failed, passed
from kiosk.operations.payment_device import payment_device
from kiosk.operations.report_table import as_csv, days_table, reasons, total
from kiosk.operations.service_visit import read_forecasts, told
from kiosk.operations.status import for_people as status_line
from kiosk.operations.status import read_status
from kiosk.operations.usable_settings import load_usable
from kiosk.records.database import DatabaseFault
from kiosk.session.outlook import Forecast

Since = Annotated[str, typer.Option("--since", help="First day, such as 2026-03-01; everything by default.")]
Until = Annotated[str, typer.Option("--until", help="Last day, itself included; today by default.")]

Page = Annotated[Path | None, typer.Option("--html", callback=NEW_FILE, help="Write a page with plots.")]


AT_BOOT = ("settings", "disk", "permissions", "database", "schema", "audit")
"""Checks that need no machine, no screen and no network."""


def doctor(
    as_json: AsJson = False,
    data: DataOption = None,
    card: Annotated[
        bool, typer.Option("--card", help="Also reserve one minor unit with a card at the terminal, and let it go.")
    ] = False,
    boot: Annotated[
        bool, typer.Option("--boot", help="Only what an update can break: settings, records, disk; for A/B updaters.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Examine the kiosk: each check passes, warns or fails, with the next step. Status 1 if any fails."""
    # What the driver would log, the findings say.
    logging.getLogger("hardware").addHandler(logging.NullHandler())
    places = data_to_read(data)
    wanted = checks(places, card, config)
    findings = examine([(name, check) for name, check in wanted if not boot or name in AT_BOOT])
    say(findings, as_json=as_json)


def status(as_json: AsJson = False, data: DataOption = None) -> None:
    """What the kiosk is doing now, and today's figures."""
    places = data_to_read(data)
    now = read_status(places.data)
    with _one_line():
        seen = read_figures(places, datetime.now(UTC).astimezone().date())
    if as_json:
        typer.echo(json.dumps({"now": asdict(now) if now else None, "today": figures_object(seen)}, indent=1))
        return
    typer.echo(f"now    {status_line(now)}")
    today = seen.days[-1] if seen.days else None
    if today is None:
        typer.echo("today  nothing yet")
    else:
        typer.echo(
            f"today  {today.visits} visits, {today.paid} paid, {today.free} free, {today.test} test, "
            f"{sum(today.refused.values())} refused, {today.recut} recut, {today.scrapped} scrapped, "
            f"{sum(today.faults.values())} faults"
        )
    if seen.open_sales:
        typer.echo(f"open   {seen.open_sales} sales are not settled")
    for each in _due(places):
        typer.echo(f"due    {told(each)}")
    for slot in seen.stock:
        locked = f"  locked: {slot.lock_reason or 'no reason'}" if slot.locked else ""
        typer.echo(f"slot {slot.number:>2} {slot.blank:<8} {slot.finish:<8} {slot.count:>3}{locked}")


def _due(places: DataPaths) -> tuple[Forecast, ...]:
    """What will need a technician; nothing where the settings cannot be read, which others say."""
    try:
        machine = load_settings().machine
    except BadInput:
        return ()
    with _one_line():
        return read_forecasts(places, machine, datetime.now(UTC))


def report(
    since: Since = "",
    until: Until = "",
    html: Page = None,
    csv: Annotated[bool, typer.Option("--csv", help="The days as a spreadsheet reads them.")] = False,
    as_json: AsJson = False,
    data: DataOption = None,
) -> None:
    """Days and their total, quality, errors, drift, time by step and stock; days are the store's."""
    places = data_to_read(data)
    first, last = _day("--since", since), _day("--until", until)
    if first and last and last < first:
        raise BadInput(Problem("--until", "", "is before --since"))
    with _one_line():
        seen = read_figures(places, first, last)
    if as_json:
        typer.echo(json.dumps(figures_object(seen), indent=1))
    if html is not None:
        # The plotting library is slow to load and nothing else here needs it.
        with needing(Extra.REPORTS):
            from kiosk.operations.report_html import report_html

        try:
            settings = load_settings()
            page = report_html(seen, settings.store.name, since, until, settings.machine)
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise BadInput(Problem(str(html), "", error.strerror or "cannot be written")) from error
        typer.echo(f"written: {html}", err=True)
    if csv:
        typer.echo(as_csv(seen), nl=False)
    if as_json or csv or html is not None:
        return
    rate = seen.first_time_right_rate
    good, cut = seen.first_time_right
    typer.echo(f"first time right: {f'{rate:.1%} ({good} of {cut})' if rate is not None else 'no copy yet'}")
    heads, rows = days_table(seen)
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        typer.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    everything = total(seen.days)
    for title, counts in (("refused", everything.refused), ("faults", everything.faults)):
        if counts:
            typer.echo(f"{title}: {reasons(counts)}")


def backup(
    target: Annotated[Path, typer.Argument(callback=NEW_ARCHIVE, help="Archive to make (.tar.gz).")],
    data: DataOption = None,
) -> None:
    """Back up databases and settings while the kiosk runs. Holds no key data, passwords or sealing keys."""
    owner = os.environ.get(OWNER_VARIABLE, "")
    with _one_line():
        names = back_up(data_to_read(data), Path(owner) if owner else None, target)
    typer.echo(f"{target}: {', '.join(names)}")


def restore(
    archive: Annotated[Path, typer.Argument(callback=FILE, help="A backup.")],
    target: Annotated[Path, typer.Argument(callback=NEW_FOLDER, help="An empty folder to unpack it into.")],
) -> None:
    """Check a backup and unpack it beside, never over, what is there."""
    with _one_line():
        names = restore_backup(archive, target)
    typer.echo(f"{target}: {', '.join(names)}")


@contextmanager
def _one_line() -> Iterator[None]:
    """Turn a database's fault into the command line's one line."""
    try:
        yield
    except DatabaseFault as fault:
        raise BadInput(Problem("database", fault.code, str(fault))) from fault


def checks(places: DataPaths, card: bool = False, config: Path | None = None) -> list[tuple[str, Check]]:
    """Everything the doctor looks at, with the owner's settings in `config` or where they usually are."""
    try:
        settings = load_usable(config)
    except BadInput as bad:
        problem = bad.problems[0]
        more = f" and {len(bad.problems) - 1} more" if len(bad.problems) > 1 else ""
        return [("settings", lambda: failed("settings", f"{problem}{more}", "kiosk check-config names them all"))]
    return [
        ("settings", lambda: passed("settings", f"{len(settings.effective)} values are good")),
        *_all(settings, places, card),
    ]


def _all(settings: Settings, places: DataPaths, card: bool) -> list[tuple[str, Check]]:
    machine, operations, now = settings.machine, settings.operations, datetime.now(UTC)
    owner = settings.owner_directory
    running = read_status(places.data) is not None
    found: dict[str, Check] = {
        "display": lambda: doctor_machine.display(settings.store.screen, os.environ),
        "touch": doctor_machine.touch,
        "law": lambda: doctor_records.law(settings.store.place),
        "cameras": lambda: doctor_machine.cameras(machine),
        "serial": lambda: doctor_machine.serial_port(machine),
        "board": lambda: doctor_machine.board(machine, running),
        "terminal": lambda: _terminal(settings, places, running, card),
        "printer": lambda: printer_device.look(printer_device.receipt_printer(machine.printer, SystemClock())),
        "calibration": lambda: doctor_machine.calibration(
            owner / "machine.toml" if owner else None, operations.health, now
        ),
        "stock": lambda: doctor_records.stock(places, machine.magazine),
        "faces": lambda: doctor_records.faces(places),
        "disk": lambda: doctor_records.disk(places, operations),
        "clock": lambda: doctor_records.clock(places, operations, now),
        "permissions": lambda: doctor_records.permissions(places),
        "database": lambda: doctor_records.databases(places),
        "schema": lambda: doctor_records.schema(places),
        "audit": lambda: doctor_records.audit(places),
        "fleet": lambda: doctor_records.fleet_link(places, settings.fleet),
    }
    return list(found.items())


def _terminal(settings: Settings, places: DataPaths, running: bool, card: bool) -> Finding:
    chosen = settings.machine.payment
    if running or chosen.kind is PaymentKind.REGISTER or not places.data.is_dir():
        return doctor_terminal.terminal(chosen, None, running=running)
    with payment_device(chosen, places.journal, SystemClock()) as device:
        asked = device if isinstance(device, ZvtPayment | MdbPayment) else None
        return doctor_terminal.terminal(chosen, asked, running=False, reserve=card)


def _day(option: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(Problem(option, "", f"{text!r} is not a day such as 2026-03-01")) from None


def figures_object(seen: Figures) -> dict[str, object]:
    """For `--json`."""
    return {
        "days": [asdict(day) for day in seen.days],
        "first_time_right": seen.first_time_right_rate,
        "copies_cut": seen.first_time_right[1],
        "errors_mm": [[time.isoformat(), error, passed_it] for time, error, passed_it in seen.errors_mm],
        "drift_mm": [[time.isoformat(), mean] for time, mean in seen.drift_mm],
        "stock": [asdict(slot) for slot in seen.stock],
        "currency": seen.currency,
        "open_sales": seen.open_sales,
    }
