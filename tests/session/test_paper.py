"""A receipt on paper: whoever wants one knows before paying whether there is any, and money never waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from config.store import PaperReceipt
from config.till import CodeKind, Till
from hardware.payment.register import RegisterPayment
from hardware.ports import PrinterStatus
from hardware.slip import Bars, Qr, Row
from kiosk.compose import Devices, build_ports
from kiosk.rehearsal.virtual_time import VirtualKiosk
from kiosk.session.intents import Confirm, Credentials, Done, PrintReceipt, SetLanguage, StaffKey
from kiosk.session.snapshot import CheckResult, PaperState, Receipt, Snapshot
from kiosk.session.states import State
from tests.session.parts import SETTINGS, FakeStaff, Shop, shop
from tests.session.test_selling import buy, to_offer
from tests.support.words import load_words
from ui.present.local import Local
from ui.present.present import present
from ui.present.printed import slip_of
from ui.present.samples import FEWER, RECEIPT
from ui.present.shown import ReceiptDetail

READY, OUT = PrinterStatus.READY, PrinterStatus.PAPER_OUT


@dataclass
class FakePaper:
    """Says what it was told to say, the last for ever; keeps what was printed."""

    says: list[PrinterStatus | None]
    printed: list[tuple[Receipt, CheckResult | None, str]] = field(default_factory=list)

    def status(self) -> PrinterStatus | None:
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]

    def print(self, receipt: Receipt, check: CheckResult | None, language: str) -> PrinterStatus:
        self.printed.append((receipt, check, language))
        said = self.status()
        assert said is not None
        return said


@contextmanager
def with_paper(folder: Path, paper: FakePaper, when: PaperReceipt) -> Iterator[Shop]:
    store = SETTINGS.store.model_copy(update={"paper_receipt": when})
    settings = replace(SETTINGS, store=store)
    with shop(folder, settings) as made, ExitStack() as closing:
        devices = Devices(made.cutter, made.scanner, made.terminal, made.clock, simulated=True, first_count=None)
        (folder / "paper").mkdir()
        ports = build_ports(
            settings,
            devices,
            folder / "paper",
            closing,
            reader=made.reader,
            staff=FakeStaff(),
            audit=made.audit,
            paper=paper,
        )
        yield replace(made, stage=VirtualKiosk(ports))


def notices(snapshot: Snapshot) -> str:
    detail = present(snapshot, Local(), SETTINGS.store).detail
    return " ".join(detail.notices)


@pytest.mark.parametrize("status", [status for status in PrinterStatus if not status.prints])
def test_a_printer_that_cannot_print_is_told_before_the_sale(tmp_path: Path, status: PrinterStatus) -> None:
    with with_paper(tmp_path, FakePaper([status]), PaperReceipt.ASKED) as kiosk:
        to_offer(kiosk)
        seen = kiosk.stage.run_until(lambda now: now.paper is PaperState.MISSING)
        assert seen.state is State.OFFER
        assert "No paper receipt now" in notices(seen)


def test_where_it_can_nothing_is_said_and_it_prints_once_when_asked(tmp_path: Path) -> None:
    paper = FakePaper([READY])
    with with_paper(tmp_path, paper, PaperReceipt.ASKED) as kiosk:
        to_offer(kiosk)
        assert "paper" not in notices(kiosk.stage.run_until(lambda now: now.paper is PaperState.OFFERED))
        kiosk.stage.post(Confirm())
        kiosk.stage.run_to(State.TAKE_KEY_BACK)
        kiosk.scanner.key_in_tray = False
        thanks = kiosk.stage.run_to(State.THANK_YOU)
        assert paper.printed == []
        assert "print" in [action.id for action in present(thanks, Local(), SETTINGS.store).actions]
        kiosk.stage.post(SetLanguage("fr"))
        for _ in range(3):
            kiosk.stage.post(PrintReceipt())
        done = kiosk.stage.run_until(lambda now: now.paper is PaperState.PRINTED)
        assert [(receipt, language) for receipt, _, language in paper.printed] == [(thanks.receipt, "fr")]
        assert "print" not in [action.id for action in present(done, Local(), SETTINGS.store).actions]


def test_where_the_store_prints_always_nobody_need_ask(tmp_path: Path) -> None:
    paper = FakePaper([READY])
    with with_paper(tmp_path, paper, PaperReceipt.ALWAYS) as kiosk:
        buy(kiosk)
        kiosk.stage.run_until(lambda now: now.paper is PaperState.PRINTED)
        assert len(paper.printed) == 1
        check = paper.printed[0][1]
        assert check is not None
        assert check.passed


@pytest.mark.parametrize("when", [PaperReceipt.NEVER, PaperReceipt.ALWAYS])
def test_where_there_is_none_the_wish_does_nothing(tmp_path: Path, when: PaperReceipt) -> None:
    paper = FakePaper([None if when is PaperReceipt.ALWAYS else READY])
    with with_paper(tmp_path, paper, when) as kiosk:
        buy(kiosk)
        kiosk.stage.run_to(State.THANK_YOU)
        kiosk.stage.post(PrintReceipt())
        kiosk.stage.post(Done())
        kiosk.stage.run_to(State.WELCOME)
        assert paper.printed == []


def test_a_roll_that_ended_on_the_way_is_told_and_the_sale_is_as_it_was(tmp_path: Path) -> None:
    with with_paper(tmp_path, FakePaper([READY, OUT]), PaperReceipt.ALWAYS) as kiosk:
        buy(kiosk)
        failed = kiosk.stage.run_until(lambda now: now.paper is PaperState.FAILED)
        assert failed.receipt is not None
        assert failed.receipt.status == "paid"
        assert "did not print all" in present(failed, Local(), SETTINGS.store).text


def test_staff_are_told_what_the_printer_needs(tmp_path: Path) -> None:
    with with_paper(tmp_path, FakePaper([OUT]), PaperReceipt.ASKED) as kiosk:
        buy(kiosk)
        kiosk.stage.run_to(State.THANK_YOU)
        kiosk.stage.post(Done())
        kiosk.stage.run_to(State.WELCOME)
        kiosk.stage.post(StaffKey())
        kiosk.stage.post(Credentials("1001", "190283"))
        menu = kiosk.stage.run_to(State.STAFF_MENU)
        lines = present(menu, Local(tab="kiosk"), SETTINGS.store).detail.lines
        assert ("Receipt printer", "no paper") in [(line.label, line.value) for line in lines]


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_a_slip_holds_the_statement_the_code_and_every_certificate(language: str) -> None:
    words = load_words(language, "US")
    for receipt, copies in ((RECEIPT, 2), (FEWER, 1)):
        slip = slip_of(words, SETTINGS.store, receipt, CheckResult(True, 0.021, 0.05), simulated=True)
        assert [part.text for part in slip if isinstance(part, Qr)] == [*receipt.certificates]
        assert len(receipt.certificates) == copies
        rows = [f"{part.label} {part.value}" for part in slip if isinstance(part, Row)]
        assert any(receipt.bring_back_code in row for row in rows)
        assert any(words("statement.released") in row for row in rows) is (receipt is FEWER)


@pytest.mark.parametrize(("till", "kind"), [(Till(), "code128"), (Till(code=CodeKind.PRICE, item="12345"), "upca")])
def test_at_a_register_the_code_a_till_sells_stands_beside_the_kiosk_s_own(
    tmp_path: Path, till: Till, kind: str
) -> None:
    settings = replace(SETTINGS, store=SETTINGS.store.model_copy(update={"till": till}))
    with shop(tmp_path, settings) as kiosk:
        kiosk.stage.ports = replace(kiosk.stage.ports, payment=RegisterPayment())
        kiosk.stage.controller.context.ports = kiosk.stage.ports
        buy(kiosk, 2)
        thanks = kiosk.stage.run_to(State.THANK_YOU)
        assert thanks.receipt is not None
        own = f"{thanks.receipt.transaction}-0698"
        assert thanks.receipt.pay_code == own
        detail = present(thanks, Local(), settings.store).detail
        assert isinstance(detail, ReceiptDetail)
        assert (detail.symbology, detail.barcode) == (kind, own if kind == "code128" else "212345206980")
        assert own in detail.qr or kind == "code128"
        slip = slip_of(load_words("en", "US"), settings.store, thanks.receipt, None, simulated=False)
        assert Bars(kind, detail.barcode) in slip
