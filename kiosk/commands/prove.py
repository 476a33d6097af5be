"""`kiosk prove-nothing-kept`: a visit with a key that is known, and a signed page on whether anything of it is left.

Responsible for: asking and the page. Not responsible for: visit and search (`kiosk.rehearsal.prove`,
`kiosk.operations.nothing_kept`).
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from config.problems import BadInput, Problem
from config.settings import Settings, load_settings
from config.typed_code import typed_bitting, typed_blank
from config.typed_paths import NEW_FILE
from kiosk.commands.options import ConfigOption, DataOption, data_to_read
from kiosk.data_paths import data_paths
from kiosk.key.spellings import Quarry
from kiosk.operations.nothing_kept import Searched, search
from kiosk.operations.status import read_status
from kiosk.records.audit.log import key_folder_beside
from kiosk.records.certificate import KeyUnusable, kept_key, public_text


def prove_nothing_kept(
    keyway: Annotated[
        str, typer.Option("--laid", help="A real key was laid at the running kiosk: its blank, such as SC4.")
    ] = "",
    bitting: Annotated[str, typer.Option("--bitting", help="With --laid: its code.")] = "",
    out: Annotated[Path | None, typer.Option("--out", callback=NEW_FILE, help="File for the signed page.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Lay a canary key, let it be copied, search files, databases, swap, dumps and memory for it. Status 1 if found.

    Without --laid the visit is a simulated one, by this program in a process of its own. With it the running kiosk and
    everything it has written are searched; that needs root.
    """
    settings = load_settings(config)
    if bool(keyway) != bool(bitting):
        raise BadInput(Problem("command line", "--laid", "goes with --bitting"))
    if keyway:
        what, found = _of_real_visit(settings, data, keyway, bitting)
    else:
        # Only who asks for a simulated visit loads one.
        from kiosk.rehearsal.prove import NoProof, prove

        typer.echo("a simulated visit and the search take a minute or two", err=True)
        with tempfile.TemporaryDirectory(prefix="kiosk-proof-") as folder:
            try:
                proof = prove(settings, Path(folder))
            except NoProof as error:
                raise BadInput(Problem("prove-nothing-kept", "", f"nothing is proved: {error}")) from None
        what, found = f"simulated visit, {proof.system}, {proof.cuts} cuts drawn by chance", proof.searched
    page = "\n".join(_page(what, found))
    signed = f"{page}\n{_signature(page, data)}\n"
    if out is None:
        typer.echo(signed, nl=False)
    else:
        try:
            out.write_text(signed, encoding="utf-8")
        except OSError as error:
            raise BadInput(Problem(str(out), "", error.strerror or "cannot be written")) from error
        typer.echo(f"{'nothing found' if found.clean else 'NOT PROVED'}; written: {out}")
    if not found.clean:
        raise typer.Exit(1)


def _page(what: str, found: Searched) -> Iterable[str]:
    """The result on one page, with nothing of the key on it."""
    yield "NOTHING OF A KEY IS KEPT" if found.clean else "NOT PROVED: something was found, or could not be looked at"
    yield f"when       {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, kiosk {version('keykiosk')}"
    yield f"key        {what}"
    yield f"files      {found.files}, {found.bytes_in_files} bytes: databases and their write-ahead logs, log files,"
    yield "           open and deleted files, temporary folders, core dumps"
    yield f"memory     {found.memory_bytes} bytes of the kiosk's process after the visit; swap"
    yield "looked for its cuts in every spelling of this program's list: codes, depths and roots, in mm, inches and"
    yield "           thousandths, as text, as numbers in memory (also as a camera measures them), as G-code, forwards"
    yield "           and backwards"
    yield f"found      {len(found.traces)}"
    yield from (f"           {trace.where}: {trace.spelling}" for trace in found.traces)
    yield from (f"not seen   {each}" for each in found.not_searched)


def _of_real_visit(settings: Settings, data: Path | None, code: str, bitting: str) -> tuple[str, Searched]:
    places = data_to_read(data)
    status = read_status(places.data)
    if status is None:
        raise BadInput(Problem(str(places.data), "", "no kiosk runs here whose memory could be searched"))
    keyway, blank = typed_blank(settings.catalogue, code)
    codes = typed_bitting(keyway, blank, bitting)
    if keyway.spec is None:
        raise BadInput(Problem("command line", "--laid", f"{code} is not cut here"))
    folders = [places.data, key_folder_beside(places.data)]
    spine_y_mm = settings.machine.clamp.spine_y_mm
    found = search(Quarry(codes, keyway.spec), folders, [status.pid], spine_y_mm=spine_y_mm)
    return f"real visit, {blank.code}, {len(codes)} cuts", found


def _signature(page: str, data: Path | None) -> str:
    """The kiosk's own signature, by the key of its certificates."""
    try:
        key = kept_key(key_folder_beside(data_paths(data).data))
    except KeyUnusable as error:
        return f"not signed: {error}"
    if key is None:
        return "not signed: this kiosk has no key yet; it is made at its first start"
    signature = base64.b64encode(key.sign(page.encode())).decode()
    return f"signed     {signature}\nkey        {public_text(key.public_key())}"
