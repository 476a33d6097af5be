"""`kiosk scenario`: play scenarios in virtual time, turn sessions into scenarios, replay flight records.

Responsible for: the command line, the table of results, JUnit XML. Not responsible for: playing
(`kiosk.rehearsal.run_scenario`).
"""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Annotated, Any

import typer

from config.problems import BadInput, Problem
from config.settings import Settings, load_settings
from config.typed_paths import FILE, FILE_OR_FOLDER, NEW_FILE
from kiosk.commands.options import ConfigOption
from kiosk.rehearsal.from_flight import reproduce
from kiosk.rehearsal.remember import scenario_of, toml_of
from kiosk.rehearsal.replay import replay
from kiosk.rehearsal.run_scenario import ScenarioResult, play
from kiosk.rehearsal.script import Scenario, load_scenario
from kiosk.session.flight_record import read_record

SHIPPED = Path(__file__).parents[1] / "rehearsal" / "scenarios"

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        callback=FILE_OR_FOLDER, help="Scenario files or folders of them; the shipped ones if none are named."
    ),
]


def run(
    files: Files = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", callback=NEW_FILE, help="Write the results as JUnit XML.")
    ] = None,
    config: ConfigOption = None,
    flight: Annotated[
        Path | None,
        typer.Option("--flight", callback=NEW_FILE, help="Write a flight record of the (one) scenario played."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print each session's way through the states.")
    ] = False,
) -> None:
    """Play scenarios and say what was not as it must be. Exit status 1 if anything was."""
    settings = load_settings(config)
    scenarios, problems = load_all(files or [SHIPPED])
    if flight is not None and len(scenarios) != 1:
        raise BadInput(Problem("command line", "--flight", f"needs one scenario, not {len(scenarios)}"))
    for problem in problems:
        typer.echo(f"kiosk: {problem}", err=True)
    # What the session logs is the scenario's doing, not the reader's business.
    logging.disable(logging.CRITICAL)
    played: list[tuple[Path, ScenarioResult]] = []
    try:
        for number, (path, scenario) in enumerate(scenarios, start=1):
            result = _play(scenario, settings, flight)
            played.append((path, result))
            _print_result(number, len(scenarios), path, result, verbose=verbose)
    finally:
        logging.disable(logging.NOTSET)
    failed = sum(not result.passed for _, result in played)
    virtual_s, wall_s = sum(r.virtual_s for _, r in played), sum(r.wall_s for _, r in played)
    if played:
        typer.echo(
            f"{len(played) - failed} of {len(played)} as they must be; {virtual_s:.0f} s played in {wall_s:.1f} s"
            f" ({virtual_s / max(wall_s, 1e-9):.0f} times real time)"
        )
    if junit is not None:
        _write_junit(junit, played)
    if problems:
        raise typer.Exit(2)
    if failed:
        raise typer.Exit(1)


def record(
    flight: Annotated[Path, typer.Argument(callback=FILE, help="A flight record of a session.")],
    out: Annotated[Path, typer.Option("--out", callback=NEW_FILE, help="The scenario file to write.")],
    config: ConfigOption = None,
) -> None:
    """Turn a recorded session into a scenario: the same wishes, a made-up key of the same kind."""
    settings = load_settings(config)
    _written(out, scenario_of(read_record(flight), f"As recorded in {flight.name}"[:120], settings))
    typer.echo(f"{out}: written; it holds nothing of the key")


