"""`kiosk check-config`: are the settings good, and which value comes from where.

Responsible for: telling a person. Not responsible for: the checks, which belong to `config`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Effective, Settings
from config.typed_paths import FOLDER
from hardware.clock import SystemClock
from kiosk.commands.options import AsJson, DataOption, data_to_read
from kiosk.data_paths import DataPaths, data_paths
from kiosk.operations.settings_in_force import as_next_start
from kiosk.operations.usable_settings import load_usable
from kiosk.records.database import DatabaseFault

Directory = Annotated[
    Path | None,
    typer.Argument(callback=FOLDER, help="The owner's settings directory; $KIOSK_CONFIG, else shipped defaults alone."),
]


def check_config(directory: Directory = None, as_json: AsJson = False, data: DataOption = None) -> None:
    """Check every settings file and print what the next start takes, documents of the office too, and from where."""
    own = load_usable(directory)
    settings, closed, said = _under_office(own, data_to_read(data) if data is not None else data_paths(None))
    if as_json:
        typer.echo(json.dumps({**_as_object(settings), "closed_by_office": closed, "office": said}, indent=2))
        return
    for line in _as_text(settings, closed, said):
        typer.echo(line)


def _under_office(own: Settings, places: DataPaths) -> tuple[Settings, list[str], list[str]]:
    """The settings, the keyways a document closes, and what is to be said of documents."""
    try:
        settings, problems = as_next_start(places, SystemClock(), own)
    except DatabaseFault as fault:
        return own, [], [f"documents were not looked at: {fault}"]
    before = own.catalogue.keyway_of
    closed = [each.code for each in settings.catalogue.keyways if each.standing != before[each.code].standing]
    return settings, closed, [str(each) for each in problems]


def _as_text(settings: Settings, closed: list[str], said: list[str]) -> list[str]:
    lines = []
    name_width = max(len(f"{each.file}.{each.field}") for each in settings.effective)
    for file in dict.fromkeys(each.file for each in settings.effective):
        lines.append(f"[{file}]")
        for each in settings.effective:
            if each.file == file:
                lines += _value_lines(each, name_width)
        lines.append("")
    catalogue, policy = settings.catalogue, settings.policy
    counts = f"{len(catalogue.keyways)} keyways, {len(catalogue.sections)} sections, {len(catalogue.blank_of)} blanks"
    lines.append(f"catalogue: {counts}, revision {catalogue.revision[:12]}")
    lines += [f"catalogue: closed by an office document: {', '.join(closed)}"] if closed else []
    lines.append(f"policy: {len(policy.rules)} rules, {len(policy.phrases.phrases)} phrases")
    lines += [f"office: {each}" for each in said]
    lines.append("All settings are good.")
    return lines


def _value_lines(each: Effective, name_width: int) -> list[str]:
    name = f"{each.file}.{each.field}"
    if isinstance(each.value, tuple) and each.value and isinstance(each.value[0], dict):
        entries = [f"    {', '.join(f'{key} = {value}' for key, value in entry.items())}" for entry in each.value]
        return [f"{name:<{name_width}}  {len(each.value)} entries  ({each.origin})", *entries]
    value = json.dumps(each.value, default=str, ensure_ascii=False)
    return [f"{name:<{name_width}}  {value}  ({each.origin})"]


def _as_object(settings: Settings) -> dict[str, object]:
    return {
        "settings": {
            f"{each.file}.{each.field}": {
                "value": json.loads(json.dumps(each.value, default=str)),
                "origin": each.origin,
            }
            for each in settings.effective
        },
        "keyways": len(settings.catalogue.keyways),
        "rules": len(settings.policy.rules),
        "revision": settings.catalogue.revision,
    }
