"""Whole visits by true clicks and keys: X server, window, session, pyserial on a pty, simulated machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.ui.e2e.person import MANAGER, Person

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        shutil.which("Xvfb") is None or shutil.which("xdotool") is None, reason="needs Xvfb and xdotool"
    ),
]

MAKING = ("take_key_back", "loading", "cutting", "checking", "delivering", "capturing", "thank_you")


def read_key(person: Person, key: str, act: Callable[[str], None], until: tuple[str, ...]) -> dict[str, Any]:
    """From the welcome screen: lay `key`, which begins the visit, and say so if asked, until one of these stands."""
    person.waits_for("welcome")
    person.lays(key)
    try:
        person.waits(lambda now: now["state"] != "welcome", patience_s=20)
    except AssertionError:
        # Laid before the tray was looked at for the first time, it is taken for one that lay there: then one touches.
        act("start")
    now = person.waits_for("place_key", "try_again", *until)
    while now["state"] not in until:
        if not person.machine(do="state")["tray"]:
            person.machine(do="lay", key=key)
        act("key_laid")
        now = person.waits_for("place_key", "try_again", *until)
    return now


def takes_key_back(person: Person) -> None:
    """Where the kiosk asks for it: the tray is seen empty, with no button pressed."""
    if person.waits_for(*MAKING)["state"] == "take_key_back":
        person.machine(do="take")


def to_the_tray(person: Person) -> dict[str, Any]:
    """From a confirmed offer to the copy in the tray."""
    takes_key_back(person)
    return person.waits_for("thank_you", patience_s=150)


def test_a_key_is_bought_by_touch_and_a_copy_brought_back_is_measured(person: Person) -> None:
    person.touches("language_fr")
    person.waits(lambda now: now["language"] == "fr")
    person.touches("language_en")
    person.waits(lambda now: now["language"] == "en")
    read_key(person, "kwikset-new", person.touches, ("offer",))
    person.touches("confirm")
    now = to_the_tray(person)
    assert "Taken for 1 copy: $3.49" in now["text"]
    code = now["receipt"]
    assert code.isdigit()
    person.touches("done")

    person.waits_for("welcome")
    person.touches("bring_back")
    person.waits_for("bring_back")
    person.enters(code)
    person.waits_for("lay_original")
    person.machine(do="lay", key="kwikset-new")
    person.waits_for("lay_copy")
    person.machine(do="take")
    person.waits(lambda now: "Take your key" not in now["text"])
    person.machine(do="lay", key="kwikset-new")
    now = person.waits_for("return_result")
    assert "It measures exactly like your key" in now["text"]
    assert "mm" in now["text"]
    person.touches("done")
    person.waits_for("welcome")
    seen = {"welcome", "offer", "thank_you", "bring_back", "lay_original", "lay_copy", "return_result"}
    assert seen <= person.pictures()


def test_a_key_is_bought_by_keypad_and_speech_alone_and_no_key_leads_out_of_the_screen(person: Person) -> None:
    person.waits_for("welcome")
    person.types("Tab")
    first = person.waits(lambda now: bool(now["focus"]))["focus"]
    before = person.sees()["keys"]
    # That they arrive is seen by their count; that they do nothing, by the screen.
    person.types("Escape", "F1", "F11", "F12", "ctrl+e", "alt+F4", "ctrl+c")
    after = person.waits(lambda now: now["keys"] >= before + 7)
    assert (after["state"], after["focus"], after["broken"]) == ("welcome", first, False)
    person.types("KP_Multiply")
    person.waits(lambda now: "aid_repeat" in now["buttons"])
    read_key(person, "schlage-new", person.chooses, ("offer",))
    person.chooses("confirm")
    to_the_tray(person)
    person.chooses("done")
    person.waits_for("welcome")
    said = person.heard()
    for words in ("Start", "$3.49", "Taken for 1 copy"):
        assert words in said, said
    # The next person brings a headset, and takes it along again.
    person.comes()
    person.machine(do="headset", plugged=True)
    person.waits(lambda now: "On the keypad" in person.heard())
    person.machine(do="headset", plugged=False)
    person.waits(lambda now: "aid_repeat" not in now["buttons"])


def test_staff_lift_do_not_duplicate_and_give_the_money_back_by_touch(person: Person) -> None:
    person.waits_for("welcome")
    # The offer may come first, greyed, while the head is still being read.
    read_key(person, "dnd", person.touches, ("refused", "offer"))
    now = person.waits_for("refused")
    person.touches("call_staff")
    person.signs_in(MANAGER)
    now = person.waits_for("staff_approval")
    assert "R. Alvarez" in now["text"]
    person.touches("reason_id_checked")
    person.holds("approve")
    now = person.waits_for("offer")
    person.touches("confirm")
    to_the_tray(person)
    person.touches("done")
    person.waits_for("welcome")
    person.signs_in(MANAGER)
    person.waits_for("staff_menu")
    person.touches("tab_sales")
    person.touches("sale_0")
    person.touches("aid_steady")
    person.presses_twice("refund_copy")
    person.waits(lambda now: "Given back: $3.49" in now["text"])
    person.touches("cancel")
    person.waits_for("welcome")
    assert {"refused", "staff_login", "staff_approval", "offer", "thank_you", "staff_menu"} <= person.pictures()


def test_an_open_door_stops_the_cut_and_staff_bring_the_kiosk_back(person: Person) -> None:
    person.waits_for("welcome")
    read_key(person, "kwikset-new", person.touches, ("offer",))
    person.touches("confirm")
    takes_key_back(person)
    person.waits_for("cutting")
    person.machine(do="door", open=True)
    now = person.waits_for("failed", "out_of_order")
    if now["state"] == "failed":
        person.touches("done")
    person.waits_for("out_of_order")
    assert person.machine(do="state")["wheel_rpm"] == 0
    person.machine(do="door", open=False)
    person.waits_for("out_of_order", "welcome", "closed")
    person.signs_in(MANAGER)
    person.waits_for("staff_menu")
    person.holds("recover")
    person.waits(lambda now: now["state"] == "staff_menu" and "Recovered · " in now["text"])
    person.touches("cancel")
    person.waits_for("welcome")
    assert {"cutting", "out_of_order", "staff_login", "staff_menu"} <= person.pictures()
