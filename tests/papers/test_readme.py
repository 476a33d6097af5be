"""The README's tables of commands and rooms are complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kiosk.command_line import COMMANDS, Group

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, ...]]:
    """Every command that does something, as it is typed."""
    for name, entry in COMMANDS.items():
        if isinstance(entry, Group):
            yield from ((name, inside) for inside in entry.commands)
        else:
            yield (name,)


def test_the_table_names_every_command() -> None:
    rows = [row.split("|")[1] for row in README.splitlines() if row.startswith("| `kiosk ")]
    unnamed = [
        path
        for path in commands()
        if not any(f"`kiosk {path[0]}" in row and (len(path) == 1 or _names(row, path)) for row in rows)
    ]
    assert unnamed == []


def _names(row: str, path: tuple[str, ...]) -> bool:
    return f"`kiosk {path[0]} {path[1]}" in row or f", `{path[1]}" in row


def test_the_table_names_every_room_of_the_kiosk() -> None:
    rooms = {f"{p.parent.parent.name}/{p.parent.name}" for p in (ROOT / "kiosk").glob("*/__init__.py")}
    assert [room for room in sorted(rooms) if f"`{room}`" not in README] == []
