"""Every screen in every language, size and theme: opened, measured, pressed.

Opening a screen is what costs, so each is opened once a combination and everything is asked of it then.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args

import pytest

from kiosk.session.intents import Intent
from kiosk.session.states import State
from tests.support.words import load_words
from tests.ui.glass import Box, box_of, gallery, labels_in, mistakes, time_passes
from ui.gallery import SIZES, sample_store
from ui.present.expected import expected
from ui.present.fault_help import FAMILIES
from ui.present.local import Local, LocalAct, Typed
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.present.spoken import actions_of, joined
from ui.theme import make_theme

LANGUAGES = ("en", "es", "fr")
FULL_PAGES = ("30-", "31-", "32-", "33-", "34-", "35-", "36-", "37-", "38-")
"""Staff's own menus, which hold more than the lower half of a low screen could."""
STAFF_SIGN_IN = ("12-", "13-", "14-")
IN_CONTRAST = "es"
"""Another palette moves nothing and knows no language: each screen takes it once a size, in the longest words."""


@dataclass(frozen=True)
class Seen:
    """What was found on one screen."""

    name: str
    mistakes: tuple[str, ...]
    wrong_presses: tuple[str, ...]
    missing: frozenset[str]
    too_high: tuple[str, ...]
    focus_ok: bool
    heard_ok: bool
    """Whether the choices spoken are those Tab comes to on the page, in that order."""
    banner: str
    wrong_in_contrast: tuple[str, ...]
    held_unsaid: tuple[str, ...]
    """Buttons that must be held and do not say so, or say so and need not be."""


def survey(size: str, language: str, *, reach: bool = False) -> tuple[Seen, ...]:
    return _survey(size, language, reach)


@cache
def _survey(size: str, language: str, reach: bool) -> tuple[Seen, ...]:
    return tuple(_look(name, size, language, reach=reach) for name in SAMPLES)


def put_up(name: str, size: str, language: str = "en", theme: str = "light", *, reach: bool = False) -> Any:
    snapshot, local = SAMPLES[name]
    glass = gallery()
    glass.show(replace(snapshot, language=language), replace(local, reach=reach), sample_store(size, theme), theme)
    return glass


def _look(name: str, size: str, language: str, *, reach: bool) -> Seen:
    glass = put_up(name, size, language, reach=reach)
    frame = glass.frame
    if reach:
        glass.settle(4)
    found = mistakes(frame, glass._look.theme)
    middle = frame.height / 2 + 1
    buttons = frame.buttons()
    high = tuple(b.action.id for b in buttons if b.to_window(0, b.top)[1] > middle)
    wrong = tuple(b.action.id for b in buttons if not _answers(glass, b))
    missing = frozenset(_wanted(frame.shown) - {b.action.id for b in buttons})
    focus_ok, banner = _focus_goes_round(frame), frame._banner.text
    heard_ok = _says_what_tab_comes_to(frame, language)
    unsaid = tuple(b.action.id for b in buttons if _says_hold(b, language) != bool(b.action.hold))
    contrast = tuple(_in_contrast(glass, size)) if not reach and language == IN_CONTRAST else ()
    return Seen(name, tuple(found), wrong, missing, high, focus_ok, heard_ok, banner, contrast, unsaid)


def _in_contrast(glass: Any, size: str) -> list[str]:
    """The same screen after the contrast button: every word in a colour of the new palette, nothing moved."""
    width, height, _ = SIZES[size]
    glass._look.theme = make_theme(sample_store(size).screen, (width, height), "contrast")
    glass.settle(2)
    p = glass._look.theme.palette
    inks = {p.ink, p.soft_ink, p.accent, p.on_accent, p.on_danger, p.on_warn, p.danger}
    inks |= {p.on_field, p.on_look, p.on_mark}
    pale = [f"{each.text!r} keeps its colour" for each in labels_in(glass.frame) if tuple(each.color) not in inks]
    return pale + mistakes(glass.frame, glass._look.theme)


def _answers(glass: Any, button: Any) -> bool:
    """Press it; it must send what it says, once, and nothing if it is disabled; let go, what that means, too."""
    glass.sent.clear()
    button._pressed_at = -10.0
    for _ in range(2):  # the second is a double tap
        button.dispatch("on_press")
        if button.action.hold and button.action.enabled:
            time_passes(button, 1.01)
        button.dispatch("on_release")
    counts = button.style == "key" or button.action.counts
    expected = [button.action.does] * (2 if counts else 1) if button.action.enabled else []
    if expected and button.action.released is not None:
        expected.append(button.action.released)
    return bool(glass.sent == expected) and isinstance(button.action.does, get_args(Intent) + get_args(LocalAct))


