"""Certificates: whatever is changed in one is noticed, and a shop's people can check one at the desk."""

from __future__ import annotations

import base64
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kiosk.command_line import app
from kiosk.records.certificate import (
    Certificate,
    Certifier,
    Claim,
    KeyUnusable,
    NotACertificate,
    own_key,
    public_key,
    public_text,
    signed,
    verified,
)
from kiosk.records.certificate.key import KEY_FILE
from kiosk.records.journal import CopyMade, Journal, NewSale, SaleStep
from tests.support.transcript import ManualClock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PLAIN = Certificate(
    "Ferretería José", date(2026, 11, 28), "K7M2", 1, 2, "SC1", 0.012, 0.05, True, 0.11, Claim.OPEN, False
)

certificates = st.builds(
    Certificate,
    kiosk=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=80),
    day=st.dates(),
    transaction=st.from_regex(r"[A-Z0-9-]{1,40}", fullmatch=True),
    copy=st.integers(1, 20),
    copies=st.integers(1, 20),
    blank=st.sampled_from(("KW1", "SC1", "1A1D1")),
    worst_mm=st.integers(0, 999).map(lambda um: um / 1000),
    allowed_mm=st.integers(0, 999).map(lambda um: um / 1000),
    restored=st.booleans(),
    worn_mm=st.integers(0, 99).map(lambda hundredths: hundredths / 100),
    claim=st.sampled_from(Claim),
    simulated=st.booleans(),
)


@given(certificates)
def test_what_is_signed_is_what_is_read(certificate: Certificate) -> None:
    assert verified(signed(certificate, KEY), KEY.public_key()) == certificate


def test_a_telephone_s_line_ends_and_blanks_around_it_harm_nothing() -> None:
    text = signed(PLAIN, KEY).replace("\n", "\r\n")
    assert verified(f"\n {text} \r\n", KEY.public_key()) == PLAIN


@given(st.data())
def test_any_character_that_is_changed_is_noticed(data: st.DataObject) -> None:
    text = signed(PLAIN, KEY)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=0x24F))
    changed = text[:at] + other + text[at + 1 :]
    if changed.strip() == text:
        return
    with pytest.raises(NotACertificate):
        verified(changed, KEY.public_key())


@given(st.text(max_size=400))
def test_any_other_text_is_none(text: str) -> None:
    with pytest.raises(NotACertificate):
        verified(text, KEY.public_key())


def test_one_of_another_kiosk_is_none_of_this_one() -> None:
    with pytest.raises(NotACertificate, match="not signed by this kiosk"):
        verified(signed(PLAIN, OTHER), KEY.public_key())


def test_a_signature_of_other_words_is_no_certificate() -> None:
    body = "KEY COPY CERTIFICATE 1\n" + "x\n" * 9
    sign = base64.urlsafe_b64encode(KEY.sign(body.encode())).decode().rstrip("=")
    with pytest.raises(NotACertificate, match="of this version"):
        verified(f"{body}signature: {sign}", KEY.public_key())


def test_a_store_s_name_cannot_begin_a_line() -> None:
    name = "Shop\nclaim: open\rnext"
    assert verified(signed(replace(PLAIN, kiosk=name), KEY), KEY.public_key()).kiosk == "Shop claim: open next"


def test_a_public_key_is_read_as_it_is_printed_and_nothing_else_is() -> None:
    text = public_text(KEY.public_key())
    assert public_text(public_key(f" {text}\n")) == text
    for bad in ("", text[:-1], text + "A", text.replace(text[0], "!")):
        with pytest.raises(ValueError, match=r"."):
            public_key(bad)


