"""A keyway of the owner's own as staff enter it: three short forms and a keypad. Pure.

Responsible for: the words and buttons of those pages. Not responsible for: holding what was typed
(`ui.present.keyway_draft`), who may enter one, or whether it is good (`kiosk` decides and says so).
"""

from __future__ import annotations

from string import ascii_uppercase, digits

from config.own_keyway import CODE, DEPTHS, FIELDS, FIRST_DEPTH, NAME, ROOTS, SLOT, STEP, STOPS, UNITS
from config.problems import Wrong
from config.store import Store
from kiosk.records.inventory import SlotView
from kiosk.session.intents import EnterKeyway
from kiosk.session.snapshot import OwnKeywayView
from ui.present.keyway_draft import KeywayDraft
from ui.present.language import Translation
from ui.present.local import OpenKeyway, OpenTab
from ui.present.shown import Action, ButtonKind, KeypadDetail, Shown, StaffDetail

FORMS = (
    (CODE, NAME, SLOT, "unit", "stop", "cuts"),
    ("first_cut", "pitch", "flat", "angle_deg", "blade_length", "blade_height"),
    (FIRST_DEPTH, ROOTS, STEP, DEPTHS, "macs", "thickness"),
)
_CHOICES = {"unit": UNITS, "stop": STOPS}
_OPTIONAL = ("blade_height", "macs", "thickness")
_LONGEST = 60
_LETTERS, _DIGITS = "a", "#"
"""Letters and digits do not fit on a low screen together: a key turns from one to the other."""


def own_keyway(
    words: Translation,
    draft: KeywayDraft,
    view: OwnKeywayView,
    slots: tuple[SlotView, ...],
    tabs: tuple[Action, ...],
) -> StaffDetail:
    """The form that is open."""
    number = int(draft.page)
    rows = tuple(_row(words, field, draft, slots) for field in FORMS[number - 1])
    back = Action("kiosk", words("settings.kiosk"), OpenTab("kiosk"), icon="back")
    if number > 1:
        back = Action("form_before", words("keyway.before"), OpenKeyway(draft.on(str(number - 1))), icon="back")
    if number < len(FORMS):
        forth = Action("form_next", words("keyway.next"), OpenKeyway(draft.on(str(number + 1))), ButtonKind.PRIMARY)
    else:
        forth = Action("enter_keyway", words("keyway.enter"), EnterKeyway(draft.entry), ButtonKind.PRIMARY)
    said = words("keyway.how")
    if view.wrong is not None:
        said = _refused(words, view, view.wrong)
    elif view.code:
        said = words("keyway.entered", code=view.code, slot=view.slot)
    return StaffDetail(
        tabs,
        rows=rows,
        paragraphs=(said,),
        controls=(back, forth),
        pairs=True,
        title=words("kiosk.keyway"),
        picture="bare/KW1/brass",
    )


def _refused(words: Translation, view: OwnKeywayView, wrong: Wrong) -> str:
    facts: dict[str, object] = {name: _fact(words, value) for name, value in view.facts}
    if "limit_mm" in facts:
        facts["limit"] = f"{facts['limit_mm']} mm"
    field = words(f"keyway.field.{view.field}" if view.field else "keyway.whole")
    return words("keyway.refused", field=field, reason=words(f"keyway.wrong.{wrong}", **facts))


def _fact(words: Translation, value: int | float | str) -> str:
    return value if isinstance(value, str) else words.number(value, 0 if value == int(value) else 2)


def keypad(words: Translation, draft: KeywayDraft, store: Store) -> Shown | None:
    """The keys of the field that is open; None where a form is."""
    name = draft.page
    if name not in FIELDS:
        return None
    typed = draft.text(name)
    keys, turn = f"{digits}.", ""
    if name in (CODE, NAME):
        keys, turn = (f"{digits}-", _LETTERS) if draft.turned else (f"{ascii_uppercase}-", _DIGITS)
    form = str(next(number for number, fields in enumerate(FORMS, start=1) if name in fields))

    def with_text(text: str) -> OpenKeyway:
        return OpenKeyway(draft.with_text(name, text))

    space = (Action("space", words("keyway.space"), with_text(f"{typed} ")),) if name in (NAME, ROOTS) else ()
    turned = OpenKeyway(draft.on(name, turned=not draft.turned))

    return Shown(
        page="keypad",
        visit=f"staff_menu/{name}",
        title=words(f"keyway.field.{name}"),
        picture="bare/KW1/brass",
        store_name=store.name,
        body=(words(f"keyway.help.{name}" if name in (CODE, SLOT, ROOTS, STEP, DEPTHS) else "keyway.sheet"),),
        detail=KeypadDetail(
            label=words("keyway.typed"),
            dots=typed,
            keys=(
                *(Action(f"key_{key}", key, with_text(typed + key), enabled=len(typed) < _LONGEST) for key in keys),
                *((Action("turn", turn, turned),) if turn else ()),
            ),
            message="",
            secret=False,
            columns=7 if name in (CODE, NAME) else 3,
        ),
        actions=(
            Action("typed", words("keypad.enter"), OpenKeyway(draft.on(form)), ButtonKind.PRIMARY, icon="check"),
            Action(
                "erase",
                words("keypad.erase"),
                with_text(typed[:-1]),
                icon="erase",
                enabled=bool(typed),
                counts=True,
            ),
            *space,
        ),
    )


def _row(words: Translation, field: str, draft: KeywayDraft, slots: tuple[SlotView, ...]) -> Action:
    """One field: chosen with a touch where there are two ways, typed where there are more."""
    text = draft.text(field)
    does, note = draft.on(field), text
    if field in _CHOICES:
        one, other = _CHOICES[field]
        does = draft.with_text(field, other if text == one else one)
        note = words(f"keyway.{field}.{text}")
    elif field == SLOT:
        held = next((each.blank for each in slots if str(each.number) == text), "")
        note = words("keyway.slot_now", number=text, blank=held) if held else text
    elif not text:
        note = words("keyway.optional" if field in _OPTIONAL else "keyway.empty")
    return Action(f"field_{field}", words(f"keyway.field.{field}"), OpenKeyway(does), note=note)
