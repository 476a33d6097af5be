"""Every command of the product, under one name; each is loaded when it is asked for, and nothing else with it.

Responsible for: the table of commands, finding one of them, and one line for what was mistyped. Not responsible for:
what a command does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer._click.exceptions import BadParameter, MissingParameter, NoArgsIsHelpError, UsageError
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from config.problems import BadInput, Problem
from kiosk.records.database import DatabaseFault

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Group:
    """Commands under one word: `module:function` of each, and of what the word does alone, if anything."""

    help: str
    commands: Mapping[str, str]
    alone: str = ""


COMMANDS: Mapping[str, str | Group] = {
    "run": "kiosk.launch.run:run",
    "setup": "kiosk.commands.setup:setup",
    "identify": "kiosk.commands.identify:identify_command",
    "evaluate": "kiosk.commands.evaluate:evaluate",
    "check-config": "kiosk.commands.config:check_config",
    "check-code": "kiosk.commands.register:check_code",
    "doctor": "kiosk.commands.operations:doctor",
    "status": "kiosk.commands.operations:status",
    "report": "kiosk.commands.operations:report",
    "logs": "kiosk.commands.logs:logs",
    "prove-nothing-kept": "kiosk.commands.prove:prove_nothing_kept",
    "support-bundle": "kiosk.commands.support:support_bundle",
    "backup": "kiosk.commands.operations:backup",
    "restore": "kiosk.commands.operations:restore",
    "service": Group(
        "A technician's tools: test cut, plan, safe stop.",
        {
            "cut": "kiosk.commands.service:cut",
            "plan": "kiosk.commands.service:plan",
            "safe-stop": "kiosk.commands.service:safe_stop",
            "calibrate": "kiosk.commands.calibrate:calibrate",
            "scan": "kiosk.launch.scan:scan",
            "visit": "kiosk.commands.visit:visit",
            "work-order": "kiosk.commands.visit:work_order",
            "check-order": "kiosk.commands.visit:check_order",
        },
    ),
    "policy": Group(
        "The rules: what may be copied, and why not.",
        {
            "explain": "kiosk.commands.policy:explain",
            "list": "kiosk.commands.policy:list_rules",
            "coverage": "kiosk.commands.policy:coverage",
        },
    ),
    "catalogue": Group(
        "Keyways, sections and blanks this kiosk knows.",
        {
            "list": "kiosk.commands.catalogue:list_keyways",
            "show": "kiosk.commands.catalogue:show",
            "check": "kiosk.commands.catalogue:check",
            "enrol": "kiosk.commands.catalogue:enrol",
            "calibrate-limits": "kiosk.commands.limits:calibrate_limits",
        },
    ),
    "staff": Group(
        "Staff accounts: who may sign in at the kiosk.",
        {
            "add": "kiosk.commands.staff:add",
            "list": "kiosk.commands.staff:list_accounts",
            "disable": "kiosk.commands.staff:disable",
            "reset-pin": "kiosk.commands.staff:reset_pin",
        },
    ),
    "audit": Group(
        "The record of who decided what.",
        {
            "verify": "kiosk.commands.audit:verify",
            "export": "kiosk.commands.audit:export",
            "accept-break": "kiosk.commands.audit:accept_break",
        },
    ),
    "certificate": Group(
        "What a shopper keeps of a copy: the kiosk's key, and whether a certificate is genuine.",
        {
            "key": "kiosk.commands.certificate:key",
            "verify": "kiosk.commands.certificate:verify",
            "page": "kiosk.commands.certificate:page",
        },
    ),
    "letter": Group(
        "For landlords: a signed letter that lets a marked key be copied, once.",
        {"make": "kiosk.commands.letter:make", "show": "kiosk.commands.letter:show"},
    ),
    "fleet": Group(
        "Many kiosks: collect events, sign documents.",
        {
            "collect": "kiosk.commands.fleet:collect",
            "keygen": "kiosk.commands.fleet:keygen",
            "sign": "kiosk.commands.fleet:sign_document",
            "take": "kiosk.commands.fleet:take",
            "doctor": "kiosk.commands.office:doctor",
            "status": "kiosk.commands.office:status",
            "page": "kiosk.commands.office:page",
            "publish": "kiosk.commands.rollout:publish",
            "rollout": "kiosk.commands.rollout:rollout",
        },
    ),
    "simulate": Group(
        "A simulated machine on a port, made-up scans, and what can go wrong.",
        {
            "faults": "simulator.serve.commands:faults",
            "frames": "simulator.serve.frames_command:frames",
            "photo": "simulator.serve.frames_command:photo",
            "keys": "simulator.serve.frames_command:keys",
            "cut": "kiosk.rehearsal.cut_rehearsal:cut",
            "panel": "kiosk.rehearsal.panel:panel",
            "shadow": "kiosk.rehearsal.shadow:shadow_command",
            "lesson": "kiosk.launch.lesson:lesson",
            "terminal": "simulator.serve.terminal_command:terminal",
            "headset": "simulator.serve.headset_command:headset",
        },
        alone="simulator.serve.commands:simulate",
    ),
    "scenario": Group(
        "Scripted sessions in virtual time against the SIMULATED machine.",
        {
            "run": "kiosk.commands.scenario:run",
            "record": "kiosk.commands.scenario:record",
            "from-flight": "kiosk.commands.scenario:from_flight",
            "replay": "kiosk.commands.scenario:replay_command",
            "list": "kiosk.commands.scenario:list_shipped",
        },
    ),
}


@contextmanager
def _slips_on_one_line() -> Iterator[None]:
    """What was mistyped is bad input like any other, and so is a book that refuses.

    Raises:
        BadInput: instead of the usage that would be printed.
    """
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as slip:
        raise BadInput(*_problems_of(slip)) from None
    except DatabaseFault as fault:
        raise BadInput(Problem("database", fault.code, str(fault))) from fault
    except OSError as error:
        # A file the system refuses, met where nobody looked for it; what names no file is no slip.
        if not isinstance(error.filename, str) or not error.strerror:
            raise
        _log.info("a file was refused", exc_info=error)
        raise BadInput(Problem(error.filename, "", error.strerror)) from error


def _problems_of(slip: UsageError) -> tuple[Problem, ...]:
    if not isinstance(slip, BadParameter) or slip.param is None:
        return (Problem("command line", "", slip.format_message().rstrip(".")),)
    options = [name for name in slip.param.opts if name.startswith("--")]
    name = options[0] if options else (slip.param.name or "").upper()
    if isinstance(slip, MissingParameter):
        return (Problem("command line", name, "is missing"),)
    # Only who mistyped a value waits for these to load.
    from pydantic import ValidationError

    from config.toml_files import problems_of

    if isinstance(slip.__cause__, ValidationError):
        found = problems_of(slip.__cause__, "command line")
        return tuple(Problem(each.file, name, each.reason.rstrip(".")) for each in found)
    return (Problem("command line", name, slip.message.rstrip(".")),)


class _Plain:
    """Help in which a switch is a switch, and not a value of type bool; a slip is told in one line."""

    def get_params(self, ctx: Any) -> list[Any]:
        """What the command may be given."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc] # mixed into commands of typer's
        for param in params:
            if getattr(param, "is_flag", False):
                param.metavar = ""
        return params

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is left of the line."""
        with _slips_on_one_line():
            left: list[str] = super().parse_args(ctx, args)  # type: ignore[misc] # mixed into commands of typer's
            return left

    def invoke(self, ctx: Any) -> Any:
        """Do it, or hand it to the command that is named next."""
        with _slips_on_one_line():
            return super().invoke(ctx)  # type: ignore[misc] # mixed into commands of typer's


class _Command(_Plain, TyperCommand):
    """One command."""


class _LoadedWhenAsked(_Plain, TyperGroup):
    """A group whose commands are imported one by one; the whole table unless it is given another."""

    table: Mapping[str, str | Group] = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the table's order."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command or group of a name, or None."""
        if cmd_name not in self.table:
            return None
        entry = self.table[cmd_name]
        if isinstance(entry, Group):
            return _group(cmd_name, entry)
        app = typer.Typer(add_completion=False)
        app.command(cmd_name, cls=_Command)(loaded(entry))
        return get_command(app)


def _group(name: str, group: Group) -> Any:
    app = typer.Typer(name=name, cls=_LoadedWhenAsked, no_args_is_help=not group.alone, help=group.help)
    if group.alone:
        app.callback(invoke_without_command=True)(loaded(group.alone))
    made = get_group(app)
    made.table = group.commands  # type: ignore[attr-defined] # of the class named above
    return made


def loaded(name: str) -> Callable[..., Any]:
    """The function of a `module:function`."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kiosk {version('keykiosk')}")
        raise typer.Exit


app = typer.Typer(cls=_LoadedWhenAsked, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def kiosk(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Say which version this is.")
    ] = False,
) -> None:
    """Controller of a self-service key-cutting kiosk."""
