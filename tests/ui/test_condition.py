"""A shopper asks how the key is: beside an offer and a refusal, free, and in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.key.condition import BladePart, Condition, KeyCondition
from kiosk.session.snapshot import Snapshot
from ui.gallery import sample_store
from ui.present.local import Local, after
from ui.present.present import present
from ui.present.samples import SAMPLES
from ui.present.shown import HelpDetail, Shown

STORE = sample_store("portrait")
OFFER, REFUSED = SAMPLES["08-offer"][0], SAMPLES["10-refused-ask-staff"][0]
USED = KeyCondition(Condition.USED, 0.1, (BladePart.MIDDLE, BladePart.TIP))
CONDITIONS = (
    KeyCondition(Condition.LIKE_NEW),
    USED,
    KeyCondition(Condition.USED),
    KeyCondition(Condition.WORN, 0.25, tuple(BladePart)),
    KeyCondition(Condition.PAST_TELLING),
)


def asked(snapshot: Snapshot) -> Shown:
    """The page after a touch on the question."""
    shown = present(snapshot, Local(), STORE)
    (question,) = (each for each in shown.actions if each.id == "condition")
    local, intent = after(Local(), question.does, snapshot.state)
    assert intent is None, "nothing of the session changes by asking"
    return present(snapshot, local, STORE)


def paragraphs(shown: Shown) -> tuple[str, ...]:
    assert isinstance(shown.detail, HelpDetail)
    return shown.detail.paragraphs


@pytest.mark.parametrize("where", [OFFER, REFUSED], ids=["offer", "refusal"])
@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda each: f"{each.condition}-{len(each.parts)}")
def test_the_answer_is_there_whole_and_leads_back(where: Snapshot, language: str, condition: KeyCondition) -> None:
    page = asked(replace(where, language=language, condition=condition))
    copied = where is OFFER or condition.condition is Condition.PAST_TELLING
    assert len(paragraphs(page)) == (4 if copied else 2), "of a key that is not copied nothing of a copy is said"
    assert all(text and "{" not in text for text in paragraphs(page))
    assert page.actions[0].id == "back"
    assert all(text in page.spoken for text in paragraphs(page))


def test_a_used_key_hears_how_much_where_and_what_a_copy_puts_back() -> None:
    said = paragraphs(asked(replace(OFFER, condition=USED)))
    assert said[0] == "Your key is a little worn: up to 0.10 mm of metal is missing in the middle, near the tip."
    assert "puts back" in said[1]


def test_a_key_past_telling_is_sent_to_a_locksmith_with_its_code() -> None:
    assert "locksmith" in paragraphs(asked(replace(REFUSED, condition=KeyCondition(Condition.PAST_TELLING))))[2]


@pytest.mark.parametrize("where", [OFFER, REFUSED], ids=["offer", "refusal"])
def test_no_question_is_offered_where_there_is_no_answer(where: Snapshot) -> None:
    assert "condition" not in {each.id for each in present(where, Local(), STORE).actions}
    stale = present(where, Local(help_open=True, help_topic="condition"), STORE)
    assert stale.page != "help"
