from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from typer.testing import CliRunner

from config.policy_rules import Override, Verdict
from config.problems import BadInput
from kiosk.command_line import app
from kiosk.key.reading import Identification, Outcome
from kiosk.policy.decision import Approval, FiredRule
from kiosk.policy.role import lifts
from kiosk.records.database import open_database
from kiosk.staff.accounts import HASHER, STAFF_MIGRATIONS, Role, StaffAccounts
from kiosk.staff.approvals import ApprovalReason, Asked, NotGranted, grant, reasons_for
from kiosk.staff.lockout import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S
from kiosk.staff.member import SignInRefused, StaffMember
from tests.support.transcript import ManualClock

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PIN = "482913"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def staff(tmp_path: Path, clock: ManualClock) -> Iterator[StaffAccounts]:
    with closing(opened(tmp_path, clock)) as book:
        book.add("100", "Ann", "manager", PIN)
        book.add("200", "Bob", "associate", "739164")
        book.add("300", "Cy", "technician", "628405")
        yield book


def opened(folder: Path, clock: ManualClock, hasher: PasswordHasher = CHEAP) -> StaffAccounts:
    return StaffAccounts.open(folder / "staff.db", clock, hasher)


def test_number_and_pin_let_in(staff: StaffAccounts) -> None:
    assert staff.sign_in("100", PIN) == StaffMember("100", "Ann", "manager")


@pytest.mark.parametrize(
    ("number", "pin"), [("100", "000000"), ("999", PIN), ("", ""), ("100", ""), ("1" * 5000, "é\ud800")]
)
def test_wrong_number_and_wrong_pin_answer_the_same(staff: StaffAccounts, number: str, pin: str) -> None:
    assert staff.sign_in(number, pin) == SignInRefused("wrong")


@pytest.mark.parametrize(("number", "account"), [("100", "100"), ("739164", "")])
def test_who_was_not_let_in_is_named_for_the_audit_only_if_there_is_such_an_account(
    staff: StaffAccounts, number: str, account: str
) -> None:
    for _ in range(FREE_TRIES + 1):
        answer = staff.sign_in(number, "000000")
        assert isinstance(answer, SignInRefused)
        assert answer.account == account
    assert answer.message == "locked_out"


def test_a_disabled_account_answers_as_if_it_were_not_there(staff: StaffAccounts) -> None:
    staff.disable("200")
    assert staff.sign_in("200", "739164") == SignInRefused("wrong")


def test_a_wrong_number_costs_as_much_work_as_a_wrong_pin(tmp_path: Path, clock: ManualClock) -> None:
    class Counting(PasswordHasher):
        checked: list[str]

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            self.checked.append(str(hash).rsplit("$", 2)[0])
            return bool(super().verify(hash, password))

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    hasher.checked = []
    with closing(opened(tmp_path, clock, hasher)) as book:
        book.add("100", "Ann", "manager", PIN)
        book.add("101", "Eve", "manager", "739164")
        book.disable("101")
        for number, pin in (("100", "111119"), ("999", "111119"), ("101", "739164")):
            book.sign_in(number, pin)
    assert len(hasher.checked) == 3
    assert len(set(hasher.checked)) == 1


def test_a_thousand_wrong_pins_let_nobody_in_and_the_lock_out_outlives_restarts(
    tmp_path: Path, clock: ManualClock, staff: StaffAccounts
) -> None:
    rng = random.Random(1)
    book = staff
    for attempt in range(1000):
        pin = f"{rng.randrange(10**6):06d}"
        answer = book.sign_in("100", pin if pin != PIN else "000000")
        assert isinstance(answer, SignInRefused)
        if attempt >= FREE_TRIES:
            assert answer.message == "locked_out"
            assert answer.retry_after_s > 0
        if attempt % 97 == 0:
            if book is not staff:
                book.close()
            book = opened(tmp_path, clock)
        clock.sleep(1)
    assert isinstance(book.sign_in("100", PIN), SignInRefused)
    book.close()
    with closing(opened(tmp_path, clock)) as again:
        answer = again.sign_in("100", PIN)
        assert isinstance(answer, SignInRefused)
        assert answer.message == "locked_out"
        clock.sleep(LONGEST_WAIT_S)
        assert again.sign_in("100", PIN) == StaffMember("100", "Ann", "manager")