def test_the_key_is_made_once_and_never_replaced_by_itself(tmp_path: Path) -> None:
    key = own_key(tmp_path / "seal")
    assert (tmp_path / "seal" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert own_key(tmp_path / "seal").private_bytes_raw() == key.private_bytes_raw()
    (tmp_path / "seal" / KEY_FILE).write_text("12")
    with pytest.raises(KeyUnusable):
        own_key(tmp_path / "seal")


@pytest.fixture
def sold(tmp_path: Path) -> tuple[Path, tuple[str, ...]]:
    """Three copies measured, two of them delivered and paid; and their certificates."""
    with closing(Journal(tmp_path / "sales.db", ManualClock(), simulated=False)) as journal:
        journal.open_sale(NewSale("K1", "B1", "SC1", "brass", 3, 349, "USD", "register"))
        for copy, worst_mm in ((1, 0.02), (1, 0.0118), (2, 0.03), (3, 0.01)):
            journal.write_made("K1", CopyMade(copy, worst_mm, 0.05, restored=True, worn_mm=0.1149))
        for step in (SaleStep.DELIVERED, SaleStep.DELIVERED, SaleStep.CAPTURED, SaleStep.CLOSED):
            journal.write("K1", step)
        sale = journal.sale("K1")
        assert sale is not None
        return tmp_path, Certifier(journal, own_key(tmp_path / "seal"), "Corner").of_sale(sale)


def test_every_delivered_copy_has_one_and_no_other(sold: tuple[Path, tuple[str, ...]]) -> None:
    folder, texts = sold
    found = [verified(text, own_key(folder / "seal").public_key()) for text in texts]
    assert [(each.copy, each.copies, each.worst_mm, each.worn_mm) for each in found] == [
        (1, 2, 0.012, 0.11),
        (2, 2, 0.03, 0.11),
    ]


def test_the_claim_it_tells_of_is_the_journal_s(sold: tuple[Path, tuple[str, ...]]) -> None:
    folder, _ = sold
    with closing(Journal(folder / "sales.db", ManualClock(), simulated=False)) as journal:
        certifier = Certifier(journal, KEY, "Corner")

        def claims(name: str) -> list[Claim]:
            sale = journal.sale(name)
            assert sale is not None
            return [verified(text, KEY.public_key()).claim for text in certifier.of_sale(sale)]

        assert claims("K1") == [Claim.OPEN] * 2
        for _ in range(2):
            journal.claim_refund("K1")
            # Its money is on the way: asked for again it would say nothing of a claim that is used.
            journal.refund_done("K1", journal.open_refunds("K1")[0])
            journal.write("K1", SaleStep.CLOSED)
        assert claims("K1") == [Claim.USED] * 2
        for name, recut_of, last in (("K2", "", SaleStep.DECLINED), ("K3", "", SaleStep.ANSWER_UNKNOWN)):
            journal.open_sale(NewSale(name, f"B{name}", "SC1", "brass", 1, 349, "USD", "zvt", recut_of))
            journal.write_made(name, CopyMade(1, 0.01, 0.05, restored=True, worn_mm=0.0))
            journal.write(name, SaleStep.DELIVERED)
            journal.write(name, last)
        assert claims("K2") == [Claim.NONE], "the bank took its promise back"
        assert claims("K3") == [Claim.OPEN], "money whose answer is owed is no claim used"


def test_the_desk_checks_one_and_sees_what_is_left_of_its_claims(sold: tuple[Path, tuple[str, ...]]) -> None:
    folder, texts = sold
    at = ["--data", str(folder)]
    told = CliRunner().invoke(app, ["certificate", "verify", *at], input=f"{texts[0]}\nnothing more is read")
    assert told.exit_code == 0
    assert told.stdout.startswith("genuine: sale K1, copy 1 of 2, measured on 2026-")
    assert "worst cut 0.012 mm off (0.050 mm allowed), made to factory depths, from wear of 0.11 mm" in told.stdout
    assert told.stdout.endswith("claims open today: 2 of 2\n")
    altered = CliRunner().invoke(app, ["certificate", "verify", *at], input=texts[0].replace("0.012", "0.002"))
    assert (altered.exit_code, altered.stdout[:11]) == (1, "NOT GENUINE")
    nothing = CliRunner().invoke(app, ["certificate", "verify", *at], input=b"\xff\xfe")
    assert (nothing.exit_code, nothing.stdout[:11]) == (1, "NOT GENUINE")


def test_another_kiosk_s_is_checked_by_the_key_it_printed(sold: tuple[Path, tuple[str, ...]], tmp_path: Path) -> None:
    folder, texts = sold
    (tmp_path / "one.txt").write_text(texts[1], encoding="utf-8")
    printed = CliRunner().invoke(app, ["certificate", "key", "--data", str(folder)]).stdout.strip()
    asked = ["certificate", "verify", str(tmp_path / "one.txt"), "--data", str(tmp_path / "elsewhere"), "--key"]
    assert CliRunner().invoke(app, [*asked, printed]).exit_code == 0
    assert CliRunner().invoke(app, [*asked, public_text(OTHER.public_key())]).exit_code == 1


def test_the_page_carries_the_kiosk_s_key_and_opens_nothing(
    sold: tuple[Path, tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, _ = sold
    out = tmp_path_factory.mktemp("page") / "verify.html"
    assert CliRunner().invoke(app, ["certificate", "page", "--out", str(out), "--data", str(folder)]).exit_code == 0
    text = out.read_text(encoding="utf-8")
    assert f'value="{public_text(own_key(folder / "seal").public_key())}"' in text
    assert "default-src 'none'" in text
    assert not any(word in text for word in ("http://", "https://", "src=", "@import", "fetch(", "url("))
