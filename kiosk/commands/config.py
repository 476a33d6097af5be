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
from kiosk.commands.options import AsJson
from kiosk.operations.usable_settings import load_usable

Directory = Annotated[
    Path | None,
    typer.Argument(callback=FOLDER, help="The owner's settings directory; $KIOSK_CONFIG, else shipped defaults alone."),
]


def check_config(directory: Directory = None, as_json: AsJson = False) -> None:
    """Check every settings file and print what is in force and where it comes from."""
    settings = load_usable(directory)
    if as_json:
        typer.echo(json.dumps(_as_object(settings), indent=2))
        return
    for line in _as_text(settings):
        typer.echo(line)


def _as_text(settings: Settings) -> list[str]:
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
    lines.append(f"policy: {len(policy.rules)} rules, {len(policy.phrases.phrases)} phrases")
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
