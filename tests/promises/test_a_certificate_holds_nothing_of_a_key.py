"""A certificate holds nothing of a key: it alone of all that is known of a copy leaves the shop with a stranger.

Who would break it: whoever finds, photographs or buys a certificate, and wants to cut the key from it. How: they take
certificates of keys they know, and look for whatever in them depends on the cuts.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.key.reading import Cut, Identification, Wear
from kiosk.key.spellings import Quarry, hunt_texts
from kiosk.records.certificate import kept_key, verified
from kiosk.session.intents import ChooseRepair, Confirm, SetQuantity, Start
from kiosk.session.states import State
from tests.session.parts import SETTINGS, Shop, identified, shop

KEYS = ("35244", "12345", "63321", "42515")
WORN_MM = 0.113


def worn(bitting: str, cut: int) -> Identification:
    """One cut of it has lost metal."""
    key = identified(bitting=bitting)
    cuts = list(key.cuts)
    was = cuts[cut]
    cuts[cut] = Cut(was.code, was.measured_mm - WORN_MM, -WORN_MM, 0.6)
    return replace(key, cuts=tuple(cuts), wear=Wear.WORN)


def bought(folder: Path, key: Identification, *, restore: bool = True, copies: int = 1) -> tuple[str, ...]:
    """The certificates of copies of a key, as the shopper gets them."""
    folder.mkdir()
    with shop(folder) as kiosk:
        kiosk.reader.identifications = [key]
        _buy(kiosk, key, restore=restore, copies=copies)
        thanks = kiosk.stage.run_to(State.THANK_YOU)
        assert thanks.receipt is not None
        return thanks.receipt.certificates


def _buy(kiosk: Shop, key: Identification, *, restore: bool, copies: int) -> None:
    stage = kiosk.stage
    stage.begin()
    stage.run_to(State.WELCOME)
    stage.post(Start())
    stage.run_to(State.PLACE_KEY)
    kiosk.scanner.key_in_tray = True
    if key.wear is Wear.WORN:
        stage.run_to(State.WORN)
        stage.post(ChooseRepair(restore=restore))
    stage.run_to(State.OFFER)
    stage.post(SetQuantity(copies))
    stage.post(Confirm())
    stage.run_to(State.TAKE_KEY_BACK)
    kiosk.scanner.key_in_tray = False


def said(certificate: str) -> list[str]:
    """Its lines but for what is drawn by chance: the sale's number, and the signature of all the rest."""
    return [line for line in certificate.split("\n") if not line.startswith(("sale: ", "signature: "))]


@pytest.mark.parametrize("cut", [0, 3])
def test_certificates_of_different_keys_that_were_made_alike_are_the_same(tmp_path: Path, cut: int) -> None:
    texts = [said(bought(tmp_path / bitting, worn(bitting, cut))[0]) for bitting in KEYS]
    assert texts == [texts[0]] * len(KEYS)


def test_which_cut_was_worn_is_not_in_it(tmp_path: Path) -> None:
    texts = [said(bought(tmp_path / str(cut), worn(KEYS[0], cut))[0]) for cut in range(5)]
    assert texts == [texts[0]] * 5


@pytest.mark.parametrize("bitting", KEYS)
def test_no_spelling_of_the_key_is_in_it(tmp_path: Path, bitting: str) -> None:
    spec = SETTINGS.catalogue.keyway_of["KW1"].spec
    assert spec is not None
    texts = bought(tmp_path / "worn", worn(bitting, 2), restore=False, copies=2)
    assert len(texts) == 2
    assert hunt_texts(Quarry(tuple(bitting), spec), texts, "certificate") == []
    # Of a number of five figures nothing is left where none stands: not even by chance in the signature.
    assert not any(bitting in text or bitting[::-1] in text for text in texts)


def test_it_says_how_the_copy_was_made_and_the_kiosk_signed_it(tmp_path: Path) -> None:
    texts = bought(tmp_path / "data", worn(KEYS[0], 1), copies=2)
    key = kept_key(tmp_path / "data" / "seal")
    assert key is not None
    one, two = (verified(text, key.public_key()) for text in texts)
    assert (one.copy, two.copy, one.copies) == (1, 2, 2)
    assert (one.worst_mm, one.allowed_mm, one.worn_mm, one.restored) == (0.01, 0.05, 0.11, True)
    assert (one.blank, one.kiosk, one.claim, one.simulated) == ("KW1", SETTINGS.store.name, "open", True)


def test_a_key_like_new_is_said_to_have_lost_nothing(tmp_path: Path) -> None:
    # Noise of the reading is no wear, and would be a figure of this very key.
    key = identified()
    cuts = tuple(replace(cut, residual_mm=-0.013) for cut in key.cuts)
    (text,) = bought(tmp_path / "data", replace(key, cuts=cuts))
    assert "wear of the key: 0.00 mm" in text
