"""The store's settings as a manager changes them: prices, opening hours, closed until. Pure.

Responsible for: the words and buttons of those pages; the figure being chosen stands in the name of the open page. Not
responsible for: who may change what, or whether it is good (`kiosk` decides and says so).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from config.hours import ALL_DAY, CLOSED, DAY_MIN, WEEKDAYS, span_min, span_text
from config.store_changes import CLOSED_UNTIL, FINISH_PRICE, HOURS, PRICE
from kiosk.session.intents import ChangeSettings
from kiosk.session.snapshot import SettingsView
from ui.present.language import Translation
from ui.present.local import OpenTab
from ui.present.parts import finish_name, holding
from ui.present.shown import Action, ButtonKind, LabelledValue, StaffDetail

PAGE = "kiosk/settings"
_PRICE_STEPS_MINOR = (-100, 100, -10, 10, -1, 1)
_MOST_MINOR = 100_000
MUCH = 2
"""A price that changes by more than one part in so many is saved by holding."""
_HOURS_STEP_MIN = 30
_FIRST_SPAN = (8 * 60, 20 * 60)
"""Offered for a day that was closed or open all day."""


def own_settings(
    words: Translation, tab: str, view: SettingsView, currency: str, tabs: tuple[Action, ...]
) -> StaffDetail:
    """The page `tab` of the settings."""
    name, *chosen = (tab.removeprefix(PAGE).strip("/") or "list").split("/")
    match name, chosen:
        case "price", [finish, minor]:
            return _price(words, finish, int(minor), view, currency, tabs)
        case "hours", [day]:
            return _day(words, WEEKDAYS.index(day), view.hours[WEEKDAYS.index(day)], view, tabs)
        case "hours", [day, span]:
            return _day(words, WEEKDAYS.index(day), span, view, tabs)
        case "hours", _:
            return _week(words, view, tabs)
        case "until", [day]:
            return _until(words, date.fromisoformat(day), view, tabs)
        case _:
            return _list(words, view, currency, tabs)


def _list(words: Translation, view: SettingsView, currency: str, tabs: tuple[Action, ...]) -> StaffDetail:
    prices = (("", view.price_minor), *view.finish_prices_minor)
    rows = [
        _row(
            words,
            view,
            _field(finish),
            _price_name(words, finish),
            words.money(minor, currency),
            f"price/{finish}/{minor}",
        )
        for finish, minor in prices
    ]
    next_day = _offered(view)
    until = words.day(_day_of(view) or next_day) if view.closed_until else words("settings.not_closed")
    rows.append(_row(words, view, HOURS, words("settings.hours"), "", "hours"))
    rows.append(_row(words, view, CLOSED_UNTIL, words("settings.until"), until, f"until/{next_day.isoformat()}"))
    back = Action("kiosk", words("settings.kiosk"), OpenTab("kiosk"), icon="back")
    return StaffDetail(
        tabs,
        rows=tuple(rows),
        paragraphs=(words("settings.effect"),),
        controls=(back,),
        title=words("kiosk.settings"),
        picture="pay",
    )


def _row(words: Translation, view: SettingsView, field: str, label: str, value: str, page: str) -> Action:
    """One setting; a field that the office sets says so and leads nowhere."""
    ruled = any(each == field or (field == HOURS and each.startswith(HOURS)) for each in view.ruled)
    note = words("settings.office") if ruled else ""
    name = f"set_{page.replace('/', '_')}"
    return Action(name, label, OpenTab(f"{PAGE}/{page}"), note=note, figure=value, enabled=not ruled)


def _price_name(words: Translation, finish: str) -> str:
    return words("settings.price_of", finish=finish_name(words, finish)) if finish else words("settings.price")


def _field(finish: str) -> str:
    return f"{FINISH_PRICE}{finish}" if finish else PRICE


def _offered(view: SettingsView) -> date:
    """The day with which choosing begins."""
    return max(date.fromisoformat(view.today) + timedelta(days=1), _day_of(view) or date.min)


def _day_of(view: SettingsView) -> date | None:
    return date.fromisoformat(view.closed_until) if view.closed_until else None


def _price(
    words: Translation, finish: str, minor: int, view: SettingsView, currency: str, tabs: tuple[Action, ...]
) -> StaffDetail:
    now_minor = dict(view.finish_prices_minor).get(finish, view.price_minor)
    steps = tuple(
        Action(
            f"price_{'more' if step > 0 else 'less'}_{abs(step)}",
            f"{'+' if step > 0 else '−'} {words.money(abs(step), currency)}",
            OpenTab(f"{PAGE}/price/{finish}/{minor + step}"),
            enabled=0 <= minor + step <= _MOST_MINOR,
            counts=True,
        )
        for step in _PRICE_STEPS_MINOR
    )
    amount = words.money(minor, currency)
    save = _save(words, amount, minor != now_minor, (_field(finish), minor))
    if abs(minor - now_minor) * MUCH > now_minor:
        # Ten taps too many are a price nobody meant.
        save = replace(save, hold=holding(words))
    return _page(
        words,
        LabelledValue(_price_name(words, finish), words.money(now_minor, currency)),
        amount,
        (*steps, save, _back(words, "")),
        tabs,
        unsaved=minor != now_minor,
    )


def _week(words: Translation, view: SettingsView, tabs: tuple[Action, ...]) -> StaffDetail:
    rows = tuple(
        _row(words, view, f"{HOURS}{day}", words.weekday(number), _span(words, view.hours[number]), f"hours/{day}")
        for number, day in enumerate(WEEKDAYS)
    )
    return StaffDetail(tabs, rows=rows, controls=(_back(words, ""),), title=words("settings.hours"))


def _day(words: Translation, number: int, span: str, view: SettingsView, tabs: tuple[Action, ...]) -> StaffDetail:
    day, now = WEEKDAYS[number], view.hours[number]
    opens, closes = (span_min(span) if span != ALL_DAY else None) or _FIRST_SPAN
    moves = (
        ("opens_earlier", opens - _HOURS_STEP_MIN, closes),
        ("opens_later", opens + _HOURS_STEP_MIN, closes),
        ("closes_earlier", opens, closes - _HOURS_STEP_MIN),
        ("closes_later", opens, closes + _HOURS_STEP_MIN),
    )
    page = f"{PAGE}/hours/{day}"
    steps = tuple(
        Action(
            name,
            words(f"settings.{name}"),
            OpenTab(f"{page}/{span_text(first, last)}"),
            enabled=0 <= first < last <= DAY_MIN,
            counts=True,
        )
        for name, first, last in moves
    )
    whole = (
        Action("day_closed", words("settings.closed"), OpenTab(f"{page}/{CLOSED}"), chosen=span == CLOSED),
        Action("day_open", words("settings.all_day"), OpenTab(f"{page}/{ALL_DAY}"), chosen=span == ALL_DAY),
    )
    every = ChangeSettings(tuple((f"{HOURS}{each}", span) for each in WEEKDAYS))
    said = _span(words, span)
    return _page(
        words,
        LabelledValue(words.weekday(number), _span(words, now)),
        said,
        (
            *steps,
            *whole,
            _save(words, words.weekday(number), span != now, (f"{HOURS}{day}", span)),
            Action("save_week", words("settings.every_day"), every, enabled=any(each != span for each in view.hours)),
            _back(words, "/hours"),
        ),
        tabs,
        unsaved=span != now,
    )


def _until(words: Translation, day: date, view: SettingsView, tabs: tuple[Action, ...]) -> StaffDetail:
    today, now = date.fromisoformat(view.today), _day_of(view)
    steps = tuple(
        Action(
            f"until_{name}",
            words(f"settings.{name}"),
            OpenTab(f"{PAGE}/until/{(day + timedelta(days=days)).isoformat()}"),
            enabled=day + timedelta(days=days) > today,
            counts=True,
        )
        for name, days in (("day_less", -1), ("day_more", 1), ("week_less", -7), ("week_more", 7))
    )
    open_again = ChangeSettings(((CLOSED_UNTIL, None),))
    return _page(
        words,
        LabelledValue(words("settings.until"), words.day(now) if now else words("settings.not_closed")),
        words.day(day),
        (
            *steps,
            _save(words, words.day(day), day != now, (CLOSED_UNTIL, day.isoformat())),
            Action("not_closed", words("settings.do_not_close"), open_again, enabled=now is not None),
            _back(words, ""),
        ),
        tabs,
        unsaved=day not in (now, _offered(view)),
    )


def _span(words: Translation, span: str) -> str:
    """The hours of a day."""
    found = span_min(span)
    if found is None:
        return words("settings.closed")
    if span == ALL_DAY:
        return words("settings.all_day")
    return "–".join(words.time_of_day(minutes) for minutes in found)


def _save(words: Translation, what: str, differs: bool, change: tuple[str, int | str]) -> Action:
    return Action(
        "save", words("settings.save", value=what), ChangeSettings((change,)), ButtonKind.PRIMARY, enabled=differs
    )


def _back(words: Translation, page: str) -> Action:
    return Action("settings", words("settings.others"), OpenTab(f"{PAGE}{page}"), icon="back")


def _page(
    words: Translation,
    now: LabelledValue,
    new: str,
    controls: tuple[Action, ...],
    tabs: tuple[Action, ...],
    *,
    unsaved: bool,
) -> StaffDetail:
    """What holds now, and what would."""
    return StaffDetail(
        tabs,
        lines=(now,),
        controls=controls,
        pairs=True,
        title=now.label,
        figure=LabelledValue(words("settings.unsaved" if unsaved else "settings.new"), new),
        unsaved=unsaved,
    )
