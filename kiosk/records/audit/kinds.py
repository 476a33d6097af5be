"""Every kind of record the audit may hold.

Responsible for: the one list of them. Not responsible for: what a record says besides (whoever writes it), keeping it
(`kiosk.records.audit.log`). The values stand in books already kept: they never change.
"""

from __future__ import annotations

from enum import StrEnum


class AuditKind(StrEnum):
    """What was decided, or found."""

    START = "start"
    HELD_BACK = "held_back"
    """Why the machine waits for a person after a start."""
    FAULT = "fault"
    CRASH = "crash"
    STOPPED = "stopped"
    RECOVER = "recover"

    KEY_LEFT = "key_left"
    """Somebody went and a key lies in the tray."""
    KEY_LEFT_TAKEN = "key_left_taken"

    REFUSAL = "refusal"
    APPROVAL = "approval"
    APPROVAL_NOT_ALLOWED = "approval_not_allowed"
    DENIAL = "denial"
    LETTER_TAKEN = "letter_taken"
    """The owner of a mark let a key be copied, by a signed letter."""
    LETTER_REFUSED = "letter_refused"
    SALE = "sale"
    DECLINED = "declined"
    VOID = "void"
    REFUND = "refund"
    REFUND_ASKED = "refund_asked"
    """A manager had the price of one copy given back, whatever came of it."""
    RECEIPT_AGAIN = "receipt_again"
    BROUGHT_BACK = "brought_back"
    RECEIPT_CODE_WRONG = "receipt_code_wrong"
    RECEIPT_CODES_CLOSED = "receipt_codes_closed"

    STAFF_CALLED = "staff_called"
    STAFF_MENU = "staff_menu"
    STAFF_SIGN_IN_FAILED = "staff_sign_in_failed"
    STAFF_LOCKED_OUT = "staff_locked_out"
    STAFF_SIGNED_OUT = "staff_signed_out"
    STAFF_ADDED = "staff_added"
    STAFF_DISABLED = "staff_disabled"
    STAFF_PIN_RESET = "staff_pin_reset"
    REFILL = "refill"
    BLANK_LAID = "blank_laid"
    """A blank of a slot was held against what the slot claims."""
    BLANK_ENROLLED = "blank_enrolled"
    BLANK_UNCERTAIN = "blank_uncertain"
    """The machine stopped while it fed: the blank is off the book, and may still be in its slot."""
    SLOT_LOCKED = "slot_locked"
    SLOT_UNLOCKED = "slot_unlocked"
    CLOSED = "closed"
    OPENED = "opened"
    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    MONEY_LOOKED_UP = "money_looked_up"
    """Staff say what a card terminal did, as nobody here could tell."""
    SERVICE = "service"
    WORK_ORDER = "work_order"
    """A technician's visit was written down; `digest` is of the signed order."""
    SUPPORT_SCAN_AGREED = "support_scan_agreed"

    SETTING_CHANGED = "setting_changed"
    SETTINGS_REFUSED = "settings_refused"
    DOCUMENT_TAKEN = "document_taken"
    DOCUMENT_REFUSED = "document_refused"
    BOOK_KEPT = "book_kept"
    """A file beside the audit, by the identity it is known by from then on."""
    BROKEN = "audit_broken"
    """A break found while the book was open or when it was opened."""
    BREAK_ACCEPTED = "audit_break_accepted"
    """Somebody answers for exactly one finding."""
    BREAK_NOT_ACCEPTED = "audit_break_not_accepted"


UNTIMED = frozenset({AuditKind.SALE, AuditKind.VOID, AuditKind.SLOT_LOCKED})
"""Written within or right after a cut: their records say the quarter of an hour alone, so that no two times tell how
long a key was cut."""
