"""A monkey before the glass: `python -m tests.bench.soak_monkey [--touches N] [--seed N] [--minutes N]`.

Random touches and keys on the real screens, drawn off screen, with the session over a whole simulated machine in
virtual time. What a key is and what its head says comes ready made; the wire, the cutting and the money do not. Keys
come and go in the tray. Where only staff can help (closed, out of order, a sign-in begun), a member of staff comes
after a few acts, signs in on the keypad, and opens, refills, recovers or leaves; and a monkey that plays too long
with the first screen or with receipt codes is sent on.

After every act: the screen has not failed; what the terminal has taken is owed for copies in the chute, sale by sale;
no state in which the machine or the money works has stood longer than it may; the wheel turns only while a cut is on.
At the end everybody leaves, and the kiosk must come to rest by itself: every sale delivered and paid or neither, as
many copies in the chute as the journal says, nothing reserved, wheel off. Exit status 1 if anything was otherwise.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from config.settings import load_settings
from kiosk.key.reading import StampReading, Wear
from kiosk.records.journal import BlankStatus, PaymentStatus
from kiosk.rehearsal.ready import PIN, ReadyKeyReader, ReadyScanner, RehearsalAudit, RehearsalStaff, identified
from kiosk.rehearsal.simulated_kiosk import SimulatedKiosk, theatre
from kiosk.session.intents import Recover
from kiosk.session.states import FRONT, State
from simulator.faults.simulated_machine import SimulatedMachine, lay
from simulator.keys.sample_keys import sample_key
from tests.ui.glass import time_passes
from ui.gallery import SIZES, Gallery, sample_store
from ui.presenter import ScreenPresenter

KEYS = ("tab", "up", "enter", "type", "speech", "louder", "repeat", "backspace")
BLANKS = ("KW1", "SC1", "KW5", "SC4", "M1")
LONGEST_S = 900.0
"""Virtual seconds in which everything must have come to rest once everybody has left."""
WORKING = frozenset(
    {State.STARTING, State.SCANNING, State.PAYING, State.LOADING, State.CUTTING, State.CHECKING, State.DELIVERING}
    | {State.CAPTURING, State.SETTLING, State.MEASURING_RETURN}
)
"""States that end by themselves whatever the monkey does; none may stand for `WORK_AT_MOST_S`."""
WORK_AT_MOST_S = 400.0
STAFF_ONLY = frozenset({State.STAFF_LOGIN, State.CLOSED, State.OUT_OF_ORDER})
BACK_ROOM = frozenset({State.STAFF_MENU, State.TECHNICIAN, State.STAFF_APPROVAL})
PATIENCE = 6
"""Acts in a state only staff can end, after which they come."""


class Patient(RehearsalStaff):
    """Staff whose lock-out ends: a monkey types wrong PINs all day."""

    def sign_in(self, number: str, pin: str) -> Any:
        """Check number and PIN; every wrong try is forgotten when a right one comes."""
        if pin == PIN:
            self._wrong = 0
        return super().sign_in(number, pin)


class Mute:
    """A voice nobody hears."""

    available = True
    said = 0

    def say(self, text: str, language: str, volume: int) -> None:
        """Count."""
        self.said += 1

    speaking = False

    def hush(self) -> None:
        """Nothing to stop."""


DEAREST_MINOR = 10_000
"""More than any copy costs here."""


class Monkey:
    """Touches in virtual time; `acts` counts what it did."""

    def __init__(
        self, house: SimulatedKiosk, sim: SimulatedMachine, reader: ReadyKeyReader, seed: int, touches: int
    ) -> None:
        self.house, self.sim, self.reader = house, sim, reader
        self.stood, self.since_s, self.where = 0, 0.0, State.STARTING
        self.left, self.acts, self.states = touches, Counter[str](), Counter[str]()
        self._random = random.Random(seed)
        self._settings_store = sample_store("portrait")
        self.glass = Gallery(SIZES["portrait"][:2])
        self.glass.resize(SIZES["portrait"][:2])
        self.presenter = ScreenPresenter(_Port(house), self._settings_store, Mute(), self._show)
        self.glass.frame._send = self.presenter.send
        house.stage.watchers.append(self._see)

    def _see(self, snapshot: Any) -> None:
        self.presenter.receive(snapshot)

    def _show(self, shown: Any, local: Any) -> None:
        self.glass.frame.show(shown, reach=local.reach)

    def begin(self) -> None:
        """The first touch."""
        self.house.stage.after(1.0, self._act)

    def _act(self) -> None:
        self.left -= 1
        now = self.house.stage.now
        self.states[now.state.value] += 1
        self.stood = self.stood + 1 if now.state is self.where or {now.state, self.where} <= BACK_ROOM else 0
        if now.state is not self.where:
            self.where, self.since_s = now.state, self.sim.clock.now_s()
        self.glass.settle(1)
        # Half a second and more between touches: later than the moment in which a new screen is deaf.
        self.glass.frame._deaf_until_s = 0.0 if self._random.random() < 0.9 else self.glass.frame._deaf_until_s
        chance = self._random.random()
        if self.stood >= PATIENCE and now.state in STAFF_ONLY | BACK_ROOM:
            self._staff_come(now)
        elif self.stood >= PATIENCE and now.state in (State.WELCOME, State.BRING_BACK):
            # Enough of languages and of codes that no receipt bears.
            self._press("start" if now.state is State.WELCOME else "cancel")
            self._press("back")
        elif chance < 0.45:
            self._touch_a_button()
        elif chance < 0.72:
            self._touch(self._random.uniform(0, 1080), self._random.uniform(0, 1920))
        elif chance < 0.98:
            self._key()
        else:
            self._hand()
        self._hands(now.state)
        self._check()
        if self.left > 0:
            self.house.stage.after(self._random.choice((0.1, 0.3, 0.7, 1.5, 4.0, 12.0)), self._act)

    def _check(self) -> None:
        """What must hold after every act."""
        assert not self.presenter.broken, "the screen failed"
        state = self.house.stage.now.state
        stood_s = self.sim.clock.now_s() - self.since_s
        assert state is not self.where or state not in WORKING or stood_s < WORK_AT_MOST_S, f"stuck in {state}"
        last = self.house.stage.ports.journal.last_sales(3)
        for sale in last:
            taken = self.house.terminal.taken_minor(sale.transaction)
            assert taken <= sale.price_each_minor * sale.delivered, f"{taken} taken for {sale.delivered} delivered"
            given = sale.refunded + sum(each.delivered for each in last if each.recut_of == sale.transaction)
            assert given <= sale.delivered, f"{given} made good of {sale.delivered}"
        delivered = self.house.delivered
        assert self.house.terminal.taken_in_all_minor <= DEAREST_MINOR * delivered, "money without a key"
        turning = self.sim.world.wheel.commanded_rpm > 0
        assert not turning or state in (State.CUTTING, State.TECHNICIAN, State.LOADING), f"the wheel turns in {state}"

    def _staff_come(self, now: Any) -> None:
        """Whoever works here puts an end to it, by the same screen."""
        self.acts["staff"] += 1
        self.stood = 0
        match now.state:
            case State.STAFF_LOGIN if self._random.random() < 0.5:
                self._sign_in()
            case State.STAFF_LOGIN | State.TECHNICIAN:
                self._press("cancel")
            case State.STAFF_APPROVAL:
                self._press("deny")
            case State.STAFF_MENU:
                self._press("tab_kiosk")
                self._press("open_kiosk")
                self._press("cancel")
            case State.OUT_OF_ORDER:
                self.house.stage.post(Recover())
            case _:
                self._refill()
                self.house.stage.ports.journal.forget_drift()
                self._press("staff_door")

    def _refill(self) -> None:
        for view in self.house.stage.ports.inventory.slots():
            self.house.stage.ports.inventory.unlock(view.number)
            self.house.stage.ports.inventory.refill(view.number, view.capacity)
            self.sim.world.carousel.stock[view.number] = view.capacity

    def _touch(self, x: float, y: float) -> None:
        from kivy.tests.common import UnitTestTouch

        touch = UnitTestTouch(x, y)
        touch.touch_down()
        self.glass.settle(1)
        touch.touch_up()
        self.acts["touch"] += 1

    def _touch_a_button(self) -> None:
        buttons = self.glass.frame.buttons()
        if buttons:
            button = self._random.choice(buttons)
            button._pressed_at = -10.0
            self._touch(*button.to_window(*button.center))
            if button.action.hold and self._random.random() < 0.3:
                button.dispatch("on_press")
                time_passes(button, 1.01)
                button.dispatch("on_release")

    def _key(self) -> None:
        stage, name = self.glass.frame, self._random.choice(KEYS)
        self.acts["key"] += 1
        if name in ("tab", "up"):
            stage.move_focus(1 if name == "tab" else -1)
        elif name == "enter" and stage.focused is not None:
            stage.focused.key_down()
            if stage.focused is not None:
                stage.focused.key_up()
        elif name == "type" and any(b.action.id == "enter" for b in stage.buttons()):
            from ui.present.local import Typed

            self.presenter.send(Typed(self._random.choice("0123456789")))
        elif name == "speech":
            from ui.present.local import ToggleSpeech

            self.presenter.send(ToggleSpeech())

    def _press(self, identity: str) -> None:
        button = next((b for b in self.glass.frame.buttons() if b.action.id == identity), None)
        if button is not None:
            button._pressed_at = -10.0
            button.act()

    def _sign_in(self) -> None:
        for number in (self._random.choice(("1001", "2001", "3001")), PIN):
            while self.presenter.local.typed:
                self._press("erase")
            for digit in number:
                self._press(f"digit_{digit}")
            self._press("enter")
        self.acts["sign in"] += 1

    def _hands(self, state: State) -> None:
        """What hands do that are no touch of the glass."""
        draw = self._random
        if state in (State.PLACE_KEY, State.TRY_AGAIN, State.LAY_ORIGINAL, State.LAY_COPY) and draw.random() < 0.5:
            if self.sim.tray.key is None:
                seed = draw.randrange(2**31)
                wear = draw.choice((Wear.NEW, Wear.NEW, Wear.WORN))
                told = identified(self.sim.catalogue, draw.choice(BLANKS), seed, wear=wear)
                head = StampReading(seen=True, phrases=draw.choice(((), (), (), ("do_not_duplicate",))))
                self.reader.next_key([told], head)
                lay(self.sim, sample_key("kwikset-new", self.sim.catalogue, seed))
        elif state is State.TAKE_KEY_BACK and draw.random() < 0.6:
            self._hand()

    def _hand(self) -> None:
        if self.sim.tray.key is not None:
            self.sim.tray.take()


class _Port:
    """The session as the screen sees it."""

    def __init__(self, house: SimulatedKiosk) -> None:
        self._house = house

    def subscribe(self, listener: Any) -> None:
        """The theatre's watchers do it."""

    def post(self, intent: Any, /) -> None:
        """A wish."""
        self._house.stage.post(intent)

    def stop_now(self) -> None:
        """The screen failed."""
        self._house.stage.controller.stop_now()


