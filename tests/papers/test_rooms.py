"""Imports run one way: no circle among modules or rooms; the picture in docs/architecture.md is current."""

from __future__ import annotations

import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from docs.rooms import module_arrows, room_arrows, room_of, updated, without_detours

ROOT = Path(__file__).resolve().parents[2]
MODULES = module_arrows()
ROOMS = room_arrows(MODULES)
COMPOSITION = {"kiosk.launch"}
"""Knows the screens, to put them together with the session. Whoever uses it stands above the screens too."""


def floors() -> dict[str, int]:
    """A number for each room that an import contract puts on a floor, counted within its house from the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return {
        f"{house}.{room.strip()}": number
        for contract in contracts
        for house in contract.get("containers", ())
        for number, floor in enumerate(contract["layers"])
        for room in floor.split("|")
    }


def test_no_module_imports_itself_by_a_detour() -> None:
    tuple(TopologicalSorter(MODULES).static_order())


def test_no_room_imports_itself_by_a_detour() -> None:
    tuple(TopologicalSorter(ROOMS).static_order())


def test_a_circle_would_be_noticed() -> None:
    with pytest.raises(CycleError):
        tuple(TopologicalSorter({**ROOMS, "config": {"kiosk.session"}}).static_order())


def test_no_arrow_runs_upwards() -> None:
    floor = floors()
    upwards = [
        (room, other)
        for room, others in ROOMS.items()
        for other in others
        if room in floor
        and other in floor
        and room.split(".")[0] == other.split(".")[0]
        and floor[room] >= floor[other]
    ]
    assert upwards == []
    houses = ("ui", "kiosk", "hardware", "config")
    between = [(room, other) for room, others in ROOMS.items() for other in others if room not in COMPOSITION]
    known = [
        (houses.index(a), houses.index(b)) for a, b in (_houses(pair) for pair in between) if {a, b} <= set(houses)
    ]
    assert all(above <= below for above, below in known)


def _houses(pair: tuple[str, str]) -> tuple[str, str]:
    return pair[0].split(".")[0], pair[1].split(".")[0]


def test_an_arrow_is_left_out_only_if_a_longer_way_says_it() -> None:
    drawn = without_detours({"a": {"b", "c"}, "b": {"c"}, "c": set()})
    assert drawn == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_every_module_lies_in_a_drawn_room() -> None:
    houses = {"ui", "kiosk", "simulator", "hardware"}
    assert {room_of(module) for module in MODULES} - houses == set(ROOMS)


def test_the_picture_of_the_rooms_is_current() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert updated(page, ROOMS) == page, "run: make rooms"
