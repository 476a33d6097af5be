"""One layout a file: it has `shown` and `send`, and nothing more.

Responsible for: which class draws which page. Not responsible for: what is shown (`ui.present.present`).
"""

from __future__ import annotations

from ui.screens.approval import ApprovalPage
from ui.screens.choice import ChoicePage
from ui.screens.fault import FaultPage
from ui.screens.help import HelpPage
from ui.screens.keypad import KeypadPage
from ui.screens.message import MessagePage
from ui.screens.offer import OfferPage
from ui.screens.receipt import ReceiptPage
from ui.screens.refused import RefusedPage
from ui.screens.service import ServicePage
from ui.screens.staff import StaffPage
from ui.screens.steps import StepsPage
from ui.screens.welcome import WelcomePage
from ui.widgets.page import Page

PAGES: dict[str, type[Page]] = {
    "approval": ApprovalPage,
    "choice": ChoicePage,
    "fault": FaultPage,
    "help": HelpPage,
    "keypad": KeypadPage,
    "message": MessagePage,
    "offer": OfferPage,
    "receipt": ReceiptPage,
    "refused": RefusedPage,
    "service": ServicePage,
    "staff": StaffPage,
    "steps": StepsPage,
    "welcome": WelcomePage,
}
