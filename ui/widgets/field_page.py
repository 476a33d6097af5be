"""Pages with a field: one sentence and one picture upon a full-bleed ground, and below or beside it what to do.

Responsible for: where field, sentence, picture, words and controls stand, upright and lengthwise. Not responsible
for: pages that are tools (`ui.widgets.page`), or painting the field, which runs on under the header (`ui.page_frame`).
"""

from __future__ import annotations

from typing import Any

from ui import bootstrap as _bootstrap  # noqa: F401 - before Kivy
from ui.present.shown import Tone
from ui.widgets.look import look
from ui.widgets.page import LEAST_PICTURE_MM, Page

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, StringProperty

MOST_OF_GLASS = 0.62
"""Of an upright glass that the field takes where little stands below it."""
BESIDE = 0.45
"""Of a lengthwise glass that the field takes where much stands beside it."""
SAID = 0.54
"""Of a lengthwise glass that is all field: what is said; the picture has the rest."""

Builder.load_string(
    """
#:import DrawnPicture ui.widgets.picture.DrawnPicture
#:import MainButtons ui.widgets.buttons.MainButtons
#:import Headline ui.widgets.text.Headline

<FieldPage>:
    holds_actions: root.side_by_side and not root.spread
    Headline:
        text: root.shown.title
        scale: 'title' if root.low else root.scale
        ink: root.ink
    DrawnPicture:
        role: 'picture'
        scene: root.shown.picture
        fraction: root.shown.picture_fraction
        ink: root.ink
    MainButtons:
        role: 'actions'
        stacked: True
        actions: root.shown.actions if root.holds_actions else ()
        send: root.send
"""
)


