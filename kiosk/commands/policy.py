"""`kiosk policy explain`: what would be decided about a key, and why, as a person would read it.

Responsible for: taking the case from options and printing the decision. Not responsible for: deciding.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from config.catalogue import Catalogue
from config.laws import load_laws, standing_of
from config.phrases import Phrases
from config.problems import BadInput, Problem
from config.references import of_place
from config.settings import load_settings
from config.store import DoNotDuplicate
from kiosk.commands.options import ConfigOption
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.decide import Policy, decide
from kiosk.policy.decision import Decision, FiredRule, Override, Verdict, told
from kiosk.policy.request import CopyRequest

_VERDICT = {
    Verdict.ALLOW: "ALLOW: a copy may be cut",
    Verdict.NOTICE: "ALLOW WITH NOTICE: a copy may be cut once the shopper has read the notice",
    Verdict.ASK_STAFF: "ASK STAFF: nothing is cut unless staff approve",
    Verdict.REFUSE: "REFUSE: nothing is cut",
}
_OVERRIDE = {
    Override.NEVER: "nobody may lift it",
    Override.ASSOCIATE: "an associate or a manager may lift it",
    Override.MANAGER: "a manager may lift it",
}


def explain(
    keyway: Annotated[str | None, typer.Option(help="Keyway or blank, such as SC1 or MEDECO.")] = None,
    seen: Annotated[str | None, typer.Option(help="Instead of a keyway: what the reader said, such as dimple.")] = None,
    stamp: Annotated[list[str] | None, typer.Option(help="Words on the head; may be given more than once.")] = None,
    name_and_phone: Annotated[bool, typer.Option(help="The head names a company and its telephone.")] = False,
    head_unseen: Annotated[bool, typer.Option("--head-unseen", help="The head could not be read.")] = False,
    head_illegible: Annotated[
        bool, typer.Option("--head-illegible", help="Something stands on the head that could not be made out.")
    ] = False,
    place: Annotated[str | None, typer.Option(help="Country or part of one, such as US-CA; the store's own.")] = None,
    on: Annotated[str | None, typer.Option("--date", help="Day as YYYY-MM-DD; today.")] = None,
    do_not_duplicate: Annotated[str | None, typer.Option(help="refuse, ask-staff or notice; the store's own.")] = None,
    quantity: Annotated[int, typer.Option(help="Copies asked for.")] = 1,
    attempts: Annotated[int, typer.Option(help="How often this session has tried.")] = 1,
    language: Annotated[str, typer.Option(help="Language of the words for the shopper: en, es, fr.")] = "en",
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what would be decided about a key, by which rules, on what ground."""
    settings = load_settings(config)
    store = settings.store.model_copy(
        update={"do_not_duplicate": _dnd(do_not_duplicate)} if do_not_duplicate is not None else {}
    )
    identification, described = _identification(keyway, seen, settings.catalogue, _day(on))
    read = StampReading(
        seen=not head_unseen,
        phrases=_phrases(stamp or [], settings.policy.phrases),
        name_and_phone=name_and_phone,
        illegible=head_illegible,
    )
    request = CopyRequest(
        identification,
        read,
        store,
        settings.catalogue,
        place=_place(place) if place is not None else store.place,
        today=_day(on),
        quantity=quantity,
        attempts=attempts,
        stocked=frozenset(slot.blank for slot in settings.machine.magazine.slots),
    )
    if language not in ("en", "es", "fr"):
        raise BadInput(Problem("--language", language, "must be en, es or fr"))
    decision = decide(request, Policy(settings.policy))
    if as_json:
        typer.echo(json.dumps(_as_object(decision, language), ensure_ascii=False))
        return
    head = ", ".join(read.phrases) or ("not seen" if head_unseen else "says nothing a rule knows")
    typer.echo(f"Key:    {described}")
    more = ", with company name and telephone" if name_and_phone else ""
    more += ", with something that could not be made out" if head_illegible else ""
    typer.echo(f"Head:   {head}{more}")
    typer.echo(f"Where:  {request.place}, on {request.today.isoformat()}")
    typer.echo(f"Store:  on Do Not Duplicate: {store.do_not_duplicate.value}; at most {store.max_quantity} copies\n")
    for line in _as_text(decision, language):
        typer.echo(line)


def list_rules(config: ConfigOption = None) -> None:
    """Every rule in force: code, verdict, who may lift it, source."""
    for rule in load_settings(config).policy.rules:
        typer.echo(f"{rule.code:<34} {rule.verdict.value:<9} {rule.override.value:<9} {rule.source}")


