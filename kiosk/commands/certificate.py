"""`kiosk certificate`: the kiosk's public key, and whether a certificate somebody shows is genuine and still open.

Responsible for: the commands. Not responsible for: the text and its signature (`kiosk.records.certificate`). Nothing
here opens a connection; the page it writes opens none either.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, TextIO

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from config.ordinary_file import ordinary
from config.problems import BadInput, Problem
from config.typed_paths import NEW_FILE
from kiosk.commands.books import one_line
from kiosk.commands.options import DataOption
from kiosk.data_paths import data_paths
from kiosk.records.audit.log import key_folder_beside
from kiosk.records.certificate import Certificate, NotACertificate, kept_key, public_key, public_text, verified
from kiosk.records.certificate.text import MAX_CHARACTERS
from kiosk.records.database import schema_version
from kiosk.records.journal.reader import read_only
from kiosk.records.journal.rows import claims_left

_PAGE = Path(__file__).with_name("certificate_page.html")
_KEY_PLACE = 'id="key" value=""'


def key(data: DataOption = None) -> None:
    """Print the kiosk's public key: what others need to check its certificates."""
    typer.echo(public_text(_own_key(data)))


def verify(
    file: Annotated[
        str, typer.Argument(help="A file with the certificate's text; without it, what a scanner types here.")
    ] = "-",
    signer: Annotated[str, typer.Option("--key", help="Another kiosk's public key; this one's by default.")] = "",
    data: DataOption = None,
) -> None:
    """Say whether this kiosk (or the one whose key is named) signed it, and whether its claim is still open."""
    try:
        with _opened(file) as text:
            scanned = _scanned(text)
        found = verified(scanned, _named(signer) if signer else _own_key(data))
    except (NotACertificate, UnicodeDecodeError) as error:
        typer.echo(f"NOT GENUINE: {error if isinstance(error, NotACertificate) else 'is no text'}")
        raise typer.Exit(1) from None
    typer.echo(_in_words(found))
    if not signer:
        typer.echo(_claims(data, found))


def page(
    out: Annotated[Path, typer.Option(callback=NEW_FILE, help="File to write, such as verify.html.")],
    data: DataOption = None,
) -> None:
    """Write a page that checks certificates in any browser, offline, with this kiosk's public key in it."""
    text = _PAGE.read_text(encoding="utf-8").replace(_KEY_PLACE, f'id="key" value="{public_text(_own_key(data))}"', 1)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(out), "", f"cannot be written: {error.strerror}")) from None
    typer.echo(f"written to {out}")


def _opened(file: str) -> AbstractContextManager[TextIO]:
    if file == "-":
        return nullcontext(sys.stdin)
    try:
        return ordinary(Path(file)).open(encoding="utf-8")
    except (OSError, ValueError):
        raise BadInput(Problem(repr(file), "", "is no certificate, and no file that can be read")) from None


def _scanned(text: TextIO) -> str:
    """All of it, or as far as its last line: a scanner that types never says that it is done."""
    lines, length = [], 0
    for line in text:
        lines.append(line)
        length += len(line)
        if line.startswith("signature: ") or length > MAX_CHARACTERS:
            break
    return "".join(lines)


def _named(text: str) -> Ed25519PublicKey:
    try:
        return public_key(text)
    except ValueError:
        raise BadInput(Problem("--key", "", "is no key as `kiosk certificate key` prints it")) from None


def _own_key(data: Path | None) -> Ed25519PublicKey:
    folder = key_folder_beside(data_paths(data).data)
    with one_line(folder):
        found = kept_key(folder)
    if found is None:
        raise BadInput(Problem(str(folder), "", "no key here: start the kiosk once, or name its folder with --data"))
    return found.public_key()


def _in_words(of: Certificate) -> str:
    made = "to factory depths" if of.restored else "as the key is"
    worn = f", from wear of {of.worn_mm:.2f} mm" if of.worn_mm else ""
    kind = "genuine, of a SIMULATED sale" if of.simulated else "genuine"
    return (
        f"{kind}: sale {of.transaction}, copy {of.copy} of {of.copies}, measured on {of.day} at {of.kiosk}, "
        f"blank {of.blank}, worst cut {of.worst_mm:.3f} mm off ({of.allowed_mm:.3f} mm allowed), made {made}{worn}"
    )


def _claims(data: Path | None, of: Certificate) -> str:
    journal = data_paths(data).journal
    with one_line(journal), read_only(journal) as connection:
        begun = schema_version(connection, "journal")
        left = claims_left(connection, of.transaction, simulated=of.simulated) if begun else 0
    return f"claims open today: {left} of {of.copies}"
