"""Nobody stands before a half-empty glass: what is said and what is touched fill the place there is for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.ui.glass import box_of, gallery
from tests.ui.test_screens import put_up
from ui.gallery import sample_store
from ui.present.present import present
from ui.present.returning import CODE_DIGITS
from ui.present.samples import SAMPLES

NOTHING_TO_CHOOSE = ("01-starting", "04-place-key", "17-take-key", "19-cutting", "22-capturing", "25-settling")
KEYPADS = ("12-staff-login", "26-bring-back", "34-staff-keyway-depths")


def boxes(page: Any, kind: type[Any]) -> list[Any]:
    return [widget for widget in page.walk(restrict=True) if isinstance(widget, kind)]


@pytest.mark.parametrize("name", NOTHING_TO_CHOOSE)
def test_lengthwise_a_page_with_nothing_to_choose_is_one_field_with_its_sentence_upon_it(name: str) -> None:
    from ui.widgets.text import TextLabel

    frame = put_up(name, "landscape", "fr").frame
    page = frame.page
    left, bottom, right = page.field
    assert (left, right) == (0, frame.width)
    words, picture = box_of(page.part("words"), "words"), box_of(page.part("picture"), "picture")
    assert words.y >= bottom
    assert words.right <= picture.x
    assert picture.top - picture.y > 0.5 * (page.top - bottom)
    assert {each.ink for each in boxes(page.part("words"), TextLabel)} == {page.ink}


def test_lengthwise_a_page_with_much_to_choose_keeps_its_choices_beside_the_field() -> None:
    page = put_up("28-return-off", "landscape").frame.page
    assert page.field[2] < 0.5 * page.width


@pytest.mark.parametrize("name", KEYPADS)
@pytest.mark.parametrize("size", ["portrait", "landscape"])
def test_keys_fill_the_place_below_or_beside_what_was_typed(name: str, size: str) -> None:
    frame = put_up(name, size).frame
    page = frame.page
    keys = page.part("controls")
    assert keys.height > 0.9 * page.room
    assert box_of(keys, "keys").top <= (frame.height / 2 + 1 if size == "portrait" else page.top + 1)


def test_what_is_typed_stands_in_boxes_one_for_each_figure_that_is_wanted() -> None:
    from ui.widgets.boxes import Boxes

    snapshot, local = SAMPLES["26-bring-back"]
    glass = gallery()
    for typed in ("", "482077", "4820771366"):
        glass.show(snapshot, replace(local, typed=typed), sample_store("portrait"), "light")
        (row,) = boxes(glass.frame.page, Boxes)
        assert row.count == max(CODE_DIGITS, len(typed) + 1)
        assert [each.text for each in row.children[::-1] if each.text] == list(typed)


def test_of_a_pin_no_figure_is_drawn_and_of_a_longer_one_no_box_leaves_its_row() -> None:
    from ui.widgets.boxes import Boxes

    snapshot, local = SAMPLES["12-staff-login"]
    glass = gallery()
    glass.show(snapshot, replace(local, typed="739201846255"), sample_store("portrait"), "light")
    (row,) = boxes(glass.frame.page, Boxes)
    assert row.count == len("739201846255") + 1
    assert not [each.text for each in row.children if each.text]
    assert present(snapshot, replace(local, typed="7392"), sample_store("portrait")).detail.dots == "••••"  # type: ignore[union-attr]


@pytest.mark.parametrize("size", ["portrait", "landscape"])
@pytest.mark.parametrize("name", ["09-refused", "23-thank-you", "23-certificate", "40-out-of-order"])
def test_a_telephone_reads_every_code_from_where_its_owner_stands(name: str, size: str) -> None:
    from ui.widgets.codes import QrCode, _qr_code

    (code,) = [each for each in boxes(put_up(name, size).frame.page, QrCode) if each.text]
    assert min(code.size) // _qr_code(code.text).width >= 3


def test_the_questions_are_a_list_without_a_hole_each_with_its_sign() -> None:
    for size in ("portrait", "landscape"):
        grid = put_up("03-help", size).frame.page.part("controls")
        buttons = [each for each in boxes(grid, object) if hasattr(each, "natural_height")]
        assert len({each.action.icon for each in buttons}) == len(buttons) == 7
        rows: dict[float, float] = {}
        for each in buttons:
            rows[each.y] = max(rows.get(each.y, 0.0), each.right)
        assert {round(right) for right in rows.values()} == {round(grid.right)}


def test_a_sum_alone_on_its_card_is_the_largest_figure_of_the_page() -> None:
    page = put_up("16-paying-terminal", "landscape").frame.page
    from ui.widgets.text import Display

    assert [each.text for each in boxes(page, Display) if each.text] == ["$6.98"]


@pytest.mark.parametrize("size", ["portrait", "landscape"])
@pytest.mark.parametrize("name", ["30-staff-stock", "32-staff-sales"])
def test_what_staff_look_through_fills_the_glass(name: str, size: str) -> None:
    page = put_up(name, size).frame.page
    assert page.part("controls").height > 0.8 * page.room


def test_a_card_of_the_magazine_has_its_count_large_and_its_blank_as_wide_as_the_card_lets_it() -> None:
    glass = put_up("30-staff-stock", "portrait")
    cards = [each for each in glass.frame.buttons() if each.action.id.startswith("slot_")]
    staff = SAMPLES["30-staff-stock"][0].staff
    assert staff is not None
    assert [card.labels[2].text for card in cards] == [str(slot.count) for slot in staff.slots]
    assert {card.labels[2].font_size for card in cards} == {glass._look.theme.title_px}


def test_the_value_being_set_is_the_largest_figure_of_its_page() -> None:
    from ui.widgets.lists import Figures
    from ui.widgets.text import TextLabel

    page = put_up("34-staff-settings-price", "portrait").frame.page
    (figures,) = boxes(page, Figures)
    sizes = {each.text: each.font_size for each in boxes(figures, TextLabel) if each.text}
    assert sizes["$3.59"] == max(sizes.values()) > 2 * min(sizes.values())


@pytest.mark.parametrize(
    "name", ["36-technician-wire", "37-technician-errors", "35-technician-stock", "38-technician-visit"]
)
def test_a_technicians_list_is_as_large_as_buttons_where_the_glass_is_high(name: str) -> None:
    from ui.widgets.lists import ListedText

    glass = put_up(name, "portrait")
    assert {each.font_size for each in boxes(glass.frame.page, ListedText)} == {glass._look.theme.lead_px}