def _says_hold(button: Any, language: str) -> bool:
    return any(load_words(language)("hold.mark") in label.text for label in button.labels)


def _wanted(shown: Any) -> set[str]:
    if shown.waiting is not None:
        return {shown.waiting.more.id, shown.waiting.leave.id}
    wanted = {action.id for action in (actions_of(shown.detail) if shown.detail else [])}
    return wanted | {action.id for action in (*shown.actions, *shown.languages, *shown.aids)}


def _focus_goes_round(frame: Any) -> bool:
    enabled = [b.action.id for b in frame.buttons() if b.action.enabled]
    frame.focus_on("")
    visited = []
    for _ in enabled:
        visited.append(frame.move_focus(1).action.id)
        if sum(b.focused for b in frame.buttons()) != 1:
            return False
    frame.focus_on("")
    return visited == enabled


def _says_what_tab_comes_to(frame: Any, language: str) -> bool:
    words, shown = load_words(language), frame.shown
    around = {action.id for action in (*shown.languages, *shown.aids, shown.staff_door) if action}
    tabbed = [b.action for b in frame.buttons() if b.action.enabled and b.action.id not in around]
    spoken = dict.fromkeys(words("spoken.keys") if isinstance(a.does, Typed) else a.spoken for a in tabbed)
    choices = joined(tuple(spoken))
    if shown.waiting is not None:
        return bool(shown.spoken.endswith(choices))
    return bool(shown.spoken.partition(words("spoken.buttons"))[2].strip() == choices)


@pytest.fixture(scope="module", params=[(size, language) for size in SIZES for language in LANGUAGES], ids="-".join)
def screens(request: pytest.FixtureRequest) -> tuple[Seen, ...]:
    """All screens of a combination. All tests of one run one after the other, by whichever process has opened it."""
    return survey(*request.param)


def test_no_text_is_clipped_or_overlaps_and_every_target_is_large_enough(screens: tuple[Seen, ...]) -> None:
    found = [f"{seen.name}: {mistake}" for seen in screens for mistake in seen.mistakes]
    assert not found, "\n".join(found)


def test_every_button_sends_what_it_says_and_a_double_tap_counts_once(screens: tuple[Seen, ...]) -> None:
    assert [(seen.name, seen.wrong_presses) for seen in screens if seen.wrong_presses] == []


def test_every_button_that_must_be_held_says_so_and_no_other_does(screens: tuple[Seen, ...]) -> None:
    assert [(seen.name, seen.held_unsaid) for seen in screens if seen.held_unsaid] == []


def test_every_action_of_a_screen_has_a_button_on_the_glass(screens: tuple[Seen, ...]) -> None:
    assert [(seen.name, seen.missing) for seen in screens if seen.missing] == []


def test_the_focus_goes_through_every_button_and_round(screens: tuple[Seen, ...]) -> None:
    assert [seen.name for seen in screens if not seen.focus_ok] == []


def test_the_choices_spoken_are_exactly_the_pages_in_the_order_of_tab(screens: tuple[Seen, ...]) -> None:
    assert [seen.name for seen in screens if not seen.heard_ok] == []


@pytest.mark.parametrize(("size", "reach"), [("portrait", False), ("landscape", True)])
def test_all_a_shopper_touches_lies_in_the_lower_half_on_one_touch(size: str, reach: bool) -> None:
    upright = () if reach else STAFF_SIGN_IN
    shopper = [seen for seen in survey(size, "es", reach=reach) if not seen.name.startswith(FULL_PAGES + upright)]
    assert [(seen.name, seen.too_high, seen.mistakes) for seen in shopper if seen.too_high or seen.mistakes] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_faults_help_fits_a_low_glass_with_all_inputs_said(language: str) -> None:
    snapshot, _ = SAMPLES["40-staff-recover-not"]
    assert snapshot.fault is not None
    failed = replace(snapshot.fault, failed_code="DOOR_OPEN", failed_utc_s=1795823820.0)
    snapshot = replace(snapshot, fault=failed, may_move=True)
    glass = gallery()
    too_high = []
    for tab in ("kiosk", *(f"help/{family}" for family in FAMILIES)):
        glass.show(replace(snapshot, language=language), Local(tab=tab), sample_store("landscape"), "light")
        page = glass.frame.page
        if page.part("controls").height > page.height:
            too_high.append(tab)
    assert too_high == []


