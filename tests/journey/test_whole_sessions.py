from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from config.settings import Settings, load_settings
from kiosk.key.spellings import Quarry, hunt, hunt_texts
from kiosk.rehearsal.ready import RehearsalAudit, RehearsalStaff
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, theatre
from kiosk.session.intents import Cancel, Confirm, Done, Start
from kiosk.session.states import State
from simulator.faults.simulated_machine import lay
from simulator.keys.bows import Bow
from simulator.keys.key import PhysicalKey, cut_key
from simulator.keys.sample_keys import random_bitting, sample_key
from simulator.machine.blade import Blade


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(environment={})


@pytest.fixture
def played(settings: Settings, tmp_path: Path) -> Iterator[SimulatedKiosk]:
    with theatre(settings, tmp_path, staff=RehearsalStaff(), audit=RehearsalAudit()) as made:
        yield made


def to_a_decision(played: SimulatedKiosk, key: PhysicalKey) -> State:
    stage = played.stage
    stage.begin()
    stage.run_to(State.WELCOME)
    stage.post(Start())
    stage.run_to(State.PLACE_KEY)
    lay(played.sim, key)
    return stage.run_to(State.OFFER, State.REFUSED, State.TRY_AGAIN, State.WORN).state


def buy(played: SimulatedKiosk) -> None:
    played.stage.post(Confirm())
    played.stage.run_to(State.TAKE_KEY_BACK)
    played.sim.tray.take()
    played.stage.run_to(State.THANK_YOU)


def roots_mm(blade: Blade, positions_mm: tuple[float, ...]) -> list[float]:
    return [
        float(np.interp(np.linspace(p - 0.15, p + 0.15, 21), blade.x_mm, blade.top_mm).mean()) for p in positions_mm
    ]


@pytest.mark.parametrize("blank", ["KW1", "SC1"])
def test_a_key_of_random_code_is_copied_from_its_pictures_within_tolerance(
    blank: str, settings: Settings, played: SimulatedKiosk
) -> None:
    rng = np.random.default_rng(20260601)
    keyway, known = settings.catalogue.blank_of[blank]
    assert keyway.spec is not None
    codes = random_bitting(keyway.spec, known.cuts, rng)
    key = key_of(settings, blank, codes, rng)
    assert to_a_decision(played, key) is State.OFFER
    buy(played)
    (copy,) = played.sim.chute
    wanted = [keyway.spec.root_mm_of[code] for code in codes]
    found = roots_mm(copy, keyway.spec.cut_positions_mm(known.cuts))
    assert found == pytest.approx(wanted, abs=0.05)


def test_a_key_laid_before_a_kiosk_at_rest_is_copied_without_a_touch_on_start(
    settings: Settings, played: SimulatedKiosk
) -> None:
    stage = played.stage
    stage.begin()
    stage.run_to(State.WELCOME)
    stage.run_until(lambda _: stage.controller.context.tray_clear)
    lay(played.sim, sample_key("kwikset-new", settings.catalogue, 7))
    stage.run_to(State.OFFER, limit_s=30)
    buy(played)
    assert len(played.sim.chute) == 1


def key_of(settings: Settings, blank: str, codes: tuple[str, ...], rng: np.random.Generator) -> PhysicalKey:
    keyway, known = settings.catalogue.blank_of[blank]
    return cut_key(keyway, known, codes, settings.catalogue.section_of[keyway.sections[0]], rng, bow=Bow())


def test_a_medeco_like_blade_is_refused_and_nothing_moves(settings: Settings, played: SimulatedKiosk) -> None:
    stage = played.stage
    stage.begin()
    stage.run_to(State.WELCOME)
    at_rest = played.sim.world.motor
    stage.post(Start())
    stage.run_to(State.PLACE_KEY)
    lay(played.sim, sample_key("medeco-like", settings.catalogue, 3))
    seen = stage.run_to(State.REFUSED, State.OFFER)
    assert seen.state is State.REFUSED
    assert seen.refusal is not None
    assert not seen.refusal.can_be_approved
    stage.post(Done())
    stage.run_to(State.WELCOME)
    assert played.sim.world.motor == at_rest
    assert played.sim.chute == []


def test_nothing_of_the_key_is_kept_whatever_becomes_of_the_session(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keyway, _ = settings.catalogue.blank_of["SC1"]
    assert keyway.spec is not None
    codes = ("7", "2", "8", "3", "6")
    quarry = Quarry(codes, keyway.spec)
    key = key_of(settings, "SC1", codes, np.random.default_rng(5))
    shown: list[str] = []
    with theatre(settings, tmp_path, staff=RehearsalStaff()) as played:
        stage = played.stage
        stage.watchers.append(lambda now: shown.append(repr(now)))
        assert to_a_decision(played, key) is State.OFFER
        visit = stage.controller.context.here
        secrets = visit.secrets
        stage.post(Cancel())
        stage.run_to(State.WELCOME)
        assert secrets.identified is None
        # Done, and a crash in the middle of the cut.
        for end in ("done", "crash"):
            stage.post(Start())
            stage.run_to(State.PLACE_KEY)
            lay(played.sim, key)
            stage.run_to(State.OFFER)
            stage.post(Confirm())
            stage.run_to(State.TAKE_KEY_BACK)
            played.sim.tray.take()
            if end == "done":
                stage.run_to(State.THANK_YOU)
                stage.post(Done())
                stage.run_to(State.WELCOME)
            else:
                stage.run_to(State.CUTTING)
                played.sim.plugged_in = False
                stage.run_to(State.OUT_OF_ORDER)
        shown.append(repr(stage.controller.context.visit))
    spine_y_mm = settings.machine.clamp.spine_y_mm
    assert hunt(quarry, [tmp_path], spine_y_mm) == []
    assert hunt_texts(quarry, caplog.messages, "log", spine_y_mm) == []
    assert hunt_texts(quarry, shown, "screen", spine_y_mm) == []