def test_nobody_else_waits_for_a_locked_account(staff: StaffAccounts) -> None:
    for _ in range(50):
        staff.sign_in("100", "111119")
    assert staff.sign_in("200", "739164") == StaffMember("200", "Bob", "associate")


def test_waits_grow_to_an_hour_and_success_ends_them(staff: StaffAccounts, clock: ManualClock) -> None:
    waits = []
    for _ in range(20):
        answer = staff.sign_in("200", "000019")
        assert isinstance(answer, SignInRefused)
        waits.append(answer.retry_after_s)
        clock.sleep(answer.retry_after_s)
    assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1] == FIRST_WAIT_S
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
    assert isinstance(staff.sign_in("200", "739164"), StaffMember)
    assert staff.sign_in("200", "000019") == SignInRefused("wrong")


def test_numbers_of_nobody_are_locked_out_just_the_same(staff: StaffAccounts) -> None:
    answers = [staff.sign_in("999", "000019") for _ in range(FREE_TRIES + 1)]
    assert answers[-1] == SignInRefused("locked_out", FIRST_WAIT_S)


def test_the_right_pin_during_a_lock_out_is_not_even_checked(staff: StaffAccounts) -> None:
    for _ in range(FREE_TRIES):
        staff.sign_in("100", "000019")
    assert staff.sign_in("100", PIN) == SignInRefused("locked_out", FIRST_WAIT_S)


def test_a_clock_set_back_does_not_lengthen_a_wait(staff: StaffAccounts, clock: ManualClock) -> None:
    for _ in range(FREE_TRIES):
        staff.sign_in("100", "000019")
    clock.time_s -= 86400
    assert staff.sign_in("100", PIN) == SignInRefused("locked_out", FIRST_WAIT_S)


def test_no_pin_comes_with_the_kiosk_and_the_first_account_is_a_managers(tmp_path: Path, clock: ManualClock) -> None:
    with closing(opened(tmp_path, clock)) as book:
        assert book.needs_setup
        assert book.sign_in("0", "000000") == SignInRefused("wrong")
        with pytest.raises(BadInput, match="first account must be a manager"):
            book.add("1", "Bob", "associate", PIN)
        book.add("1", "Ann", "manager", PIN)
        assert not book.needs_setup
        with pytest.raises(BadInput, match="last manager"):
            book.disable("1")


@pytest.mark.parametrize(
    ("number", "name", "role", "pin", "reason"),
    [
        ("100", "Again", "manager", PIN, "already an account"),
        ("0100", "Twin", "associate", PIN, "written otherwise"),
        ("abc", "X", "manager", PIN, "1 to 8 digits"),
        ("123456789", "X", "manager", PIN, "1 to 8 digits"),
        ("٣", "X", "manager", PIN, "1 to 8 digits"),
        ("5", "", "manager", PIN, "printable"),
        ("5", "a\nb", "manager", PIN, "printable"),
        ("5", "X", "boss", PIN, "must be one of associate, manager, technician"),
        ("5", "X", "manager", "12345", "6 to 12 digits"),
        ("5", "X", "manager", "abcdef", "6 to 12 digits"),
        ("5", "X", "manager", "111111", "one digit repeated"),
        ("5", "X", "manager", "345678", "digits in a row"),
        ("5", "X", "manager", "987654", "digits in a row"),
        ("4829", "X", "manager", "482913", "staff number"),
    ],
)
def test_an_account_that_will_not_do_is_refused(
    staff: StaffAccounts, number: str, name: str, role: str, pin: str, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason) as caught:
        staff.add(number, name, role, pin)
    assert number == pin or pin not in str(caught.value)


