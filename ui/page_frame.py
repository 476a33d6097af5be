"""The frame around every page: banner, header, page, main buttons, languages and aids, the time-out dialogue.

Responsible for: putting a `Shown` on the glass with as little change as possible, the focus, and ignoring touches
meant for the screen before. Not responsible for: what any of it means.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.session.intents import Intent
from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.local import LocalAct
from ui.present.shown import ButtonKind, Shown
from ui.present.spoken import choices_of
from ui.screens import PAGES
from ui.widgets.button import BigButton
from ui.widgets.buttons import MainButtons
from ui.widgets.dialogue import Dialogue
from ui.widgets.field_page import MOST_OF_GLASS, FieldPage
from ui.widgets.frame import Banner, Header, Toolbar
from ui.widgets.ground import Ground
from ui.widgets.look import look
from ui.widgets.page import Page

from kivy.clock import Clock  # isort: skip
from kivy.core.window import Window
from kivy.graphics import ClearBuffers, ClearColor, Fbo, Scale, Translate
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.widget import Widget

LAYOUT_ROUNDS = 60
"""Rounds of layout before a frame at most; a page takes about eight."""
NOT_DRAWN_S = float("inf")
"""Until when touches are ignored on a screen that is not on the glass yet: nobody has seen it."""
WHERE_STOP_STOOD_S = 0.5
"""So long after STOP has gone a touch where it stood was still meant for it."""
KEPT_PAGES = frozenset(
    {"welcome", "message", "steps", "offer", "receipt", "refused", "fault", "keypad", "choice", "help"}
)
"""Pages kept for the next shopper once they were shown; what has held buttons is made anew."""


class PageFrame(FloatLayout):
    """The whole glass."""

    def __init__(self, send: Callable[[Intent | LocalAct], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # A page comes to rest before it is drawn: nobody sees buttons without the words they belong to.
        Clock.max_iteration = LAYOUT_ROUNDS
        self._send = send
        self._visit = ""
        self._deaf_until_s = self._deaf_there_until_s = 0.0
        self._stop_stood: list[tuple[float, float, float, float]] = []
        """Left, bottom, right and top of what was STOP on the screen before."""
        self._focus = ""
        self._focus_seen = False
        self._walks = self._begins = False
        """Whether keys walk the focus, and whether it has to begin on a page that has just come."""
        self.shown: Shown | None = None
        self.page: Page | None = None
        look.follow(self, PageFrame._paint)
        self._ground = Ground()
        self.add_widget(self._ground)
        self._lay_field = Clock.create_trigger(self._place_field, -1)
        self._column = BoxLayout(orientation="vertical")
        self._banner, self._header = Banner(), Header()
        self._page_box = BoxLayout()
        self._bar, self._tools = MainButtons(), Toolbar()
        self._bar.send = self._tools.send = self._touched
        self._footer = BoxLayout(orientation="vertical", size_hint_y=None)
        self._footer.fbind("minimum_height", self._footer.setter("height"))
        self._footer.add_widget(self._bar)
        self._footer.add_widget(self._tools)
        for part in (self._banner, self._header, self._page_box, self._footer):
            self._column.add_widget(part)
        self.add_widget(self._column)
        self._kept: dict[type[Page], Page] = {}
        self._sizes: tuple[float, bool] = (0.0, False)
        self._reach = False
        self._dialogue: Dialogue | None = None
        look.follow(self, PageFrame._space)
        self._space()
        self._paint()

    def _paint(self, *_: Any) -> None:
        # The window is cleared to the paper's colour: a rectangle as large as the glass, drawn in software, takes as
        # long as everything that stands upon it.
        # Before the first page has come it is all field, as it was opened: nobody sees an empty sheet.
        Window.clearcolor = look.theme.palette.paper if self.shown is not None else look.theme.palette.good.bright
        self._lay_field()

    def _place_field(self, *_: Any) -> None:
        """The field of the page that is up: from the banner down, and under the header."""
        page, shown = self.page, self.shown
        if not isinstance(page, FieldPage) or shown is None:
            self._ground.clear()
            self._header.ink = "soft_ink"
            return
        left, bottom, right = page.field
        ground = getattr(look.theme.palette, shown.tone)
        top = self._banner.y
        highest = top if page.side_by_side else MOST_OF_GLASS * look.theme.height_px + self._header.height
        if top > bottom and right > left:
            self._ground.lay(ground, left, bottom, right, top, highest)
        self._header.ink = page.ink

    def save(self, path: Path) -> None:
        """Write what is on the glass as a picture."""
        self.picture().save(str(path), flipped=False)

    def picture(self) -> Any:
        """What is on the glass, as a texture."""
        width, height = (round(side) for side in self.size)
        fbo = Fbo(size=(width, height), with_stencilbuffer=True)
        fbo.clear_color = look.theme.palette.paper
        with fbo:
            ClearColor(*look.theme.palette.paper)
            ClearBuffers()
            Scale(1, -1, 1)
            Translate(0, -height, 0)
        fbo.add(self.canvas)
        fbo.draw()
        fbo.remove(self.canvas)
        return fbo.texture

    def _space(self, *_: Any) -> None:
        sizes = (look.theme.px_per_mm, look.theme.compact)
        if sizes != self._sizes:
            # Pages hold the sizes they were made with.
            self._sizes, self.page, self._kept = sizes, None, {}
            self._page_box.clear_widgets()
            if self.shown is not None:
                self.show(self.shown, reach=self._reach)
        theme = look.theme
        self._column.spacing = theme.mm(3 if theme.compact else 6)
        self._footer.spacing = theme.mm(3 if theme.compact else 6)
        self._footer.padding = [theme.margin_px, 0, theme.margin_px, theme.mm(3 if theme.compact else 6)]

    # --- showing ----------------------------------------------------------------------------------------
    def show(self, shown: Shown, *, reach: bool = False) -> None:
        """Put `shown` on the glass; an equal value changes nothing."""
        # Where it is not offered it does not hold: a screen that would not fit keeps its usual layout.
        reach = reach and any(aid.id == "aid_reach" for aid in shown.aids)
        new_visit, first = shown.visit != self._visit, self.shown is None
        stood = [
            (*button.to_window(*button.pos), *button.to_window(button.right, button.top)) for button in self._stops()
        ]
        self.shown, self._reach = shown, reach
        self._banner.text = shown.simulated
        self._header.store, self._header.badge = shown.store_name, shown.badge
        self._tools.show(shown)
        page_class = PAGES[shown.page]
        if type(self.page) is not page_class:
            self._turn_to(page_class, shown, reach=reach)
        else:
            assert self.page is not None  # noqa: S101 - narrows the type; set above
            self.page.shown = shown
            self.page.reach = reach
        self._share_actions()
        self._paint() if first else self._lay_field()
        if new_visit:
            self._visit = shown.visit
            self._deaf_until_s = NOT_DRAWN_S
            self._begins = self._walks
        if stood and (new_visit or not self._stops()):
            self._stop_stood, self._deaf_there_until_s = stood, NOT_DRAWN_S
        # In the next frame: drawing a page may take longer than it is to be deaf.
        Clock.schedule_once(self._drawn, 0)
        self._ask(shown)
        Clock.schedule_once(lambda _dt: self._restore_focus(), 0)

    def _drawn(self, *_: Any) -> None:
        """What is shown stands on the glass: from now on it can be meant."""
        now_s = Clock.get_time()
        if self._deaf_until_s == NOT_DRAWN_S:
            self._deaf_until_s = now_s + look.theme.motion.deaf_s
        if self._deaf_there_until_s == NOT_DRAWN_S:
            self._deaf_there_until_s = now_s + WHERE_STOP_STOOD_S

    def _turn_to(self, page_class: type[Page], shown: Shown, *, reach: bool) -> None:
        """Put another page up: the one that was up before, if it is a shopper's, for making one anew takes a while."""
        for button in _buttons_in(self._page_box):
            button.let_go()
        self._page_box.clear_widgets()
        page = self._kept.pop(page_class, None)
        if page is None:
            page = self._make(page_class, shown, reach=reach)
        else:
            page.shown, page.reach = shown, reach
            page.dress()
        if shown.page in KEPT_PAGES:
            self._kept[page_class] = page
        self.page = page
        self._page_box.add_widget(page)
        page.begin()

    def _make(self, page_class: type[Page], shown: Shown, *, reach: bool) -> Page:
        page = page_class(shown=shown, send=self._touched, reach=reach)
        page.fbind("holds_actions", self._share_actions)
        if isinstance(page, FieldPage):
            page.fbind("field", self._lay_field)
        return page

    def prepare(self, shown: Shown) -> None:
        """Lay that screen out before it is wanted, so that its words and drawings are there when it is."""
        page_class = PAGES[shown.page]
        if shown.page not in KEPT_PAGES or type(self.page) is page_class:
            return
        page = self._kept.get(page_class)
        if page is None:
            page = self._kept[page_class] = self._make(page_class, shown, reach=False)
            # One that was up lies where it lay: buttons of its own stand below it.
            page.pos, page.size = self._page_box.pos, self._page_box.size
        page.dress()
        page.shown = shown

    def _share_actions(self, *_: Any) -> None:
        """The main buttons stand below the page, or on it; where there are none below, they take no room there."""
        if self.shown is None or self.page is None:
            return
        below = () if self.page.holds_actions else self.shown.actions
        self._bar.actions = below
        if bool(below) != (self._bar.parent is not None):
            if below:
                self._footer.add_widget(self._bar, index=len(self._footer.children))
            else:
                self._footer.remove_widget(self._bar)

    def _ask(self, shown: Shown) -> None:
        if shown.waiting is None:
            if self._dialogue is not None:
                self.remove_widget(self._dialogue)
                self._dialogue = None
            return
        if self._dialogue is None:
            self._dialogue = Dialogue(send=self._touched)
            self.add_widget(self._dialogue)
        self._dialogue.show(shown.waiting)

    # --- touch and keys ---------------------------------------------------------------------------------
    def _touched(self, does: Intent | LocalAct) -> None:
        self._send(does)

    def on_touch_down(self, touch: Any) -> bool:
        """Ignore what was meant for the screen before; STOP is meant whenever it comes."""
        if (self.deaf or self._meant_for_stop(touch)) and not self._on_stop(touch):
            return True
        self.focus_on("")
        for button in self.buttons():
            if not button.collide_point(*button.to_widget(*touch.pos)):
                button.let_go()
        if self._dialogue is not None:
            self._dialogue.on_touch_down(touch)
            return True
        return bool(super().on_touch_down(touch))

    def _on_stop(self, touch: Any) -> bool:
        return any(button.collide_point(*button.to_widget(*touch.pos)) for button in self._stops())

    def _meant_for_stop(self, touch: Any) -> bool:
        if Clock.get_time() >= self._deaf_there_until_s:
            return False
        x, y = touch.pos
        return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._stop_stood)

    def _stops(self) -> list[BigButton]:
        return [button for button in self._offered() if button.action.kind is ButtonKind.DANGER]

    def _offered(self) -> list[BigButton]:
        """What the page or the question before it offers, in no order: asked at every snapshot and touch."""
        parts = (self.page, self._bar) if self._dialogue is None else (self._dialogue,)
        return [button for part in parts if part is not None for button in _buttons_in(part)]

    def buttons(self) -> list[BigButton]:
        """All one can press now: what the page offers, in the order in which it is spoken, then languages and aids."""
        offered = choices_of(self.shown) if self.shown is not None else ()
        order = {action.id: number for number, action in enumerate(offered)}
        found = sorted(self._offered(), key=lambda button: order.get(button.action.id, len(order)))
        return [*found, *_buttons_in(self._tools)] if self._dialogue is None else found

    @property
    def focused(self) -> BigButton | None:
        """The button that has the focus."""
        return next((button for button in self.buttons() if button.focused), None)

    def focus_on(self, identity: str) -> None:
        """Give the focus to the button of that id; "" takes it away."""
        self._focus, self._walks, self._begins = identity, bool(identity), False
        self._restore_focus()

    def turn_to(self, button: BigButton) -> None:
        """Whatever else was pressed waits for no second press, and moves nothing any more."""
        for other in self.buttons():
            if other is not button:
                other.let_go()

    def _beginning(self) -> str:
        """Where the focus begins: the main action, or the first thing that may be done; never what ends the visit.

        Where one types it begins nowhere: Enter completes the number.
        """
        does = [b.action for b in self.buttons() if b.action.enabled and b.action.id != "cancel"]
        if any(button.action.id == "enter" for button in self.buttons()):
            return ""
        tools = {button.action.id for button in _buttons_in(self._tools)}
        does = [action for action in does if action.id not in tools]
        main = [action for action in does if action.kind is ButtonKind.PRIMARY]
        return next((action.id for action in (*main, *does)), "")

    def _restore_focus(self) -> None:
        if self._begins:
            self._focus, self._begins = self._beginning(), False
        if not self._focus and not self._focus_seen:
            return
        self._focus_seen = bool(self._focus)
        for button in self.buttons():
            button.focused = bool(self._focus) and button.action.id == self._focus

    def move_focus(self, step: int) -> BigButton | None:
        """Move on by `step` and return what has the focus now."""
        buttons = [button for button in self.buttons() if button.action.enabled]
        if not buttons:
            return None
        ids = [button.action.id for button in buttons]
        start = 0 if step > 0 else len(ids) - 1
        at = (ids.index(self._focus) + step) % len(ids) if self._focus in ids else start
        self.focus_on(ids[at])
        self.turn_to(buttons[at])
        return buttons[at]

    @property
    def deaf(self) -> bool:
        """Whether this screen has only just appeared."""
        return bool(Clock.get_time() < self._deaf_until_s)


def _buttons_in(widget: Widget) -> list[BigButton]:
    """Visible buttons below `widget`, top to bottom, left to right."""
    found = [
        child
        for child in widget.walk(restrict=True)
        if isinstance(child, BigButton) and child.action is not None and child.width > 1 and child.height > 1
    ]
    return sorted(found, key=_place_in_reading)


def _place_in_reading(button: BigButton) -> tuple[int, float]:
    x, y = button.to_window(*button.center)
    return -round(y / 10), x
