"""The welcome page promises no price at which nothing is sold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.session.states import State
from tests.session.parts import SETTINGS, shop


@pytest.mark.parametrize(
    ("price_minor", "finishes", "held", "least"),
    [
        (600, {"black": 449}, ["brass"], 600),
        (600, {"black": 449}, ["brass", "black"], 449),
        (349, {"black": 449}, ["black"], 449),
        (349, {}, ["black"], 349),
    ],
)
def test_the_price_from_is_of_what_the_magazine_holds(
    tmp_path: Path, price_minor: int, finishes: dict[str, int], held: list[str], least: int
) -> None:
    store = SETTINGS.store.model_copy(update={"price_minor": price_minor, "finish_prices_minor": finishes})
    slots = tuple(
        SETTINGS.machine.magazine.slots[0].model_copy(update={"number": number, "finish": finish})
        for number, finish in enumerate(held, start=1)
    )
    magazine = SETTINGS.machine.magazine.model_copy(update={"slots": slots})
    machine = SETTINGS.machine.model_copy(update={"magazine": magazine})
    with shop(tmp_path, replace(SETTINGS, store=store, machine=machine)) as kiosk:
        kiosk.stage.begin()
        kiosk.stage.run_until(lambda now: now.state is State.WELCOME)
        assert kiosk.stage.now.price_from_minor == least