def from_flight(
    flight: Annotated[Path, typer.Argument(callback=FILE, help="A flight record of a session that ended badly.")],
    out: Annotated[Path, typer.Option("--out", callback=NEW_FILE, help="The scenario file to write.")],
    config: ConfigOption = None,
) -> None:
    """Find what a SIMULATED machine must suffer for a session to end as the recorded one did, and write that down.

    Exit status 1 if nothing the simulator knows does.
    """
    settings = load_settings(config)
    logging.disable(logging.CRITICAL)
    try:
        found = reproduce(read_record(flight), f"From the field: {flight.name}"[:120], settings)
    finally:
        logging.disable(logging.NOTSET)
    typer.echo(f"{flight}: {found.ended}")
    if found.scenario is None:
        typer.echo(f"none of {found.tried} causes leads to that; the nearest came otherwise:")
        for finding in found.otherwise:
            typer.echo(f"    {finding}")
        raise typer.Exit(1)
    _written(out, found.scenario)
    typer.echo(f"{out}: written; {found.cause} ends it so; it holds nothing of the key")


def _written(out: Path, table: dict[str, Any]) -> None:
    try:
        out.write_text(toml_of(table), encoding="utf-8")
    except OSError as error:
        raise BadInput(Problem(str(out), "", error.strerror or "cannot be written")) from error
    load_scenario(out)


def replay_command(
    flights: Annotated[list[Path], typer.Argument(callback=FILE_OR_FOLDER, help="Flight records.")],
    config: ConfigOption = None,
) -> None:
    """Play flight records again; exit status 1 if a session would take another way today."""
    settings = load_settings(config)
    differing = 0
    for flight in flights:
        entries = read_record(flight)
        logging.disable(logging.CRITICAL)
        try:
            found = replay(entries, settings)
        finally:
            logging.disable(logging.NOTSET)
        differing += bool(found)
        typer.echo(f"{flight}: {len(entries)} lines, " + ("another way" if found else "the same way"))
        for line in found:
            typer.echo(f"    {line}")
    if differing:
        raise typer.Exit(1)


def list_shipped() -> None:
    """Name the shipped scenarios."""
    for path, scenario in load_all([SHIPPED])[0]:
        typer.echo(f"{path.stem:32} {scenario.title}")


def load_all(files: list[Path]) -> tuple[list[tuple[Path, Scenario]], list[Problem]]:
    """Every scenario of files and folders, and every mistake in them: one bad file does not keep the others back."""
    scenarios: list[tuple[Path, Scenario]] = []
    problems: list[Problem] = []
    for file in files:
        paths = sorted(file.glob("*.toml")) if file.is_dir() else [file]
        if not paths:
            problems.append(Problem(str(file), "", "holds no scenario (*.toml)"))
        for path in paths:
            try:
                scenarios.append((path, load_scenario(path)))
            except BadInput as bad:
                problems.extend(bad.problems)
    return scenarios, problems


def _play(scenario: Scenario, settings: Settings, flight: Path | None) -> ScenarioResult:
    if flight is None:
        return play(scenario, settings)
    try:
        with flight.open("w", encoding="utf-8") as file:
            return play(scenario, settings, flight=file)
    except OSError as error:
        raise BadInput(Problem(str(flight), "", error.strerror or "cannot be written")) from error


def _print_result(number: int, count: int, path: Path, result: ScenarioResult, *, verbose: bool) -> None:
    mark = typer.style("ok  ", fg="green") if result.passed else typer.style("FAIL", fg="red")
    typer.echo(f"[{number:3}/{count}] {mark} {path.stem:32} {result.virtual_s:6.0f} s in {result.wall_s:5.2f} s")
    if verbose:
        typer.echo("          " + " > ".join(result.path))
    for finding in result.findings:
        typer.echo(f"          {finding}")


def _write_junit(target: Path, played: list[tuple[Path, ScenarioResult]]) -> None:
    failed = sum(not result.passed for _, result in played)
    suite = ElementTree.Element("testsuite", name="scenarios", tests=str(len(played)), failures=str(failed))
    for path, result in played:
        case = ElementTree.SubElement(
            suite, "testcase", classname="scenario", name=path.stem, time=f"{result.wall_s:.3f}"
        )
        for finding in result.findings:
            ElementTree.SubElement(case, "failure", message=finding)
    try:
        ElementTree.ElementTree(suite).write(target, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise BadInput(Problem(str(target), "", error.strerror or "cannot be written")) from error
