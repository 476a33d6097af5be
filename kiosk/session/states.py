"""The session's states, and the table of what leads where. Everything that affects state lives in this file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a session stands; the screen shows one picture for each."""

    STARTING = "starting"
    """Connecting, checking settings, settling money left open; then homing, announced, where nothing forbids it."""
    WELCOME = "welcome"
    PLACE_KEY = "place_key"
    SCANNING = "scanning"
    TRY_AGAIN = "try_again"
    """The key could not be identified: moved, dirty, two objects...: lay it again."""
    WORN = "worn"
    """Restore to factory, or copy as it is?"""
    OFFER = "offer"
    """What we found, price, quantity, finish."""
    REFUSED = "refused"
    STAFF_LOGIN = "staff_login"
    STAFF_APPROVAL = "staff_approval"
    PAYING = "paying"
    """Reserving the money: nothing is taken yet."""
    TAKE_KEY_BACK = "take_key_back"
    LOADING = "loading"
    CUTTING = "cutting"
    CHECKING = "checking"
    DELIVERING = "delivering"
    CAPTURING = "capturing"
    THANK_YOU = "thank_you"
    FAILED = "failed"
    """No copy could be made; nothing is charged; staff are called."""
    SETTLING = "settling"
    """Voiding or refunding before the session ends."""
    BRING_BACK = "bring_back"
    """Receipt code of a copy that does not work."""
    LAY_ORIGINAL = "lay_original"
    """The key it was made from is asked for first: a copy says nothing alone."""
    LAY_COPY = "lay_copy"
    """The original is read; it is taken out, and the copy laid."""
    MEASURING_RETURN = "measuring_return"
    RETURN_RESULT = "return_result"
    STAFF_MENU = "staff_menu"
    TECHNICIAN = "technician"
    CLOSED = "closed"
    """Closed by staff, or by itself for drift or empty magazine; not a fault."""
    OUT_OF_ORDER = "out_of_order"


@dataclass(frozen=True)
class Row:
    """One row of the table: `trigger` leads from any of `sources` to `dest`."""

    trigger: str
    sources: tuple[State, ...]
    dest: State


S = State

FRONT: tuple[State, ...] = (S.WELCOME, S.CLOSED, S.OUT_OF_ORDER)
"""Where the kiosk rests when nobody's business is open."""

BEFORE_MONEY: tuple[State, ...] = (
    S.PLACE_KEY,
    S.SCANNING,
    S.TRY_AGAIN,
    S.WORN,
    S.OFFER,
    S.REFUSED,
    S.BRING_BACK,
    S.LAY_ORIGINAL,
    S.LAY_COPY,
    S.MEASURING_RETURN,
    S.RETURN_RESULT,
)
"""A visit that may simply end."""

MAKING: tuple[State, ...] = (S.LOADING, S.CUTTING, S.CHECKING, S.DELIVERING)
"""Metal is in the clamp or on its way: Stop is offered, Cancel is not."""

STAFF: tuple[State, ...] = (S.STAFF_LOGIN, S.STAFF_APPROVAL, S.STAFF_MENU, S.TECHNICIAN)
"""Staff or a technician stand before the screen."""

EVERYWHERE: tuple[State, ...] = tuple(State)

MAY_END: tuple[State, ...] = (*BEFORE_MONEY, *STAFF, S.SETTLING, S.THANK_YOU, S.FAILED)
"""No money is reserved and no metal clamped, or both are being dealt with: the next stop is the front."""

TABLE: tuple[Row, ...] = (
    Row("ready", (S.STARTING, S.OUT_OF_ORDER), S.WELCOME),
    Row("ready_but_closed", (S.STARTING, S.OUT_OF_ORDER), S.CLOSED),
    # The shopper's key
    Row("touched", (S.WELCOME,), S.PLACE_KEY),
    Row("key_seen", (S.PLACE_KEY, S.TRY_AGAIN), S.SCANNING),
    Row("not_identified", (S.SCANNING,), S.TRY_AGAIN),
    Row("nothing_seen", (S.SCANNING,), S.PLACE_KEY),
    Row("identified_worn", (S.SCANNING, S.RETURN_RESULT), S.WORN),
    Row("identified", (S.SCANNING, S.WORN, S.REFUSED, S.STAFF_APPROVAL, S.RETURN_RESULT), S.OFFER),
    Row("refused", (S.SCANNING, S.WORN, S.OFFER, S.TRY_AGAIN, S.RETURN_RESULT), S.REFUSED),
    # Staff lift a refusal
    Row("staff_at_refusal", (S.REFUSED,), S.STAFF_LOGIN),
    Row("approver_known", (S.STAFF_LOGIN,), S.STAFF_APPROVAL),
    Row("not_approved", (S.STAFF_LOGIN, S.STAFF_APPROVAL), S.REFUSED),
    # Money, the key back, the copy
    Row("confirmed", (S.OFFER,), S.PAYING),
    Row("not_paid", (S.PAYING,), S.OFFER),
    Row("reserved", (S.PAYING,), S.TAKE_KEY_BACK),
    Row("key_taken", (S.TAKE_KEY_BACK,), S.LOADING),
    Row("blank_unfit", (S.LOADING,), S.LOADING),
    Row("loaded", (S.LOADING,), S.CUTTING),
    Row("cut", (S.CUTTING,), S.CHECKING),
    Row("cut_again", (S.CHECKING,), S.LOADING),
    Row("good", (S.CHECKING,), S.DELIVERING),
    Row("next_copy", (S.DELIVERING,), S.LOADING),
    Row("all_delivered", (S.DELIVERING,), S.CAPTURING),
    Row("captured", (S.CAPTURING, S.SETTLING), S.THANK_YOU),
    Row("no_copy", (S.SETTLING, *MAKING), S.FAILED),
    # Giving up: whatever was reserved goes back first
    Row("settle", (S.PAYING, S.TAKE_KEY_BACK, S.RETURN_RESULT, *MAKING), S.SETTLING),
    # A copy brought back
    Row("brought_back", (S.WELCOME,), S.BRING_BACK),
    Row("sale_found", (S.BRING_BACK,), S.LAY_ORIGINAL),
    Row("laid_to_compare", (S.LAY_ORIGINAL, S.LAY_COPY), S.MEASURING_RETURN),
    Row("original_wanted", (S.MEASURING_RETURN, S.RETURN_RESULT), S.LAY_ORIGINAL),
    Row("copy_wanted", (S.MEASURING_RETURN,), S.LAY_COPY),
    Row("measured", (S.MEASURING_RETURN,), S.RETURN_RESULT),
    # Staff and technicians
    Row("staff_key", FRONT, S.STAFF_LOGIN),
    Row("staff_known", (S.STAFF_LOGIN,), S.STAFF_MENU),
    Row("service_opened", (S.STAFF_MENU,), S.TECHNICIAN),
    Row("service_closed", (S.TECHNICIAN,), S.STAFF_MENU),
    # Back to the front
    Row("ended", (*MAY_END, S.CLOSED), S.WELCOME),
    Row("ended_closed", (*MAY_END, S.WELCOME), S.CLOSED),
    Row("broke", EVERYWHERE, S.OUT_OF_ORDER),
)
"""What leads where. Conditions live with the phases that fire the triggers; this is data only."""
