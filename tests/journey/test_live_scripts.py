"""Whoever plays a script before the simulated machine gets what the script says, or one line on what would be left out.

`kiosk run --simulated --script` draws every key and reads its picture; `kiosk scenario run` takes readings ready made.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from config.problems import BadInput
from kiosk.rehearsal.script import load_live, load_scenario

ONE = 'title = "one visit"\n[[visit]]\n'
BROUGHT_BACK = 'purpose = "bring_back"\n'
READ = "is of a ready-made reading, and here the key's picture is read: name a sample key"
VIRTUAL = "is played by `kiosk scenario run` alone"


@pytest.mark.parametrize(
    ("text", "line", "field", "reason"),
    [
        (f'{ONE}[visit.key]\nstamp = ["do_not_duplicate"]\n', 4, "visit[1].key.stamp", READ),
        (f"{ONE}[visit.key]\nname_and_phone = true\n", 4, "visit[1].key.name_and_phone", READ),
        (f"{ONE}[visit.key]\nhead_seen = false\n", 4, "visit[1].key.head_seen", READ),
        (f"{ONE}[visit.key]\nhead_illegible = true\n", 4, "visit[1].key.head_illegible", READ),
        (f'{ONE}[visit.key]\noutcomes = ["dirty"]\n', 4, "visit[1].key.outcomes", READ),
        (f'{ONE}[visit.key]\nkeyway = "KW1"\n', 4, "visit[1].key.keyway", READ),
        (f'{ONE}[visit.key]\nwear = "worn"\n', 4, "visit[1].key.wear", READ),
        (f"{ONE}[visit.key]\noff_mm = 0.15\n", 4, "visit[1].key.off_mm", READ),
        (f"{ONE}{BROUGHT_BACK}[visit.copy_laid]\noff_mm = 0.15\n", 5, "visit[1].copy_laid.off_mm", READ),
        (
            f'{ONE}[visit.key]\nblank = "KW10"\n',
            4,
            "visit[1].key.blank",
            "no key of KW10 is drawn; there are KW1, SC1, KW5, SC4, M1",
        ),
        (
            f'{ONE}[visit.key]\nsample = "dnd"\nblank = "SC1"\n',
            5,
            "visit[1].key.blank",
            "the sample key dnd has a blank of its own",
        ),
        (f'{ONE}stops_in = "cutting"\n', 3, "visit[1].stops_in", VIRTUAL),
        (f"{ONE}stops_at_copy = 2\n", 3, "visit[1].stops_at_copy", VIRTUAL),
        (f"{ONE}stops_at_fraction = 0.5\n", 3, "visit[1].stops_at_fraction", VIRTUAL),
        (f'{ONE}power_cut_in = "cutting"\n', 3, "visit[1].power_cut_in", VIRTUAL),
        (f'{ONE}[[trouble]]\nfault = "blur"\n', 3, "trouble", VIRTUAL),
        (f'{ONE}[[terminal]]\nmishap = "decline"\n', 3, "terminal", VIRTUAL),
        (f"{ONE}[store]\nprice_minor = 1\n", 3, "store", VIRTUAL),
        (f"{ONE}[machine.chute]\nsensor = true\n", 3, "machine", VIRTUAL),
        (f"{ONE}[stock]\n1 = 0\n", 3, "stock", VIRTUAL),
        (f"empty_slots = [1]\n{ONE}", 1, "empty_slots", VIRTUAL),
        (f"all_slots_hold = 1\n{ONE}", 1, "all_slots_hold", VIRTUAL),
        (f'board = "grbl"\n{ONE}', 1, "board", VIRTUAL),
        (f"seed = 2\n{ONE}", 1, "seed", VIRTUAL),
        (f"limit_s = 60\n{ONE}", 1, "limit_s", VIRTUAL),
    ],
)
def test_what_would_be_left_out_is_refused_in_one_line(
    tmp_path: Path, text: str, line: int, field: str, reason: str
) -> None:
    script = tmp_path / "script.toml"
    script.write_text(text)
    with pytest.raises(BadInput) as refused:
        load_live(script)
    assert [str(each) for each in refused.value.problems] == [f"{script}:{line}: {field}: {reason}"]


def test_a_picture_is_read_for_nothing_but_what_it_shows_in_virtual_time_too(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text(f'frames = true\n{ONE}[visit.key]\nstamp = ["do_not_duplicate"]\n')
    with pytest.raises(BadInput, match=r"visit\[1\]\.key\.stamp"):
        load_scenario(script)
    script.write_text(f'{ONE}{BROUGHT_BACK}[visit.copy_laid]\nsample = "schlage-new"\n')
    with pytest.raises(BadInput, match="need `frames = true`"):
        load_scenario(script)


def test_a_key_is_drawn_on_the_blank_that_is_named(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text(f'{ONE}[visit.key]\nblank = "SC1"\n[[visit]]\n[visit.key]\nsample = "dnd"\n[[visit]]\n')
    assert [visit.key.drawn for visit in load_live(script).visit] == ["schlage-new", "dnd", "kwikset-new"]