class FieldPage(Page):
    """Parts in the field are `head`, `picture`, `foot` and `tag`; outside are `words`, `controls` and `actions`.

    Head, picture and actions are the same on every such page; a page's own kv has the others.
    """

    field = ListProperty([0, 0, 0])
    """Left, bottom and right of the field, which reaches up to the banner."""
    ink = StringProperty("on_field")
    """Of what stands upon the field: a name of the palette."""
    low = BooleanProperty(False)
    """Whether the field is so low that sentence and picture stand beside each other."""
    scale = StringProperty("headline")
    """Of the sentence: a name of the theme's sizes."""
    beside = NumericProperty(BESIDE)
    """Of a lengthwise glass that the field takes."""
    spread = BooleanProperty(False)
    """Whether lengthwise the field takes the whole glass, with all that is said upon it: there is nothing to choose."""
    body_ink = StringProperty("ink")
    """Of what is said in `words` and `controls`: a name of the palette."""
    reaches = NumericProperty(0.5)
    """Of an upright glass up to which controls may grow: what a shopper touches lies in its lower half."""
    room = NumericProperty(0)
    """How high the controls may be, so that they fill what the field leaves; 0 where nothing grows."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("shown", "spread", "side_by_side"):
            self.fbind(name, self._tint)
        self.fbind("spread", self._trigger_layout)
        self._tint()

    def _tint(self, *_: Any) -> None:
        self.ink = "on_look" if self.shown is not None and self.shown.tone is Tone.LOOK else "on_field"
        self.body_ink = self.ink if self.spread and self.side_by_side else "ink"

    def _stacked(self) -> None:
        theme = look.theme
        x, width = self.x + theme.margin_px, self.width - 2 * theme.margin_px
        words, controls, tabs = self.part("words"), self.part("controls"), self.part("tabs")
        low = self.y
        if tabs is not None:
            tabs.width, tabs.x, tabs.y = width, x, low
            low += tabs.height + theme.gap_px
        self.room = 0.0 if self.reach else max(0.0, self.reaches * theme.height_px - low)
        if controls is not None:
            controls.width, controls.x, controls.y = width, x, low
            low += controls.height + (theme.gap_px if controls.height else 0)
        lowest = low
        if words is not None and words.height:
            words.width, words.x = width, x
            # As far from the field above as from the controls below.
            lowest += words.height + (1 if theme.compact else 4) * theme.gap_px
        bottom = max(lowest, self.top - MOST_OF_GLASS * theme.height_px)
        if words is not None:
            # What is left over is shared: words stand in the middle between the field and the controls.
            words.center_y = (low + bottom) / 2
        self.field = [self.x, bottom, self.right]
        self._fill(x, bottom, width)

    def _beside(self) -> None:
        if self.spread:
            self._all_over()
            return
        theme = look.theme
        field_w = round(self.width * self.beside)
        x = self.x + field_w + theme.mm(9)
        width = self.right - theme.margin_px - x
        words, controls, actions = self.part("words"), self.part("controls"), self.part("actions")
        low, high = self.y, self.top
        if actions is not None:
            actions.width, actions.x, actions.y = width, x, low
            low += actions.height + (theme.gap_px if actions.height else 0)
        # Words and controls are one block, in the middle of what height there is.
        parts = [part for part in (controls, words) if part is not None]
        for part in parts:
            part.width, part.x = width, x
        filled = [part.height for part in parts if part.height]
        said = words.height + theme.wide_gap_px if words is not None and words.height else 0.0
        self.room = max(0.0, high - low - said)
        bottom = low + max(0.0, (high - low - sum(filled) - theme.wide_gap_px * (len(filled) - 1)) / 2)
        for part in parts:
            part.y = bottom
            bottom += part.height + (theme.wide_gap_px if part.height else 0)
        bottom = self.y
        self.field = [self.x, bottom, self.x + field_w]
        self._fill(self.x + theme.margin_px, bottom, field_w - 2 * theme.margin_px)

    def _all_over(self) -> None:
        """Lengthwise, with the whole glass: sentence and words on the left, the picture as high as the field."""
        theme = look.theme
        x, width = self.x + theme.margin_px, self.width - 2 * theme.margin_px
        said_w = round(width * SAID)
        head = self.part("head")
        head.width, head.x, head.top = said_w, x, self.top
        parts = [part for part in (self.part("controls"), self.part("words")) if part is not None and part.height]
        free = head.y - self.y - sum(part.height for part in parts)
        gap = max(0.0, min(theme.wide_gap_px, free / (len(parts) + 1)))
        bottom = self.y + max(0.0, (free - gap * (len(parts) - 1)) / 2)
        for part in parts:
            part.width, part.x, part.y = said_w, x, bottom
            bottom += part.height + gap
        self.low, self.field = False, [self.x, self.y, self.right]
        left = x + said_w + theme.mm(10)
        low = self.y + theme.gap_px
        self._picture(self.part("picture"), left, low, x + width - left, self.top - low)

    def _fill(self, x: float, bottom: float, width: float) -> None:
        """Sentence above, picture below it; on a low and wide field beside each other."""
        theme = look.theme
        head, foot, picture = self.part("head"), self.part("foot"), self.part("picture")
        height = self.top - bottom
        low = self.low = bool(width > 2.2 * height)
        head_w = width * 0.48 if low else width
        top = self.top
        if head is not None:
            head.width, head.x, head.top = head_w, x, top
            top -= 0 if low else head.height
        tag = self.part("tag")
        if tag is not None:
            tag.right, tag.top = x + width, (self.top if low else top) - theme.mm(3)
        floor = bottom + theme.gap_px
        left = x + (width - head_w if low else 0)
        crowded = False
        if foot is not None and foot.height:
            # On a low field it stands below the sentence; where both have no room there, in the picture's place.
            crowded = low and head.height + foot.height + theme.gap_px > height
            foot.width, foot.x = head_w, left if crowded else x
            foot.y = bottom + theme.mm(4 if theme.compact else 7)
            floor = bottom if low else foot.top
        room = 0.0 if crowded else top - floor - theme.mm(2)
        self._picture(picture, left, floor, head_w if low else width, room)

    def _picture(self, picture: Any, x: float, y: float, width: float, height: float) -> None:
        if picture is None:
            return
        room = height >= look.theme.mm(LEAST_PICTURE_MM)
        picture.opacity = int(room)
        picture.size = (width, height) if room else (0, 0)
        picture.pos = (x, y)
