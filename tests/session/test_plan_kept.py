"""A sale's path is planned once, and anew as soon as anything it came from has changed."""

from __future__ import annotations

from kiosk.cutting.check import FOLLOWED_FROM
from kiosk.cutting.plan import CutPlan
from kiosk.key.reading import KeyReading
from kiosk.records.journal import CopyError, NewSale
from kiosk.session import effects
from kiosk.session.intents import Confirm
from kiosk.session.ports import IdentifiedKey
from kiosk.session.states import State
from kiosk.session.visit import KeySecrets
from tests.session.parts import Shop, identified
from tests.session.test_selling import to_offer

WORN_MM = 0.02


def secrets_of(kiosk: Shop) -> KeySecrets:
    visit = kiosk.stage.controller.context.visit
    assert visit is not None
    return visit.secrets


def offered(kiosk: Shop) -> CutPlan:
    to_offer(kiosk)
    plan = secrets_of(kiosk).plan
    assert plan is not None
    return plan


def cutting(kiosk: Shop) -> CutPlan:
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.key_in_tray = False
    kiosk.stage.run_to(State.CUTTING)
    plan = secrets_of(kiosk).plan
    assert plan is not None
    return plan


def test_the_path_that_was_offered_is_the_path_that_is_cut(kiosk: Shop) -> None:
    assert offered(kiosk) is cutting(kiosk)


def test_a_wheel_that_wore_since_the_offer_is_planned_for_anew(kiosk: Shop) -> None:
    before = offered(kiosk)
    journal = kiosk.stage.ports.journal
    journal.open_sale(NewSale("E1", "42", "KW1", "brass", FOLLOWED_FROM, 349, "USD", "register"))
    for _ in range(FOLLOWED_FROM):
        journal.write_copy("E1", CopyError(0.0, 0.0, WORN_MM, True))
    after = cutting(kiosk)
    down = [point.height_mm - old.height_mm for point, old in zip(after.path[1:-1], before.path[1:-1], strict=True)]
    assert after is not before
    assert all(abs(shift - WORN_MM) < 1e-9 for shift in down)


def test_another_telling_blank_or_repair_is_planned_for_anew(kiosk: Shop) -> None:
    first = offered(kiosk)
    ports, secrets = kiosk.stage.ports, secrets_of(kiosk)
    assert effects.plan(ports, secrets, "KW1", restore=True) is first
    assert effects.plan(ports, secrets, "KW1", restore=False) is not first
    secrets.identified = IdentifiedKey(identified(bitting="12345"), KeyReading())
    other = effects.plan(ports, secrets, "KW1", restore=True)
    assert isinstance(other, CutPlan)
    assert other.roots_mm != first.roots_mm
    # Equal figures told of another key are another telling all the same.
    secrets.identified = IdentifiedKey(identified(bitting="12345"), KeyReading())
    assert effects.plan(ports, secrets, "KW1", restore=True) is not other


def test_a_refused_plan_leaves_none_behind(kiosk: Shop) -> None:
    offered(kiosk)
    secrets = secrets_of(kiosk)
    secrets.identified = IdentifiedKey(identified(bitting="16161"), KeyReading())
    assert not isinstance(effects.plan(kiosk.stage.ports, secrets, "KW1", restore=True), CutPlan)
    assert secrets.plan is None
    assert secrets.plan_basis is None


def test_a_visit_that_ends_forgets_what_its_plan_came_from(kiosk: Shop) -> None:
    offered(kiosk)
    secrets = secrets_of(kiosk)
    secrets.wipe()
    assert secrets.plan is None
    assert secrets.plan_basis is None
