"""The two tabs of a narrow window: the machine, or what is laid into it and done to it.

Responsible for: their buttons. Not responsible for: what stands under them (`ui.panel.layout`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ui.panel.card import PanelCard
from ui.panel.requests import PanelState
from ui.panel.tap import PanelButton, lay_out_row

TABS = (("machine", "log"), ("keys", "faults"))
"""The cards each is named after."""


class TabBar(PanelCard):
    """One button a tab; `chosen` is the one that is shown, `turn_to` takes another."""

    def __init__(self, panel: PanelState, turn_to: Callable[[int], None], **kwargs: Any) -> None:
        self.chosen = 0
        self.buttons = [PanelButton(f"tab_{names[0]}", partial(turn_to, n)) for n, names in enumerate(TABS)]
        super().__init__(panel, **kwargs)
        for button in self.buttons:
            self.add_widget(button)

    def place(self) -> None:
        """Side by side, as wide as the window."""
        for n, (button, names) in enumerate(zip(self.buttons, TABS, strict=True)):
            button.show(" · ".join(map(self.panel.translate, names)), chosen=n == self.chosen)
        lay_out_row(self.buttons, self.x, self.y, self.height, self.gap, self.width)