def coverage(config: ConfigOption = None) -> None:
    """Which places' laws were looked into, on which day, and what came of it; and what holds in this store's place."""
    settings = load_settings(config)
    for law in load_laws():
        rules = sum(law.place in rule.when.places for rule in settings.policy.rules)
        count = f"{rules} rule{'s' if rules != 1 else ''}" if rules else law.found.value.replace("_", " ")
        typer.echo(f"{law.place:<7} {law.read.isoformat()}  {count:<17}  {law.what} ({law.source})")
    grade, said = standing_of(settings.store.place, load_laws())
    typer.echo(f"\n{settings.store.place}: {said}")
    if not grade:
        raise typer.Exit(1)


def _as_text(decision: Decision, language: str) -> Iterator[str]:
    yield f"Verdict: {_VERDICT[decision.verdict]}"
    if decision.verdict.blocks:
        yield f"         {'Staff may lift it.' if decision.can_be_approved else 'Nobody may lift it.'}"
    if not decision.rules:
        yield "         No rule fired."
    said = told(decision.rules)
    for number, rule in enumerate(decision.rules, start=1):
        yield ""
        yield f"{number}. {rule.code}: {rule.verdict.value.replace('_', ' ')}" + (
            f"; {_OVERRIDE[rule.override]}" if rule.verdict.blocks else ""
        )
        yield from _paragraph("Ground: ", rule.ground)
        yield from _paragraph("Source: ", rule.source)
        meaning, next_step = rule.words_in(language)
        if meaning and rule in said:
            yield from _paragraph("Told:   ", meaning)
            yield from _paragraph("Next:   ", next_step)
        if rule.question_in(language) and rule in said:
            yield from _paragraph("Asked:  ", rule.question_in(language))


def _paragraph(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, 110, initial_indent=f"   {label}", subsequent_indent=" " * (3 + len(label)))


def _as_object(decision: Decision, language: str) -> dict[str, object]:
    return {
        "verdict": decision.verdict.value,
        "can_be_approved": decision.can_be_approved,
        "rules": [_rule_object(rule, language) for rule in decision.rules],
    }


def _rule_object(rule: FiredRule, language: str) -> dict[str, object]:
    meaning, next_step = rule.words_in(language)
    return {
        "code": rule.code,
        "verdict": rule.verdict.value,
        "override": rule.override.value,
        "ground": rule.ground,
        "source": rule.source,
        "meaning": meaning,
        "next": next_step,
    }


def _identification(
    code: str | None, seen: str | None, catalogue: Catalogue, today: date
) -> tuple[Identification, str]:
    """The case as the reader would hand it over, and in words."""
    if (code is None) == (seen is None):
        raise BadInput(Problem("policy explain", "", "give either --keyway or --seen"))
    if seen is not None:
        outcomes = [each.value for each in Outcome if each is not Outcome.IDENTIFIED]
        if seen not in outcomes:
            raise BadInput(Problem("--seen", seen, f"must be one of {', '.join(outcomes)}"))
        return Identification(Outcome(seen)), f"not identified: {seen.replace('_', ' ')}"
    keyway, blank = catalogue.find(code or "")
    record = keyway.standing
    until = f", patent until {record.until.isoformat()}" if record.until else ""
    described = f"{keyway.name}, {record.on(today).value} ({record.ground}{until}; {record.source})"
    blank_code = blank.code if blank else None
    return Identification(Outcome.IDENTIFIED, keyway=keyway.code, blank=blank_code), described


def _phrases(texts: list[str], known: Phrases) -> tuple[str, ...]:
    found: list[str] = []
    for text in texts:
        said = known.said(text)
        if not said:
            ids = ", ".join(phrase.id for phrase in known.phrases)
            raise BadInput(Problem("--stamp", text, f"no phrase that any rule knows; known are {ids}"))
        found += [each for each in said if each not in found]
    return tuple(found)


def _dnd(text: str) -> DoNotDuplicate:
    try:
        return DoNotDuplicate(text)
    except ValueError:
        raise BadInput(Problem("--do-not-duplicate", text, "must be refuse, ask-staff or notice")) from None


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(Problem("--date", text, "must be a day as YYYY-MM-DD")) from None


def _place(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text):
        raise BadInput(Problem("--place", text, "must be a country or part of one, such as US or US-CA"))
    if unknown := tuple(of_place(text, "--place", text)):
        raise BadInput(*unknown)
    return text
