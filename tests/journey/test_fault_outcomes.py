"""Every fault by name has a scenario that demands the outcome the fault is said to have.

That the shipped scenarios end as they demand is tested in `test_scenarios`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.commands.scenario import SHIPPED
from kiosk.rehearsal.script import Expect, load_scenario
from kiosk.session.states import State
from simulator.faults.injection import FAULTS
from simulator.faults.model import Required

SCENARIOS = [load_scenario(path) for path in sorted(SHIPPED.glob("*.toml"))]


ANY_END = {"home_switch_chatters"}
"""Of a switch whose home may be anywhere no single end can be demanded."""


def _nothing_for_nothing(expect: Expect) -> bool:
    return expect.delivered == 0 and expect.charged_minor == 0


DEMANDED: dict[Required, Callable[[Expect], bool]] = {
    Required.CARRIES_ON: lambda e: bool(e.delivered),
    Required.UNSEEN: lambda e: bool(e.delivered),
    Required.ASKS_AGAIN: lambda e: bool(e.try_again) and _nothing_for_nothing(e) and State.CUTTING in e.not_through,
    Required.SLOT_LOCKED: lambda e: bool(e.locked_slots) and _nothing_for_nothing(e),
    Required.REJECTED: lambda e: bool(e.rejected) and _nothing_for_nothing(e),
    Required.STOPS: lambda e: State.OUT_OF_ORDER in e.through and e.rejected is not None and _nothing_for_nothing(e),
    Required.OUT_OF_ORDER: lambda e: (
        (State.OUT_OF_ORDER in e.through or e.ends_in is State.OUT_OF_ORDER) and bool(e.fault) and not e.delivered
    ),
    Required.NOT_PAID: lambda e: State.LOADING in e.not_through and _nothing_for_nothing(e),
    Required.STAFF_SAY: lambda e: (
        State.OUT_OF_ORDER in e.through and State.CAPTURING in e.not_through and e.charged_minor is not None
    ),
    Required.ASKED: lambda e: e.charged_minor is not None and e.delivered is not None,
}


def test_every_outcome_can_be_demanded() -> None:
    assert set(DEMANDED) == set(Required)


@pytest.mark.parametrize("name", sorted(set(FAULTS) - ANY_END))
def test_a_scenario_demands_what_a_fault_must_come_to(name: str) -> None:
    about = [scenario for scenario in SCENARIOS if any(trouble.fault == name for trouble in scenario.trouble)]
    assert about, f"no scenario tries {name}"
    demanded = DEMANDED[FAULTS[name].outcome]
    assert any(demanded(scenario.expect) for scenario in about), [scenario.title for scenario in about]