def test_a_new_pin_replaces_the_old_one_and_lets_a_locked_out_account_in(staff: StaffAccounts) -> None:
    for _ in range(FREE_TRIES):
        staff.sign_in("200", "000019")
    staff.disable("200")
    staff.reset_pin("200", "914730")
    assert isinstance(staff.sign_in("200", "914730"), StaffMember)
    assert staff.sign_in("200", "739164") == SignInRefused("wrong")


def test_pins_are_kept_as_argon2id_and_hashes_follow_the_settings(tmp_path: Path, clock: ManualClock) -> None:
    assert extract_parameters(HASHER.hash("x")).type is Type.ID
    with closing(opened(tmp_path, clock)) as book:
        book.add("100", "Ann", "manager", PIN)
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with closing(opened(tmp_path, clock, dearer)) as book:
        assert isinstance(book.sign_in("100", PIN), StaffMember)
        assert not dearer.check_needs_rehash(book._row("100")["pin_hash"])
    assert PIN.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


RULE = FiredRule("DND_ASK_STAFF", Verdict.ASK_STAFF, Override.ASSOCIATE, "g", "s")
ASKED = Asked("K1", 2, Identification(Outcome.IDENTIFIED, "KW1", "KW1"))
SEALED = FiredRule("KEYWAY_RESTRICTED", Verdict.REFUSE, Override.NEVER, "g", "s")
FOR_MANAGERS = FiredRule("DND_REFUSED", Verdict.REFUSE, Override.MANAGER, "g", "s")
ANN, BOB, CY = (
    StaffMember(str(n), name, role)
    for n, name, role in ((1, "Ann", "manager"), (2, "Bob", "associate"), (3, "Cy", "technician"))
)


@pytest.mark.parametrize(
    ("member", "rule", "allowed"),
    [
        (ANN, RULE, True),
        (BOB, RULE, True),
        (CY, RULE, False),
        (ANN, FOR_MANAGERS, True),
        (BOB, FOR_MANAGERS, False),
        (ANN, SEALED, False),
    ],
)
def test_roles_lift_what_they_may(member: StaffMember, rule: FiredRule, allowed: bool) -> None:
    assert lifts(member.role, rule.override) is allowed
    assert bool(reasons_for(rule)) is (rule.override is not Override.NEVER)
    reason = (*reasons_for(rule), ApprovalReason.LETTER)[0]
    assert isinstance(grant(rule, ASKED, member, reason, ManualClock()), Approval) is allowed


@pytest.mark.parametrize(
    ("rule", "transaction", "reason", "message"),
    [
        (SEALED, "K1", "letter", "never"),
        (RULE, "", "letter", "nothing_to_lift"),
        (RULE, "K1", "because", "reason"),
        (replace(RULE, verdict=Verdict.NOTICE), "K1", "letter", "nothing_to_lift"),
    ],
)
def test_no_approval_is_made_out_of_bounds(rule: FiredRule, transaction: str, reason: str, message: str) -> None:
    asked = replace(ASKED, transaction=transaction)
    assert grant(rule, asked, ANN, reason, ManualClock()) == NotGranted(message)


def test_an_approval_lives_no_longer_than_two_minutes() -> None:
    clock = ManualClock()
    clock.sleep(100.0)
    made = grant(RULE, ASKED, ANN, reasons_for(RULE)[0], clock, lifetime_s=1e9)
    assert isinstance(made, Approval)
    assert made.expires_utc_s == clock.utc().timestamp() + 120
    assert made.expires_s == 220.0


def test_an_approval_carries_what_was_approved_and_shows_nothing_of_the_key() -> None:
    made = grant(RULE, ASKED, ANN, "letter", ManualClock())
    assert isinstance(made, Approval)
    assert (made.rule, made.transaction, made.quantity, made.key) == ("DND_ASK_STAFF", "K1", 2, ASKED.key)
    assert "Identification" not in repr(made) + repr(ASKED)


