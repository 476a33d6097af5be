"""The state machine of one kiosk, wired from the table.

Responsible for: being in exactly one state and moving only as `kiosk.session.states.TABLE` allows. Not responsible for:
why a trigger is fired (`kiosk.session.phases`), threads (`kiosk.session.controller`) or effects. One thread fires
triggers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from transitions import Machine
from transitions import State as MachineState

from kiosk.session.states import TABLE, State

Entered = Callable[[State], None]


class Session:
    """Typed triggers over the table. A trigger the table does not allow here raises `transitions.MachineError`."""

    state: State

    def __init__(self, entered: Entered) -> None:
        """Start in STARTING without calling `entered`, which is called with each state entered later."""
        # It says once for each state that `is_<state>` was not bound to us, which is what we want.
        logging.getLogger("transitions.core").setLevel(logging.ERROR)
        Machine(
            model=self,
            states=[MachineState(state, on_enter=_calling(entered, state)) for state in State],
            transitions=[{"trigger": row.trigger, "source": list(row.sources), "dest": row.dest} for row in TABLE],
            initial=State.STARTING,
            auto_transitions=False,
            queued=True,
            model_override=True,
        )

    def _of_the_table(self) -> bool:
        """Replaced by the machine; callable only if the table lacks the trigger, which a test rules out."""
        raise LookupError("the table binds no such trigger")

    ready = _of_the_table
    ready_but_closed = _of_the_table
    touched = _of_the_table
    key_seen = _of_the_table
    not_identified = _of_the_table
    nothing_seen = _of_the_table
    identified_worn = _of_the_table
    identified = _of_the_table
    refused = _of_the_table
    staff_at_refusal = _of_the_table
    approver_known = _of_the_table
    not_approved = _of_the_table
    confirmed = _of_the_table
    not_paid = _of_the_table
    reserved = _of_the_table
    key_taken = _of_the_table
    blank_unfit = _of_the_table
    loaded = _of_the_table
    cut = _of_the_table
    cut_again = _of_the_table
    good = _of_the_table
    next_copy = _of_the_table
    all_delivered = _of_the_table
    captured = _of_the_table
    no_copy = _of_the_table
    settle = _of_the_table
    brought_back = _of_the_table
    sale_found = _of_the_table
    laid_to_compare = _of_the_table
    original_wanted = _of_the_table
    copy_wanted = _of_the_table
    measured = _of_the_table
    staff_key = _of_the_table
    staff_known = _of_the_table
    service_opened = _of_the_table
    service_closed = _of_the_table
    ended = _of_the_table
    ended_closed = _of_the_table
    broke = _of_the_table


def _calling(entered: Entered, state: State) -> Callable[[], None]:
    return lambda: entered(state)
