"""`kiosk letter make | show`: for a landlord's own computer, where the private key stays.

Responsible for: the key file, and writing one letter. Not responsible for: what a letter is (`kiosk.policy.letter`).
"""

from __future__ import annotations

import base64
import os
import secrets
from datetime import date
from pathlib import Path
from typing import Annotated

import segno
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from config.catalogue import Catalogue
from config.keyway import Standing
from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.typed_paths import KEY_FILE, NEW_FILE
from hardware.clock import SystemClock
from kiosk.commands.catalogue_files import load
from kiosk.commands.options import ConfigOption
from kiosk.policy.letter import MOST_COPIES, Letter, letter_code

KeyFile = Annotated[
    Path, typer.Option("--key", callback=KEY_FILE, help="File of your private key; it never leaves this computer.")
]


def show(key: KeyFile) -> None:
    """Print your public key for the store's manager; your private one is made if there is none yet."""
    if not key.exists():
        _made(key)
    public = base64.b64encode(_private(key).public_key().public_bytes_raw()).decode()
    typer.echo(f"public key: {public}")
    typer.echo('store.toml of each kiosk: [letters] kiosk = "ITS NAME", owners = { "YOUR NAME" = "' + public + '" }')


def make(
    key: KeyFile,
    kiosk: Annotated[str, typer.Option("--kiosk", help="Name of the kiosk, as its manager tells you.")],
    blank: Annotated[str, typer.Option("--blank", help="Blank of the key, such as KW1: the kiosk's screen names it.")],
    copies: Annotated[int, typer.Option("--copies", min=1, max=MOST_COPIES, help="How many copies.")] = 1,
    day: Annotated[str, typer.Option("--day", help="The one day it is good for; today by default.")] = "",
    qr: Annotated[
        Path | None, typer.Option("--qr", callback=NEW_FILE, help="Also a picture (.svg, .png) for a scanner.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Write one letter: it lets one key with a Do Not Duplicate mark be copied, once, there, on that day."""
    try:
        today = SystemClock().utc().astimezone().date()
        when = date.fromisoformat(day) if day else today
    except ValueError:
        raise BadInput(Problem("--day", "", f"{day!r} is not a day such as 2026-03-01")) from None
    if when < today or when.year > 2100:
        raise BadInput(
            Problem("--day", "", f"{day} {'has passed' if when < today else 'is no day a kiosk would know'}")
        )
    code = letter_code(
        Letter(kiosk, _liftable(load(config), blank, when), copies, when, secrets.randbits(32)), _private(key)
    )
    if qr is not None:
        try:
            segno.make_qr(code.replace(" ", ""), error="M").save(str(qr), scale=6)
        except (OSError, ValueError) as error:
            raise BadInput(Problem(str(qr), "--qr", f"cannot be written: {error}")) from None
    typer.echo(code)


def _liftable(catalogue: Catalogue, name: str, when: date) -> str:
    """The code by which kiosks know this blank.

    Raises:
        BadInput: they do not, or no letter makes them cut it.
    """
    try:
        keyway, blank = catalogue.find(name)
    except BadInput as bad:
        raise BadInput(Problem("--blank", "", f"{name!r} is {bad.problems[0].reason}")) from None
    alike = (keyway, *(each for section in keyway.sections for each in catalogue.keyways_with.get(section, ())))
    barred = next((each for each in alike if each.standing.on(when) is not Standing.OPEN), None)
    if barred is not None:
        reason = f"{name!r} is {barred.standing.on(when).value} ({barred.name}): no letter lifts that"
        raise BadInput(Problem("--blank", "", reason))
    if blank is None or name.strip().upper() not in (blank.code, *blank.also):
        blanks = ", ".join(each.code for each in keyway.blanks) or "none"
        raise BadInput(Problem("--blank", "", f"{name!r} is a keyway; its blanks: {blanks}"))
    return blank.code


def _made(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise BadInput(Problem(str(path), "--key", error.strerror or "cannot be made")) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(ordinary(path).read_bytes(), password=None)
    except OSError as error:
        raise BadInput(Problem(str(path), "--key", error.strerror or "cannot be read")) from None
    except (ValueError, TypeError):
        raise BadInput(Problem(str(path), "--key", "is no private key")) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(Problem(str(path), "--key", "is no Ed25519 key"))
    return key
