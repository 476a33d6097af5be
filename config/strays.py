"""Files of the owner's folder that nobody would read: a misspelt name must not be a setting silently left out.

Responsible for: naming every such entry, and links that lead nowhere. Not responsible for: what a known file says.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from config.problems import BadInput, Problem

DANGLING = "is a link that leads nowhere"
"""Why a link is refused, whatever its name: what it led to may have been what forbids."""
_BESIDE = ("environment",)
"""Files that lie here and are read by others."""
_NO_SETTINGS = (".pem", ".crt", ".key", ".md", ".txt", ".swp", ".swx", "~")
"""Ends of names that nobody takes for settings: certificates, notes, an open editor's own."""


def strays(directory: Path, files: Collection[str], folders: Mapping[str, str]) -> Iterator[Problem]:
    """Everything below `directory` that is none of `files`, nor in one of `folders` a file whose name ends as given.

    Raises:
        BadInput: a folder cannot be listed.
    """
    within = ", ".join(f"{name}/*{end}" for name, end in sorted(folders.items()))
    known = f"known are {', '.join(sorted(files))} and {within}"
    for entry in _entries(directory):
        path = Path(entry.path)
        if _leads_nowhere(path):
            yield Problem(str(path), "", DANGLING)
        elif entry.name in folders:
            if path.is_dir():
                yield from _in_folder(path, folders[entry.name])
            else:
                yield Problem(str(path), "", f"must be a directory of {folders[entry.name]} files")
        elif entry.name not in files and not _is_none(path):
            yield Problem(str(path), "", f"is read by nobody; {known}")


def _in_folder(folder: Path, end: str) -> Iterator[Problem]:
    for entry in _entries(folder):
        path = Path(entry.path)
        if _leads_nowhere(path):
            yield Problem(str(path), "", DANGLING)
        elif path.suffix != end and not _is_none(path):
            yield Problem(str(path), "", f"is read by nobody; only files named *{end}, right in this folder, are read")


def _is_none(path: Path) -> bool:
    return path.is_file() and (path.name in _BESIDE or path.name.endswith(_NO_SETTINGS))


def _leads_nowhere(path: Path) -> bool:
    """Whether it is a link whose end is not there, or goes round in a circle."""
    try:
        path.stat()
    except OSError:
        return path.is_symlink()
    return False


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise BadInput(Problem(str(directory), "", f"cannot be listed: {error.strerror or error}")) from None