@pytest.mark.parametrize("set_by_s", [-10 * 365 * 86400.0, -3600.0, 3600.0, 10 * 365 * 86400.0])
def test_setting_the_clock_neither_frees_nor_keeps_out_who_is_locked_out(
    staff: StaffAccounts, clock: ManualClock, set_by_s: float
) -> None:
    for _ in range(FREE_TRIES):
        staff.sign_in("100", "000019")
    clock.set_by_s = set_by_s
    assert staff.sign_in("100", PIN) == SignInRefused("locked_out", FIRST_WAIT_S)
    clock.sleep(FIRST_WAIT_S - 1)
    assert staff.sign_in("100", PIN) == SignInRefused("locked_out", 1)
    clock.sleep(1)
    assert isinstance(staff.sign_in("100", PIN), StaffMember)


@pytest.mark.parametrize("set_by_s", [-3600.0, 0.0, 10 * 365 * 86400.0])
def test_after_the_power_was_off_a_lock_out_begins_anew_whatever_the_clock_says(
    tmp_path: Path, set_by_s: float
) -> None:
    clock = ManualClock()
    clock.sleep(5000.0)
    with closing(opened(tmp_path, clock)) as book:
        book.add("100", "Ann", "manager", PIN)
        for _ in range(FREE_TRIES):
            book.sign_in("100", "000019")
    # Another boot counts its seconds from nothing, or has been on for longer than the last one ever was.
    for up_s in (3.0, 90_000.0):
        after = ManualClock()
        after.sleep(up_s)
        after.set_by_s = set_by_s
        with closing(StaffAccounts.open(tmp_path / "staff.db", after, CHEAP, boot=f"boot {up_s}")) as book:
            assert book.sign_in("100", PIN) == SignInRefused("locked_out", FIRST_WAIT_S)
            after.sleep(FIRST_WAIT_S)
            assert up_s < 90_000.0 or isinstance(book.sign_in("100", PIN), StaffMember)


def test_a_lock_out_of_an_older_kiosk_is_still_one(tmp_path: Path, clock: ManualClock) -> None:
    old = open_database(tmp_path / "staff.db", STAFF_MIGRATIONS[:1], part="staff")
    old.execute("INSERT INTO lockout VALUES ('100', ?, 1e9, 1e9)", (FREE_TRIES,))
    old.close()
    with closing(opened(tmp_path, clock)) as book:
        assert book.sign_in("100", PIN) == SignInRefused("locked_out", FIRST_WAIT_S)


def test_who_was_disabled_is_no_longer_in(staff: StaffAccounts) -> None:
    bob = StaffMember("200", "Bob", "associate")
    assert staff.still_in(bob)
    assert not staff.still_in(replace(bob, role="manager"))
    assert not staff.still_in(replace(bob, number="999"))
    staff.disable("200")
    assert not staff.still_in(bob)


def test_the_commands_make_list_and_disable_accounts(tmp_path: Path) -> None:
    run = CliRunner()
    data = ["--data", str(tmp_path)]
    assert "No accounts yet" in run.invoke(app, ["staff", "list", *data]).stdout
    made = run.invoke(app, ["staff", "add", "7", "--name", "Ann", "--role", "manager", *data], input=f"{PIN}\n")
    assert made.stdout == "manager 7 (Ann) may sign in.\n"
    run.invoke(app, ["staff", "add", "8", "--name", "Bob", "--role", "associate", *data], input="739164\n")
    run.invoke(app, ["staff", "disable", "8", *data])
    assert [line.split() for line in run.invoke(app, ["staff", "list", *data]).stdout.splitlines()] == [
        ["7", "manager", "active", "Ann"],
        ["8", "associate", "disabled", "Bob"],
    ]
    assert run.invoke(app, ["staff", "reset-pin", "8", *data], input="914730\n").exit_code == 0
    wrong = run.invoke(app, ["staff", "disable", "99", *data])
    assert isinstance(wrong.exception, BadInput)
    exported = run.invoke(app, ["audit", "export", "--format", "jsonl", *data]).stdout
    kinds = ["book_kept", "staff_added", "staff_added", "staff_disabled", "staff_pin_reset"]
    assert [line.split('"kind": "')[1].split('"')[0] for line in exported.splitlines()] == kinds
    assert PIN not in exported


def test_roles_are_those_the_table_takes(staff: StaffAccounts) -> None:
    assert {account.role for account in staff.accounts()} == set(Role)