@pytest.mark.parametrize("size", SIZES)
def test_the_approval_page_counts_down_in_one_line_and_nothing_on_the_glass_moves(size: str) -> None:
    glass = put_up("14-staff-approval", size, "es")
    snapshot, local = SAMPLES["14-staff-approval"]
    assert snapshot.staff is not None

    def seen(left_s: int) -> tuple[list[Any], list[tuple[str, Box]]]:
        now = replace(snapshot, language="es", staff=replace(snapshot.staff, closes_in_s=left_s))
        glass.show(now, local, sample_store(size), "light")
        labels = list(labels_in(glass.frame))
        return labels, [(label.text, box_of(label, "")) for label in labels]

    (labels, before), (same, after) = seen(120), seen(59)
    # Not one widget is made anew or stands elsewhere.
    assert all(one is other for one, other in zip(labels, same, strict=True))
    assert [box for _, box in before] == [box for _, box in after]
    changed = [(was, now) for (was, _), (now, _) in zip(before, after, strict=True) if was != now]
    assert [(was[-4:], now[-4:]) for was, now in changed] == [("2:00", "0:59")]


def test_a_page_that_would_not_fit_in_the_lower_half_does_not_offer_it() -> None:
    for name in ("30-staff-stock", "35-technician"):
        frame = put_up(name, "landscape", reach=True).frame
        assert not frame.page.reach
        assert "aid_reach" not in [button.action.id for button in frame.buttons()]


def test_every_screen_of_a_simulated_machine_says_so() -> None:
    assert [seen.name for seen in survey("portrait", "en") if not seen.banner] == []


def test_a_real_machine_shows_no_such_banner() -> None:
    snapshot, local = SAMPLES["02-welcome"]
    glass = gallery()
    glass.show(replace(snapshot, simulated=False), local, sample_store("portrait"), "light")
    assert glass.frame._banner.height == 0


@pytest.mark.parametrize("screens", [(size, IN_CONTRAST) for size in SIZES], ids="-".join, indirect=True)
def test_every_screen_opens_in_high_contrast_too_and_fits_there(screens: tuple[Seen, ...]) -> None:
    assert [(seen.name, seen.wrong_in_contrast) for seen in screens if seen.wrong_in_contrast] == []


def test_a_page_kept_for_the_next_shopper_comes_back_in_the_looks_then_in_force() -> None:
    put_up("08-offer", "portrait")
    put_up("02-welcome", "portrait")
    glass = put_up("08-offer", "landscape", "fr", "contrast")
    assert mistakes(glass.frame, glass._look.theme) == []


def test_the_screens_of_a_visit_are_made_before_they_are_wanted_and_fit_when_they_come() -> None:
    glass = put_up("02-welcome", "portrait", "fr")
    store = sample_store("portrait")
    for snapshot in expected(replace(SAMPLES["02-welcome"][0], language="fr")):
        glass.frame.prepare(present(snapshot, Local(), store))
        glass.settle(1)
    made = {type(page): page for page in glass.frame._kept.values()}
    assert glass.frame.shown.page == "welcome"
    for name in ("04-place-key", "08-offer", "11-refused-kind", "19-cutting", "23-thank-you"):
        put_up(name, "portrait", "fr")
        assert glass.frame.page is made[type(glass.frame.page)]
        assert mistakes(glass.frame, glass._look.theme) == []


def test_there_is_a_sample_of_every_state() -> None:
    assert {snapshot.state for snapshot, _ in SAMPLES.values()} == set(State)


def test_a_screen_that_is_gone_leaves_nothing_behind() -> None:
    from ui.widgets.button import BigButton

    def alive() -> int:
        gc.collect()
        return sum(type(each) is BigButton for each in gc.get_objects())

    def a_day() -> int:
        for name in ("08-offer", "12-staff-login", "30-staff-stock", "35-technician", "23-thank-you", "02-welcome"):
            put_up(name, "portrait")
        return alive()

    # A page or two is kept for the next shopper; a second day adds nothing.
    assert a_day() == a_day()
