"""The rooms of the house and who imports whom, as Mermaid: `python docs/rooms.py [--update docs/architecture.md]`.

Responsible for: reading the imports and drawing them. Not responsible for: what is allowed (pyproject.toml's import
contracts).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

HOUSES = ("ui", "kiosk", "simulator", "hardware", "config")
BEGIN, END = "<!-- rooms:begin -->", "<!-- rooms:end -->"
Arrows = Mapping[str, set[str]]


def module_arrows() -> dict[str, set[str]]:
    """Every module, and the modules it imports by itself."""
    graph = grimp.build_graph(*HOUSES, cache_dir=None)
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in sorted(graph.modules)}


def room_of(module: str) -> str:
    """The room a module lies in: the folder or file below its house; `config` is one room."""
    house, *rest = module.split(".")
    return house if house == "config" or not rest else f"{house}.{rest[0]}"


def room_arrows(modules: Arrows) -> dict[str, set[str]]:
    """Every room that holds something, and the other rooms it imports from."""
    rooms: dict[str, set[str]] = {}
    for module, imported in modules.items():
        rooms.setdefault(room_of(module), set()).update(room_of(one) for one in imported)
    return {room: others - {room} for room, others in rooms.items() if room not in HOUSES or room == "config"}


def without_detours(rooms: Arrows) -> dict[str, set[str]]:
    """Only the arrows that no longer way says already. The rooms have no circle."""
    below: dict[str, set[str]] = {}
    for room in TopologicalSorter(rooms).static_order():
        below[room] = set().union(*(below[other] | {other} for other in rooms.get(room, ())))
    return {room: {one for one in to if not any(one in below[two] for two in to)} for room, to in rooms.items()}


def mermaid(rooms: Arrows) -> str:
    """The picture: a box a house, and an arrow from a room to what it imports."""
    lines = ["flowchart TD"]
    for house in HOUSES:
        inside = sorted(room for room in rooms if room.partition(".")[0] == house)
        lines += [f"    subgraph {house}_house [{house}]"]
        lines += [f"        {_node(room)}[{room.rpartition('.')[2].strip('_')}]" for room in inside]
        lines += ["    end"]
    for room, others in sorted(without_detours(rooms).items()):
        lines += [f"    {_node(room)} --> {_node(other)}" for other in sorted(others)]
    return "\n".join(lines)


def _node(room: str) -> str:
    return room.replace(".", "_").replace("__", "_")


def updated(page: str, rooms: Arrows) -> str:
    """`page` with its picture renewed."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} ... {END}")
    return f"{head}{BEGIN}\n```mermaid\n{mermaid(rooms)}\n```\n{END}{tail}"


if __name__ == "__main__":
    drawn = room_arrows(module_arrows())
    if sys.argv[1:2] == ["--update"]:
        target = Path(sys.argv[2])
        target.write_text(updated(target.read_text(encoding="utf-8"), drawn), encoding="utf-8")
    else:
        print(mermaid(drawn))  # noqa: T201 - a command's own voice
