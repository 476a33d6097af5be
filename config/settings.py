"""All settings together: shipped defaults, the owner's files over them, a few environment variables over those.

Responsible for: layering, remembering where each effective value came from, and reporting every problem of every
file at once. Not responsible for: what any setting means (`config.machine`, `config.store`, ...).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from config import languages, references
from config.catalogue import Catalogue, load_catalogue
from config.fleet import Fleet
from config.machine import Machine
from config.match_limits import require
from config.operations import Operations, load_operations
from config.policy_rules import PolicyRules, load_policy
from config.problems import BadInput, Problem
from config.store import Store
from config.strays import strays
from config.toml_files import Model, Table, checked, one_line, read_toml

SHIPPED = Path(__file__).parent
OWNER_VARIABLE = "KIOSK_CONFIG"
FROM_ENVIRONMENT = {"KIOSK_PORT": ("machine", "wire.port")}
"""Variable: (file without suffix, field)."""
FILES = ("machine", "store", "fleet", "operations")
"""An owner's files, without suffix."""
MEASURED = "match_limits"
"""An owner's file, without suffix, that is measured rather than written."""
DIRECTORIES = {"keyways": ".toml", "policy": ".toml", languages.FOLDER: ".po"}
"""An owner's folders, and how the names in them end."""
Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Effective:
    """One value in force and where it came from: a file's path, or `environment NAME`."""

    file: str
    field: str
    value: object
    origin: str


@dataclass(frozen=True)
class OtherFile:
    """What is read in place of an owner's file: another one (the shipped alone if None), `kept` laid over it."""

    path: Path | None
    kept: Table = field(default_factory=dict)
    kept_from: str = ""


@dataclass(frozen=True)
class Settings:
    """Everything an owner sets and the world of keys, checked."""

    machine: Machine
    store: Store
    fleet: Fleet
    policy: PolicyRules
    catalogue: Catalogue
    effective: tuple[Effective, ...] = ()
    owner_directory: Path | None = None
    operations: Operations = field(default_factory=load_operations)

    @property
    def own_languages(self) -> Path | None:
        """Where the owner's language files lie."""
        return self.owner_directory / languages.FOLDER if self.owner_directory is not None else None


