"""Never cut what must not be cut: a landlord's letter lifts the wish on their own keys, once, and nothing else.

Who would break it: a tenant who copies a code from a neighbour's letter, keeps one for later, types it at another kiosk
or twice; one who makes a letter themselves; a shopper with a postal key and a landlord's letter; a clerk who sets the
clock back to use a letter found in the bin; somebody who pulls the plug and tries it again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from config.letters import Letters
from config.problems import BadInput
from config.settings import Settings
from hardware.clock import SystemClock
from kiosk.command_line import app
from kiosk.key.reading import StampReading
from kiosk.policy.letter import Letter, LetterProblem, letter_code
from kiosk.session.intents import Cancel, Confirm, Done, EnterLetter, SetQuantity, Start
from kiosk.session.snapshot import Snapshot
from kiosk.session.states import State
from simulator.terminals.card import TerminalFault
from tests.session.parts import SETTINGS, Shop, identified, shop
from tests.session.test_selling import to_offer
from ui.gallery import sample_store
from ui.present.local import Local, LocalAct, after
from ui.present.present import present
from ui.present.shown import OfferDetail

DND = StampReading(seen=True, phrases=("do_not_duplicate",))
LANDLORD = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = base64.b64encode(LANDLORD.public_key().public_bytes_raw()).decode()
DAY = date(2026, 6, 1)
LETTER = Letter("CORNER-1", "KW1", 1, DAY, 7)


def of_landlord(owners: bool = True) -> Settings:
    letters = Letters(kiosk="CORNER-1", owners={"Hillside": PUBLIC} if owners else {})
    return replace(SETTINGS, store=SETTINGS.store.model_copy(update={"letters": letters}))


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path, of_landlord()) as kiosk:
        kiosk.reader.head = DND
        yield kiosk


def refused(kiosk: Shop) -> Snapshot:
    """A marked key is laid, and refused."""
    if not kiosk.stage.path:
        to_offer(kiosk)
    else:
        kiosk.stage.run_to(State.WELCOME)
        kiosk.stage.post(Start())
        kiosk.scanner.key_in_tray = True
    return kiosk.stage.run_to(State.REFUSED)


def enters(kiosk: Shop, letter: Letter, key: Ed25519PrivateKey = LANDLORD) -> LetterProblem | None:
    """Types a letter; why it was not taken, or None: an offer is on the screen."""
    before = len(kiosk.audit.records)
    kiosk.stage.post(EnterLetter(letter_code(letter, key)))
    kiosk.stage.run_until(lambda now: any(kind.startswith("letter_") for kind in kiosk.audit.kinds[before:]))
    while kiosk.stage.controller.step():
        pass
    return kiosk.stage.now.letter_problem


def offer_notices(kiosk: Shop) -> dict[str, str]:
    """What the offer says of the mark, by language."""
    said = {}
    for language in ("en", "es", "fr"):
        detail = present(replace(kiosk.stage.now, language=language), Local(), sample_store("portrait")).detail
        assert isinstance(detail, OfferDetail)
        (said[language],) = detail.notices
    return said


def sold(kiosk: Shop) -> int:
    kiosk.stage.post(Confirm())
    kiosk.stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.key_in_tray = False
    receipt = kiosk.stage.run_to(State.THANK_YOU).receipt
    kiosk.stage.post(Done())
    kiosk.stage.run_to(State.WELCOME)
    assert receipt is not None
    return receipt.copies


def test_a_letter_typed_on_the_glass_key_by_key_makes_the_copies_it_says_and_is_on_record(kiosk: Shop) -> None:
    code = letter_code(replace(LETTER, copies=2), LANDLORD).replace(" ", "")
    refused(kiosk)
    local, store = Local(), sample_store("portrait")

    def press(name: str) -> None:
        nonlocal local
        shown = present(kiosk.stage.now, local, store)
        keys = getattr(shown.detail, "keys", ())
        does = next(each.does for each in (*keys, *shown.actions) if each.id == name)
        assert isinstance(does, LocalAct)
        local, intent = after(local, does, kiosk.stage.now.state)
        if intent is not None:
            kiosk.stage.post(intent)

    press("letter")
    for character in code:
        press(f"key_{character}")
    press("enter")
    offer = kiosk.stage.run_to(State.OFFER).offer
    assert offer is not None
    assert offer.quantity == 2
    assert offer_notices(kiosk) == {
        "en": "The letter allows 2 copies, no other number.",
        "es": "La carta permite 2 copias, no otro número.",
        "fr": "La lettre autorise 2 copies, pas un autre nombre.",
    }
    assert sold(kiosk) == 2
    assert ("letter_taken", "Hillside", 2) in [
        (kind, facts.get("owner"), facts.get("quantity")) for kind, facts in kiosk.audit.records
    ]
    assert not any(code[:40] in str(facts) for _, facts in kiosk.audit.records)


def test_a_letter_is_good_once_also_after_the_plug_was_pulled(kiosk: Shop, tmp_path: Path) -> None:
    refused(kiosk)
    assert enters(kiosk, LETTER) is None
    kiosk.stage.post(Cancel())
    refused(kiosk)
    assert enters(kiosk, LETTER) is LetterProblem.USED
    with shop(tmp_path, of_landlord(), before=kiosk) as again:
        refused(again)
        assert enters(again, LETTER) is LetterProblem.USED
        assert enters(again, replace(LETTER, serial=8)) is None


@pytest.mark.parametrize(
    ("letter", "key", "expected"),
    [
        (replace(LETTER, kiosk="CORNER-2"), LANDLORD, LetterProblem.OTHER_KIOSK),
        (replace(LETTER, blank="SC1"), LANDLORD, LetterProblem.OTHER_BLANK),
        (replace(LETTER, day=DAY + timedelta(days=1)), LANDLORD, LetterProblem.OTHER_DAY),
        (replace(LETTER, day=DAY - timedelta(days=1)), LANDLORD, LetterProblem.OTHER_DAY),
        (LETTER, Ed25519PrivateKey.generate(), LetterProblem.NOT_SIGNED),
        (replace(LETTER, copies=6), LANDLORD, LetterProblem.TOO_MANY),
    ],
)
def test_whatever_is_wrong_with_a_letter_is_said_and_uses_nothing_up(
    kiosk: Shop, letter: Letter, key: Ed25519PrivateKey, expected: LetterProblem
) -> None:
    refused(kiosk)
    assert enters(kiosk, letter, key) is expected
    assert ("letter_refused", expected.value) in [(kind, facts.get("reason")) for kind, facts in kiosk.audit.records]
    shown = present(kiosk.stage.now, Local(tab="letter"), sample_store("portrait"))
    assert getattr(shown.detail, "message", "")
    assert enters(kiosk, LETTER) is None


def test_a_clock_set_back_to_the_day_of_an_old_letter_takes_none(kiosk: Shop) -> None:
    kiosk.clock.set_by_s = 3 * 86_400.0
    refused(kiosk)
    assert enters(kiosk, replace(LETTER, day=DAY + timedelta(days=3), serial=1)) is None
    sold(kiosk)
    kiosk.clock.set_by_s = 0.0
    refused(kiosk)
    assert enters(kiosk, LETTER) is LetterProblem.CLOCK


@pytest.mark.parametrize(
    "head",
    [
        StampReading(seen=True, phrases=("do_not_duplicate", "us_government")),
        StampReading(seen=True, phrases=("do_not_duplicate", "no_rule_knows_this")),
        StampReading(seen=True, phrases=("do_not_duplicate",), illegible=True),
        StampReading(seen=False, phrases=("do_not_duplicate",)),
    ],
)
def test_beside_another_mark_or_unread_writing_no_letter_is_even_asked_for(kiosk: Shop, head: StampReading) -> None:
    kiosk.reader.head = head
    seen = refused(kiosk)
    assert seen.refusal is not None
    assert not seen.refusal.takes_letter
    assert "letter" not in [action.id for action in present(seen, Local(), sample_store("portrait")).actions]
    kiosk.stage.post(EnterLetter(letter_code(LETTER, LANDLORD)))
    while kiosk.stage.controller.step():
        pass
    assert kiosk.stage.now.state is State.REFUSED
    assert "letter_taken" not in kiosk.audit.kinds


def test_as_shipped_no_kiosk_takes_letters(tmp_path: Path) -> None:
    with shop(tmp_path, of_landlord(owners=False)) as kiosk:
        kiosk.reader.head = DND
        seen = refused(kiosk)
        assert seen.refusal is not None
        assert not seen.refusal.takes_letter
        kiosk.stage.post(EnterLetter(letter_code(LETTER, LANDLORD)))
        while kiosk.stage.controller.step():
            pass
        assert kiosk.stage.now.state is State.REFUSED


def test_more_copies_than_the_letter_says_are_asked_about_again_and_another_key_too(kiosk: Shop) -> None:
    refused(kiosk)
    assert enters(kiosk, LETTER) is None
    kiosk.stage.post(SetQuantity(2))
    kiosk.stage.post(Confirm())
    assert kiosk.stage.run_to(State.REFUSED, State.TAKE_KEY_BACK).state is State.REFUSED
    kiosk.stage.post(Done())
    kiosk.reader.identifications = [identified(bitting="55555")]
    refused(kiosk)
    assert enters(kiosk, LETTER) is LetterProblem.USED


def test_a_card_that_was_declined_costs_nobody_the_letter(kiosk: Shop) -> None:
    refused(kiosk)
    assert enters(kiosk, LETTER) is None
    kiosk.terminal.will("authorise", TerminalFault.DECLINE)
    kiosk.stage.post(Confirm())
    kiosk.stage.run_until(lambda now: now.offer is not None and now.offer.declined)
    assert sold(kiosk) == 1


def test_a_landlord_makes_key_and_letter_on_their_own_computer(
    kiosk: Shop, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "utc", lambda _clock: datetime(2026, 6, 1, 12, tzinfo=UTC))
    run = CliRunner()
    own = tmp_path_factory.mktemp("landlord")
    file, picture = own / "landlord.key", own / "letter.svg"
    shown = run.invoke(app, ["letter", "show", "--key", str(file)])
    assert shown.exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert run.invoke(app, ["letter", "show", "--key", str(file)]).output == shown.output
    public = shown.output.splitlines()[0].removeprefix("public key: ")
    arguments = [
        "--key",
        str(file),
        "--kiosk",
        "CORNER-1",
        "--blank",
        "KW1",
        "--day",
        "2026-06-01",
        "--qr",
        str(picture),
    ]
    made = run.invoke(app, ["letter", "make", *arguments])
    assert made.exit_code == 0
    assert picture.read_text().startswith("<?xml")
    letters = Letters(kiosk="CORNER-1", owners={"Hillside": public})
    store = kiosk.stage.ports.store.model_copy(update={"letters": letters})
    kiosk.stage.controller.context.next_store = store
    kiosk.stage.controller.context.take_changes()
    refused(kiosk)
    kiosk.stage.post(EnterLetter(made.output.strip()))
    kiosk.stage.run_to(State.OFFER)


@pytest.mark.parametrize(
    ("blank", "day", "said"),
    [
        ("ZZ", "", "--blank: 'ZZ' is not in the catalogue"),
        ("MEDECO", "", "'MEDECO' is restricted"),
        ("BEST-A", "", "is a keyway; its blanks: BEST-A-6, BEST-A-7"),
        ("KW1", "2026-05-31", "--day: 2026-05-31 has passed"),
        ("KW1", "2101-01-01", "no day a kiosk would know"),
    ],
)
def test_a_letter_that_no_kiosk_would_take_is_not_written(
    blank: str, day: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "utc", lambda _clock: datetime(2026, 6, 1, 12, tzinfo=UTC))
    key, picture = tmp_path / "l.key", tmp_path / "l.svg"
    CliRunner().invoke(app, ["letter", "show", "--key", str(key)])
    words = ["letter", "make", "--key", str(key), "--kiosk", "C", "--blank", blank, "--qr", str(picture)]
    answer = CliRunner().invoke(app, [*words, *(["--day", day] if day else [])])
    assert isinstance(answer.exception, BadInput)
    assert said in str(answer.exception)
    assert "\n" not in str(answer.exception)
    assert not picture.exists()
