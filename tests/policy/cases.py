"""Cases for the decision table: every standing, stamp, place, policy, day and approval that matters."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from config.catalogue import Catalogue, load_catalogue
from config.keyway import Keyway, Standing, StandingRecord
from config.policy_rules import PolicyRules, load_policy
from config.settings import load_store
from config.store import DoNotDuplicate, Store
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.decide import Policy, decide
from kiosk.policy.decision import Approval, Decision
from kiosk.policy.request import CopyRequest

TRANSACTION = "K1"
NOW_UTC_S = 1_000.0

STANDINGS = {
    "open": StandingRecord(standing=Standing.OPEN, ground="a test", source="a test"),
    "restricted": StandingRecord(standing=Standing.RESTRICTED, ground="a test", source="a test"),
    "patented-2029": StandingRecord(
        standing=Standing.PATENTED, until=date(2029, 7, 31), restricted_after=True, ground="a test", source="a test"
    ),
    "patented-2029-then-free": StandingRecord(
        standing=Standing.PATENTED, until=date(2029, 7, 31), restricted_after=False, ground="a test", source="a test"
    ),
    "patented-unknown-end": StandingRecord(standing=Standing.PATENTED, ground="a test", source="a test"),
}
STAMPS = {
    "none": StampReading(seen=True),
    "unseen": StampReading(),
    "illegible": StampReading(seen=True, illegible=True),
    "dnd+illegible": StampReading(seen=True, phrases=("do_not_duplicate",), illegible=True),
    "dnd": StampReading(seen=True, phrases=("do_not_duplicate",)),
    "dnd+phone": StampReading(seen=True, phrases=("do_not_duplicate",), name_and_phone=True),
    "phone": StampReading(seen=True, name_and_phone=True),
    "unlawful": StampReading(seen=True, phrases=("unlawful_to_duplicate",)),
    "patented": StampReading(seen=True, phrases=("patented",)),
    "postal": StampReading(seen=True, phrases=("usps", "do_not_duplicate")),
    "government": StampReading(seen=True, phrases=("us_government",)),
    "school": StampReading(seen=True, phrases=("public_building",)),
    "brand": StampReading(seen=True, phrases=("brand_medeco",)),
    "not on file": StampReading(seen=True, phrases=("something_new",)),
}
PLACES = ("US-CA", "US-NY", "US", "CA-ON", "FR", "")
DAYS = (date(2020, 1, 1), date(2029, 7, 31), date(2029, 8, 1), date(2050, 1, 1))
APPROVAL_SETS = (
    "none",
    "associate-all",
    "manager-all",
    "manager-other-transaction",
    "manager-expired",
    "technician-all",
)


@cache
def shipped_rules() -> PolicyRules:
    return load_policy()


@cache
def policy() -> Policy:
    return Policy(shipped_rules())


@cache
def shipped() -> Catalogue:
    return load_catalogue()


@cache
def catalogue_with(standing: str) -> Catalogue:
    """KW1 as shipped, but for its standing."""
    keyways = tuple(
        keyway.model_copy(update={"standing": STANDINGS[standing]}) if keyway.code == "KW1" else keyway
        for keyway in shipped().keyways
    )
    return Catalogue(keyways, shipped().sections, shipped().revision)


@cache
def store_with(do_not_duplicate: DoNotDuplicate) -> Store:
    return load_store().model_copy(update={"do_not_duplicate": do_not_duplicate})


@cache
def kw1() -> Identification:
    return Identification(Outcome.IDENTIFIED, keyway="KW1", blank="KW1")


def keyway(code: str) -> Keyway:
    return shipped().keyway_of[code]


def circumstances(place: str = "US-CA", today: date = DAYS[0], **more: object) -> dict[str, Any]:
    """Where, when, how many, which blanks: all of a request but key, head, store and catalogue."""
    return {
        "place": place,
        "today": today,
        "now_utc_s": NOW_UTC_S,
        "transaction": TRANSACTION,
        "stocked": frozenset({"KW1", "SC1"}),
        **more,
    }


def decided(
    key: Identification,
    stamp: StampReading,
    store: Store,
    policy: Policy,
    catalogue: Catalogue,
    circumstances: dict[str, Any],
    approvals: tuple[Approval, ...] = (),
) -> Decision:
    return decide(CopyRequest(key, stamp, store, catalogue, approvals=approvals, **circumstances), policy)


@cache
def kw1_approvals(name: str) -> tuple[Approval, ...]:
    """The same, made once for the key that is `kw1()`."""
    return approvals(name, kw1())


def approvals(name: str, key: Identification, quantity: int = 1) -> tuple[Approval, ...]:
    """An approval of every rule there is (and of those that stand behind them), for this key."""
    role, _, what = name.partition("-")
    if name == "none":
        return ()
    codes = (*policy().fired_by_code, "NOT_IDENTIFIED", "NOT_OPEN", "NO_BLANK", "STAMP_NOT_ON_FILE", "NO_SUCH_QUANTITY")
    return tuple(
        Approval(
            rule=code,
            transaction="K2" if what == "other-transaction" else TRANSACTION,
            staff_number="7",
            role=role,
            reason="letter",
            expires_utc_s=NOW_UTC_S if what == "expired" else NOW_UTC_S + 1,
            id=f"{name}-{code}",
            quantity=quantity,
            expires_s=1.0,
            key=key,
        )
        for code in codes
    )
