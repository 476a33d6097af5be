"""`kiosk fleet publish | rollout`: a signed document to a group of kiosks, some first, and back again.

Responsible for: asking, signing and printing. Not responsible for: who is next and what came of it
(`kiosk.operations.fleet.rollout`), or whether a body is sound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.fleet import load_fleet, load_groups
from config.problems import BadInput, Problem
from config.toml_files import read_toml
from config.typed_paths import FILE
from kiosk.commands.fleet import judged_payload, private_key
from kiosk.commands.office import secret
from kiosk.commands.options import ConfigOption
from kiosk.extras import Extra, needing
from kiosk.operations.fleet.signed import DocumentKind, sign

if TYPE_CHECKING:
    from kiosk.operations.fleet.rollout import Body, Rollout


KindOption = Annotated[DocumentKind, typer.Option(help="What it is.")]


def publish(
    group: Annotated[str, typer.Option("--group", help="A group of the groups file.")],
    groups: Annotated[Path, typer.Option("--groups", callback=FILE, help='TOML: groups.pilot = ["store-1", …].')],
    key: Annotated[Path, typer.Option(callback=FILE, help="Private key made by keygen.")],
    kind: KindOption,
    body: Annotated[Path | None, typer.Argument(callback=FILE, help="TOML, as for `sign`; none with --back.")] = None,
    percent: Annotated[int, typer.Option(min=1, max=100, help="To so many of the group, always the same first.")] = 100,
    back: Annotated[bool, typer.Option("--back", help="What each kiosk had before, as a new version.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Though not all of those before have taken it.")] = False,
    days: Annotated[int, typer.Option(min=1, max=800, help="Days until it expires.")] = 365,
    name: Annotated[str, typer.Option(help="User name at the broker.")] = "office",
    fleet_file: Annotated[Path | None, typer.Option("--fleet", callback=FILE, help="Fleet settings.")] = None,
    config: ConfigOption = None,
) -> None:
    """Sign a document for each kiosk of a group and publish it; to more than before only once those have taken it.

    The environment gives the password (KIOSK_MQTT_PASSWORD) and the collectors' database (KIOSK_COLLECTOR_DSN).
    """
    fleet = load_fleet(fleet_file)
    password, private = secret("KIOSK_MQTT_PASSWORD"), private_key(key)
    kiosks = load_groups(groups).get(group)
    if kiosks is None:
        raise BadInput(Problem(str(groups), "groups", f"has no group {group!r}"))
    if (body is None) is not back:
        raise BadInput(Problem("publish", "", "wants a body, or --back"))
    with _rollout(kind) as sending:
        from kiosk.operations.fleet.rollout import publish as send

        bodies = _bodies_before(sending, kiosks) if body is None else _bodies(sending, kiosks, body, percent, anyway)
        if not bodies:
            why = "none was sent anything" if back else f"the first {percent} % were all sent this already"
            raise BadInput(Problem("publish", "", f"to no kiosk of {group}: {why}"))
        documents = {}
        for kiosk, each in bodies.items():
            version = sending.next_version(kiosk)
            payload = judged_payload(each, str(body or "the document before"), kiosk, kind, version, days, config)
            documents[kiosk, kind] = sign(payload, private)
            sending.keep(kiosk, version, each, back=back)
        send(fleet, name, password, documents, sending.published)
    typer.echo(f"{kind.value}: published to {len(documents)} of {len(kiosks)} kiosks of {group}")


def rollout(kind: KindOption) -> None:
    """What each kiosk made of the newest document it was sent; from KIOSK_COLLECTOR_DSN."""
    with _rollout(kind) as sending:
        sent = sending.sent()
    for (digest, answer), count in sorted(Counter((each.digest, each.answer) for each in sent.values()).items()):
        typer.echo(f"{digest}  {answer.value:<8} {count}")
    for each in sent.values():
        if each.answer.value != "taken":
            typer.echo(f"{each.kiosk:<20} version {each.version} {each.answer.value} {each.reason}".rstrip())


def _bodies(sending: Rollout, kiosks: tuple[str, ...], body: Path, percent: int, anyway: bool) -> dict[str, Body]:
    """Who of the group gets it now."""
    from kiosk.operations.fleet.rollout import Answer, digest_of, first_of, hindrance

    wanted, sent = read_toml(body), sending.sent()
    digest = digest_of(wanted)
    why = hindrance([sent[kiosk] for kiosk in kiosks if kiosk in sent and sent[kiosk].digest == digest])
    if why and not anyway:
        raise BadInput(Problem("publish", "", f"{why}; --anyway goes on, --back goes back"))
    chosen = first_of(kiosks, percent, digest)
    have = {each.kiosk for each in sent.values() if each.digest == digest and each.answer is not Answer.UNSENT}
    return {kiosk: wanted for kiosk in chosen if kiosk not in have}


def _bodies_before(sending: Rollout, kiosks: tuple[str, ...]) -> dict[str, Body]:
    """Every kiosk that was sent one; where the broker did not take all of them the last time, the others alone."""
    sent = [each for kiosk, each in sending.sent().items() if kiosk in kiosks]
    sent = [each for each in sent if each.still_to_go_back] or sent
    bodies = {each.kiosk: sending.body_before(each) for each in sent}
    none = [kiosk for kiosk, body in bodies.items() if body is None]
    if none:
        raise BadInput(Problem("publish", "--back", f"{none[0]} was sent nothing before"))
    return {kiosk: body for kiosk, body in bodies.items() if body is not None}


@contextmanager
def _rollout(kind: DocumentKind) -> Iterator[Rollout]:
    with needing(Extra.FLEET):
        import psycopg

        from kiosk.operations.fleet.rollout import Rollout
    try:
        with psycopg.connect(secret("KIOSK_COLLECTOR_DSN"), autocommit=True) as connection:
            yield Rollout(connection, kind)
    except psycopg.Error as error:
        raise BadInput(Problem("database", "", f"{type(error).__name__}: {str(error).splitlines()[0]}")) from error
