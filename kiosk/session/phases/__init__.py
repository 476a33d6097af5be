"""What happens in each state: on entering it, and on each event while in it.

Responsible for: one function a state and kind of thing, gathered in two tables. Not responsible for: which state may
follow which (`kiosk.session.states`), threads (`kiosk.session.controller`). A state that is in neither table has
nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from kiosk.session.context import SessionContext
from kiosk.session.intents import Intent
from kiosk.session.phases import (
    approving,
    ending,
    letters,
    making,
    offering,
    paying,
    printing,
    returning,
    scanning,
    serving,
    starting,
)
from kiosk.session.reports import Report
from kiosk.session.states import State

Event: TypeAlias = Intent | Report
Enter: TypeAlias = Callable[[SessionContext], None]
Handle: TypeAlias = Callable[[SessionContext, Event], None]

ENTER: Mapping[State, Enter] = {
    State.PLACE_KEY: scanning.enter_place_key,
    State.SCANNING: scanning.enter_scanning,
    State.TRY_AGAIN: scanning.enter_try_again,
    State.STAFF_LOGIN: approving.enter_login,
    State.STAFF_APPROVAL: approving.enter_approval,
    State.OFFER: printing.look_at_printer,
    State.PAYING: paying.enter_paying,
    State.TAKE_KEY_BACK: paying.enter_take_key_back,
    State.LOADING: making.enter_loading,
    State.CUTTING: making.enter_cutting,
    State.CHECKING: making.enter_checking,
    State.DELIVERING: making.enter_delivering,
    State.CAPTURING: ending.enter_capturing,
    State.THANK_YOU: printing.enter_thank_you,
    State.FAILED: ending.enter_failed,
    State.SETTLING: ending.enter_settling,
    State.WELCOME: starting.enter_front,
    State.CLOSED: starting.enter_front,
    State.OUT_OF_ORDER: starting.enter_out_of_order,
    State.BRING_BACK: returning.enter_bring_back,
    State.LAY_ORIGINAL: returning.enter_lay_original,
    State.LAY_COPY: returning.enter_lay_copy,
    State.MEASURING_RETURN: returning.enter_measuring,
    State.STAFF_MENU: serving.enter_menu,
    State.TECHNICIAN: serving.enter_technician,
}

HANDLE: Mapping[State, Handle] = {
    State.STARTING: starting.handle_starting,
    State.WELCOME: scanning.handle_welcome,
    State.PLACE_KEY: scanning.handle_place_key,
    State.SCANNING: scanning.handle_scanning,
    State.TRY_AGAIN: scanning.handle_try_again,
    State.WORN: offering.handle_worn,
    State.OFFER: offering.handle_offer,
    State.REFUSED: letters.handle_refused,
    State.STAFF_LOGIN: approving.handle_login,
    State.STAFF_APPROVAL: approving.handle_approval,
    State.PAYING: paying.handle_paying,
    State.TAKE_KEY_BACK: paying.handle_take_key_back,
    State.LOADING: making.handle_loading,
    State.CUTTING: making.handle_cutting,
    State.CHECKING: making.handle_checking,
    State.DELIVERING: making.handle_delivering,
    State.CAPTURING: ending.handle_capturing,
    State.SETTLING: ending.handle_settling,
    State.THANK_YOU: printing.handle_thank_you,
    State.FAILED: ending.handle_finished,
    State.BRING_BACK: returning.handle_bring_back,
    State.LAY_ORIGINAL: returning.handle_lay_original,
    State.LAY_COPY: returning.handle_lay_copy,
    State.MEASURING_RETURN: returning.handle_measuring,
    State.RETURN_RESULT: returning.handle_result,
    State.STAFF_MENU: serving.handle_menu,
    State.TECHNICIAN: serving.handle_technician,
    State.CLOSED: serving.handle_closed,
    State.OUT_OF_ORDER: starting.handle_out_of_order,
}

__all__ = ["ENTER", "HANDLE", "Event"]