def load_machine(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Machine:
    """The machine file at `path` layered over the shipped one; `environment` over both if given.

    Raises:
        BadInput: with every bad field.
    """
    return _layered("machine", Machine, OtherFile(path), environment or {})[0]


def machine_in_force(
    directory: Path | None = None, named: Path | None = None, environment: Mapping[str, str] | None = None
) -> Machine:
    """The machine file as every command finds it, without reading any other setting.

    Args:
        directory: the owner's files; `$KIOSK_CONFIG` if None, and the shipped file alone if that is not set either.
        named: a machine file in place of the owner's.
        environment: this process's by default.

    Raises:
        BadInput: with every bad field.
    """
    environment = os.environ if environment is None else environment
    if directory is None and environment.get(OWNER_VARIABLE):
        directory = Path(environment[OWNER_VARIABLE])
    if named is None and directory is not None and not _is(directory, Path.is_dir):
        raise BadInput(Problem(str(directory), "", "no such directory"))
    return load_machine(named or _own(directory, "machine.toml"), environment)


def catalogue_in_force(environment: Mapping[str, str] | None = None) -> Catalogue:
    """Every keyway a command finds that reads no other setting: the shipped ones, and those in `$KIOSK_CONFIG`.

    Raises:
        BadInput: with every problem of every file.
    """
    named = (os.environ if environment is None else environment).get(OWNER_VARIABLE, "")
    directory = Path(named) if named else None
    return load_catalogue(_own(directory, "keyways"), _own(directory, f"{MEASURED}.toml"))


def load_store(path: Path | None = None) -> Store:
    """The store file at `path` layered over the shipped one.

    Raises:
        BadInput: with every bad field.
    """
    return _layered("store", Store, OtherFile(path), {})[0]


def load_settings(
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    instead: Mapping[str, OtherFile] | None = None,
) -> Settings:
    """Everything, from the shipped files and the owner's `directory` (else `$KIOSK_CONFIG`, else none).

    Args:
        directory: the owner's files.
        environment: this process's by default.
        instead: for some of `FILES` (named without suffix), what is read in place of the owner's.

    Raises:
        BadInput: once, with every problem of every file.
    """
    environment = os.environ if environment is None else environment
    if directory is None and environment.get(OWNER_VARIABLE):
        directory = Path(environment[OWNER_VARIABLE])
    problems: list[Problem] = []
    own_languages = _own(directory, languages.FOLDER)

    def attempt(load: Callable[[], Loaded]) -> Loaded | None:
        try:
            return load()
        except BadInput as bad:
            problems.extend(bad.problems)
            return None

    if directory is not None:
        folder = directory
        problems.extend(attempt(lambda: tuple(_strangers(folder))) or ())

    def of(name: str) -> OtherFile:
        return (instead or {}).get(name) or OtherFile(_own(directory, f"{name}.toml"))

    machine = attempt(lambda: _layered("machine", Machine, of("machine"), environment))
    store = attempt(lambda: _layered("store", Store, of("store"), environment))
    fleet = attempt(lambda: _layered("fleet", Fleet, of("fleet"), environment))
    operations = attempt(lambda: _layered("operations", Operations, of("operations"), environment))
    policy = attempt(lambda: load_policy(owner=_own(directory, "policy")))
    own_limits = _own(directory, f"{MEASURED}.toml")
    catalogue = attempt(lambda: load_catalogue(owner=_own(directory, "keyways"), owner_limits=own_limits))
    if catalogue:
        held = catalogue
        attempt(lambda: require(held.limits, held.sections_revision, own_limits))
    if store:
        problems.extend(references.of_store(store[0], store[2], own_languages))
    else:
        path = of("store").path
        problems.extend(_of_the_rest(path, [each for each in problems if each.file == str(path)], own_languages))
    if store and machine:
        meant = {each.field.rpartition(".")[2] for each in store[1] if each.origin != str(SHIPPED / "store.toml")}
        problems.extend(references.of_finishes(store[0], machine[0], store[2], meant))
    if machine:
        problems.extend(references.of_views(machine[0], machine[2]))
    if machine and catalogue:
        problems.extend(references.of_slots(machine[0], catalogue, machine[2]))
    if policy and catalogue:
        problems.extend(references.of_rules(policy, catalogue))
        problems.extend(references.of_names(policy.phrases, catalogue))
    if problems or not (machine and store and fleet and operations and policy and catalogue):
        raise BadInput(*dict.fromkeys(problems))
    effective = (*machine[1], *store[1], *fleet[1], *operations[1])
    return Settings(machine[0], store[0], fleet[0], policy, catalogue, effective, directory, operations[0])


def _of_the_rest(path: Path | None, bad: Sequence[Problem], own_languages: Path | None) -> Iterator[Problem]:
    """What the store file names that is nothing in the world, beside what is ill-formed in it."""
    fields = {re.split(r"[.\[]", each.field)[0] for each in bad}
    if path is None or "" in fields:
        return
    rest = {name: value for name, value in read_toml(path).items() if name not in fields}
    try:
        store = checked(Store, _merged(read_toml(SHIPPED / "store.toml"), rest), str(path))
    except BadInput:
        return
    for problem in references.of_store(store, str(path), own_languages):
        if re.split(r"[.\[]", problem.field)[0] not in fields:
            yield problem


def _own(directory: Path | None, name: str) -> Path | None:
    """The owner's file or folder of that name, if it is there."""
    if directory is None or not _is(directory / name, Path.exists):
        return None
    return directory / name


def _is(path: Path, question: Callable[[Path], bool]) -> bool:
    """What is so of `path`. One that cannot be looked at is no absent one.

    Raises:
        BadInput: the system does not say.
    """
    try:
        return question(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise BadInput(Problem(one_line(str(path))[:200], "", f"cannot be looked at: {reason}")) from None


def _layered(
    name: str, model: type[Model], source: OtherFile, environment: Mapping[str, str]
) -> tuple[Model, tuple[Effective, ...], str]:
    """The checked model, the effective values, and the file that had the last word on most of it."""
    shipped, path = SHIPPED / f"{name}.toml", source.path
    table = read_toml(shipped)
    origins = dict.fromkeys(_paths_of(table), str(shipped))
    if path is not None:
        own = read_toml(path)
        origins |= dict.fromkeys(_paths_of(own), str(path))
        table = _merged(table, own)
    table = _merged(table, source.kept)
    origins |= dict.fromkeys(_paths_of(source.kept), source.kept_from)
    for variable, (file, name_of_field) in FROM_ENVIRONMENT.items():
        if file == name and environment.get(variable):
            table = _merged(table, _nested(name_of_field, environment[variable]))
            origins[name_of_field] = f"environment {variable}"
    judged = checked(model, table, str(path or shipped))
    effective = tuple(
        Effective(name, field, value, origins.get(field, "built in")) for field, value in _leaves(judged.model_dump())
    )
    return judged, effective, str(path or shipped)


def _merged(under: Table, over: Table) -> Table:
    """`over` laid on `under`: tables are merged, everything else (lists too) is replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _nested(field: str, value: object) -> Table:
    for part in reversed(field.split(".")):
        value = {part: value}
    return value if isinstance(value, dict) else {}


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """(dotted field, value) of everything that is not itself a table."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _paths_of(table: Table) -> tuple[str, ...]:
    return tuple(field for field, _ in _leaves(table))


def _strangers(directory: Path) -> Iterator[Problem]:
    """A file nobody reads is a misspelt one: say so rather than ignore it."""
    if not _is(directory, Path.is_dir):
        yield Problem(str(directory), "", "no such directory")
        return
    yield from strays(directory, {f"{name}.toml" for name in (*FILES, MEASURED)}, DIRECTORIES)
