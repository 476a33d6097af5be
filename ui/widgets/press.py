"""What a press is: a touch, a held touch, a key; harmless when tapped twice.

Responsible for: when an `Action` is sent, and when what it holds is let go. Not responsible for: looks
(`ui.widgets.button`) or what a touch means (`Action.does` is handed to `send`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.local import Announce
from ui.widgets.look import look

from kivy.clock import Clock  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, OptionProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

STYLES = ("plain", "tool", "key", "hero", "row", "swatch", "chip", "slot", "topic")
TWICE_S = 0.5
"""A second press of the same button this soon is a double tap, unless it types or counts."""
NEVER_S = -10.0
"""When a button was pressed that has not been."""
CONFIRM_S = 8.0
"""So long a button that was pressed and not held waits to be pressed again."""
HINT_S = 4.0
"""So long one that was let go too soon says so."""
LOOK_S = 1 / 20
"""So often it is looked whether a button is still held."""
LOOKS_AFTER = 2
"""So many more looks find the finger there before a held press acts. Where the screen stood still the clock has gone
on before it is told that the finger has left: that is read after one look, and handed on after the next."""
REPEAT_AFTER_S, REPEAT_EVERY_S = 0.6, 0.15
"""One that counts goes on while a finger stays on it."""


class Press(ButtonBehavior, Widget):
    """Something that is pressed: it has an `action`, and `send` to hand it to."""

    action = ObjectProperty(None, allownone=True)
    send = ObjectProperty(None, allownone=True)
    style = OptionProperty("plain", options=STYLES)
    held = NumericProperty(0.0)
    """How far a held press has come, 0 to 1."""
    armed = BooleanProperty(False)
    """It must be held and was pressed: pressed again, it acts."""
    too_soon = BooleanProperty(False)
    """It must be held and was let go before it acted."""

    def __init__(self, **kwargs: Any) -> None:
        self._pressed_at = NEVER_S
        self._holding: Any = None
        self._looked, self._looks_left = False, LOOKS_AFTER
        self._repeating: Any = None
        self._repeated = False
        self._owed: Any = None
        """What is to be sent when the finger leaves, of a held press that has acted."""
        self._tapped = False
        """A finger came down on a held button, and has neither slid off nor held it to the end."""
        self._armed_at = 0.0
        self._armed_for: Any = None
        self._disarming: Any = None
        self._unhint = Clock.create_trigger(self._forget_hint, HINT_S)
        self._spent = False
        """A held press has acted: a key that repeats itself while it is down begins no other."""
        super().__init__(**kwargs)

    def on_touch_down(self, touch: Any) -> bool:
        """A disabled button takes the touch and does nothing with it."""
        if self.action is None or not self.collide_point(*touch.pos):
            return False
        if not self.action.enabled:
            return True
        return bool(super().on_touch_down(touch))

    def on_press(self) -> None:
        """Begin a held press where one is asked for."""
        if self.action.hold:
            self._forget_hint()
            self._begin_hold()
            self._tapped = True
        elif self.action.counts:
            self._repeated = False
            self._repeating = Clock.schedule_once(self._repeat, REPEAT_AFTER_S)

    def on_release(self) -> None:
        """Act, unless this one had to be held, or its screen has gone from under the finger."""
        self._end_repeat()
        if self.action.hold:
            self._end_hold()
            if self._tapped and self.action.enabled:
                self._confirm() if look.steady else self._hint()
            self._tapped = False
        elif self.get_root_window() is not None and not self._repeated:
            self.act()
        self._repeated = False

    def on_state(self, _button: Any, state: str) -> None:
        """A finger that leaves ends a held press wherever it was lifted, also beside the button."""
        if state == "normal":
            self._end_hold()

    def on_touch_move(self, touch: Any) -> bool:
        """Sliding off is letting go."""
        if touch.grab_current is self and self.action is not None and self.action.hold:
            if not self.collide_point(*self.to_widget(*touch.pos)):
                self._tapped = False
                self._end_hold()
            return True
        if touch.grab_current is self and not self.collide_point(*self.to_widget(*touch.pos)):
            self._end_repeat()
        return bool(super().on_touch_move(touch))

    def on_parent(self, _button: Any, parent: Any) -> None:
        """A button that is taken off the glass is held by nobody."""
        if parent is None:
            self.let_go()

    def let_go(self) -> None:
        """Nobody holds this any more, or is about to press it again."""
        self._disarm()
        self._forget_hint()
        self._end_hold()

    def begin_anew(self) -> None:
        """To serve another action: nothing is left of a press of the one before."""
        self.let_go()
        self._tapped = self._repeated = False
        self._pressed_at = NEVER_S

    def on_action(self, _button: Any, action: Any) -> None:
        """What was pressed once must be what is pressed again."""
        if self.armed and (action is None or action.does != self._armed_for):
            self._disarm()

    def _confirm(self) -> None:
        """Pressed and not held: the first time ask for a second press, the second time act."""
        now = Clock.get_time()
        if not self.armed:
            self.armed, self._armed_at, self._armed_for = True, now, self.action.does
            self._disarming = Clock.schedule_once(self._disarm, CONFIRM_S)
            if self.send:
                self.send(Announce(self.action.hold.again))
        elif now - self._armed_at > TWICE_S:
            self._disarm()
            if self.act():
                self._owed = self.action.released

    def _hint(self) -> None:
        """Whoever let go too soon is told, on the button and aloud."""
        self.too_soon = True
        self._unhint()
        if self.send:
            self.send(Announce(self.action.hold.longer))

    def _forget_hint(self, *_: Any) -> None:
        self._unhint.cancel()
        self.too_soon = False

    def _disarm(self, *_: Any) -> None:
        if self._disarming is not None:
            self._disarming.cancel()
            self._disarming = None
        self.armed = False

    def _begin_hold(self) -> None:
        self._end_hold()
        self._looked, self._looks_left = False, LOOKS_AFTER
        self._holding = Clock.schedule_interval(self._hold, LOOK_S)

    def _hold(self, elapsed_s: float) -> None:
        """Look again: what passed before the first look may have passed before the touch."""
        if not self._looked:
            self._looked = True
        elif self.held < 1.0:
            self.held = min(1.0, self.held + elapsed_s / look.theme.motion.hold_s)
        elif self._looks_left > 1:
            self._looks_left -= 1
        else:
            self.let_go()
            self._spent, self._tapped = True, False
            if self.act():
                self._owed = self.action.released

    def _repeat(self, _elapsed_s: float) -> None:
        self._repeated = self.act()
        if self._repeated:
            self._repeating = Clock.schedule_once(self._repeat, REPEAT_EVERY_S)

    def _end_repeat(self) -> None:
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None

    def _end_hold(self) -> None:
        self._end_repeat()
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None
        self.held = 0.0
        self._spent = False
        owed, self._owed = self._owed, None
        if owed is not None and self.send:
            self.send(owed)

    def key_down(self) -> None:
        """Enter or Space went down while this has the focus."""
        if self.action.enabled and self.action.hold:
            if self._holding is None and not self._spent:
                self._begin_hold()
        elif self.action.enabled:
            self.act()

    def key_up(self) -> None:
        """The key was let go: pressed only, a button that must be held may be pressed again."""
        pressed_only = self._holding is not None
        self._end_hold()
        if pressed_only:
            self._confirm()

    def act(self) -> bool:
        """Send what this button does; a double tap counts once. Whether it was sent."""
        now = Clock.get_time()
        counts = (self.style == "key" or self.action.counts) and not look.steady
        if self.action.enabled and self.send and (counts or now - self._pressed_at > TWICE_S):
            self._pressed_at = now
            self.send(self.action.does)
            return True
        return False