def wrong_at_the_end(house: SimulatedKiosk) -> list[str]:
    """Everything that is not as it must be once all have left."""
    journal, found = house.stage.ports.journal, []
    if house.stage.now.state not in FRONT:
        found.append(f"stuck in {house.stage.now.state}")
    sales = journal.last_sales(1_000_000)
    for sale in sales:
        taken = house.terminal.taken_minor(sale.transaction)
        owed = 0 if sale.money is PaymentStatus.DECLINED else sale.kept_minor
        if taken > owed or (sale.closed and sale.metal is BlankStatus.NONE and taken != owed):
            found.append(f"sale {sale.transaction}: {taken} taken for {sale.delivered} delivered")
    delivered = sum(sale.delivered for sale in sales)
    if delivered != house.delivered:
        found.append(f"the journal says {delivered} delivered, the chute holds {house.delivered}")
    if house.terminal.reserved:
        found.append("money is left reserved")
    if house.sim.world.wheel.commanded_rpm:
        found.append("the wheel turns")
    incidents = house.sim.world.incidents
    if incidents.cut_loose:
        found.append("cut with the clamp open")
    return found


def main() -> int:
    """Let it loose."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--touches", type=int, default=20_000, help="touches and keys")
    parser.add_argument("--seed", type=int, default=1, help="draws everything the monkey does")
    parser.add_argument("--minutes", type=float, default=0.0, help="end after so long, however many acts are done")
    asked = parser.parse_args()
    if asked.touches < 1:
        parser.error("--touches must be at least 1")
    logging.disable(logging.CRITICAL)
    settings = load_settings(environment={})
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        sim = SimulatedMachine(settings.machine, settings.catalogue, asked.seed, baud=None)
        # Shoppers take their copies out of the chute; all of them are counted here.
        sim.world.carousel.chute_holds = asked.touches
        reader = ReadyKeyReader(sim, settings.machine.check)
        with theatre(
            settings,
            Path(folder),
            sim=sim,
            reader=reader,
            scanner=ReadyScanner(sim),
            staff=Patient(),
            audit=RehearsalAudit(),
        ) as house:
            monkey = Monkey(house, sim, reader, asked.seed, asked.touches)
            house.stage.begin()
            house.stage.run_to(State.WELCOME, limit_s=600)
            monkey.begin()
            shown_s = time.perf_counter()
            while monkey.left > 0:
                house.stage.turn()
                if time.perf_counter() - shown_s > 20:
                    shown_s = time.perf_counter()
                    print(f"{asked.touches - monkey.left} acts, {house.delivered} copies", flush=True)
                if asked.minutes and time.perf_counter() - began_s > 60 * asked.minutes:
                    break
            acts = asked.touches - monkey.left
            monkey.left = 0
            end_s = sim.clock.now_s() + LONGEST_S
            while sim.clock.now_s() < end_s and house.stage.turn():
                if house.stage.now.state is State.TAKE_KEY_BACK and sim.tray.key is not None:
                    sim.tray.take()
            found = wrong_at_the_end(house)
            sales = house.stage.ports.journal.last_sales(1_000_000)
            money = Counter(sale.money.value for sale in sales)
            print(
                f"seed {asked.seed}: {acts} acts ({dict(monkey.acts)}) in {time.perf_counter() - began_s:.0f} s, "
                f"{len(monkey.states)} screens visited, {len(sales)} sales ({dict(money)}), {house.delivered} copies "
                f"delivered; rests in {house.stage.now.state}; {found or 'nothing wrong'}"
            )
            share = {name: f"{100 * count / acts:.1f} %" for name, count in monkey.states.most_common()}
            print(share)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
