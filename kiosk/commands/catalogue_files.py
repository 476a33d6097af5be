"""Where `kiosk catalogue` reads and writes: the owner's directory, its keyways and its limits of a match.

Responsible for: finding, loading and writing those files. Not responsible for: what they say.
"""

from __future__ import annotations

import os
from pathlib import Path

from config.catalogue import Catalogue, load_catalogue
from config.machine import Machine
from config.problems import BadInput, Problem
from config.settings import MEASURED, OWNER_VARIABLE, machine_in_force


def owner_of(config: Path | None) -> Path | None:
    """The owner's directory: as named, else from the environment, else none."""
    named = os.environ.get(OWNER_VARIABLE, "")
    return config or (Path(named) if named else None)


def load(config: Path | None, *, with_limits: bool = True) -> Catalogue:
    """The catalogue; without limits when they are about to be measured anew, as the old ones may be broken."""
    owner = owner_of(config)
    if owner is not None and not owner.is_dir():
        raise BadInput(Problem(str(owner), "", "no such directory"))
    return load_catalogue(
        owner=owner / "keyways" if owner else None, owner_limits=limits_path(config) if with_limits else None
    )


def keyways_folder(config: Path | None) -> Path:
    """Where the owner keeps keyways."""
    owner = owner_of(config)
    if owner is None:
        raise BadInput(Problem("--config", "", f"name the owner's settings directory, or set ${OWNER_VARIABLE}"))
    return owner / "keyways"


def keep(target: Path, text: str, config: Path | None) -> None:
    """Write the file only if the whole catalogue is still good with it."""
    if target.exists():
        raise BadInput(Problem(str(target), "", "already exists"))
    write(target, text.encode())
    try:
        load(config)
    except BadInput:
        target.unlink()
        raise


def write(path: Path, data: bytes) -> None:
    """Write a file, and the folders above it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(Problem(str(path), "", f"cannot be written: {error.strerror}")) from None


def limits_path(config: Path | None) -> Path | None:
    """The owner's limits of a match, there or not."""
    owner = owner_of(config)
    return owner / f"{MEASURED}.toml" if owner else None


def machine_of(config: Path | None) -> Machine:
    """The machine as the owner describes it."""
    return machine_in_force(config)
