"""`kiosk service plan`: a drawing to scale, or one line that says why not."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cutting.keys import blank
from tests.support.command_line import here

SVG = "{http://www.w3.org/2000/svg}"


def plan(*arguments: str) -> int:
    return here("service", "plan", *arguments)


def parts_of(drawing: Path) -> dict[str, ElementTree.Element]:
    found = ElementTree.parse(drawing).iter()  # noqa: S314 - our own drawing
    return {element.get("id", ""): element for element in found}


def across_pt(part: ElementTree.Element) -> list[float]:
    path = next(part.iter(f"{SVG}path")).get("d", "")
    return [float(x) for x in re.findall(r"[ML] (-?[0-9.]+) ", path)]


def test_a_plan_is_drawn_to_scale_with_profile_path_and_metal(tmp_path: Path) -> None:
    out = tmp_path / "key.svg"
    assert plan("--keyway", "SC4", "--bitting", "532930", "--svg", str(out)) == 0
    drawn = parts_of(out)
    assert {
        "wanted",
        "path",
        "rapid",
        "left",
        "wheel",
        "blank",
        *(f"mark {cut}" for cut in range(1, 7)),
    } <= drawn.keys()
    edge_pt = across_pt(drawn["wanted"])
    enlarged = (max(edge_pt) - min(edge_pt)) / 72 * 25.4 / blank("SC4")[1].blade_length_mm
    assert enlarged == pytest.approx(4, abs=0.001), "one scale, stated on the paper"
    marks_pt = [across_pt(drawn[f"mark {cut}"])[0] for cut in (1, 2)]
    assert (marks_pt[1] - marks_pt[0]) / 72 * 25.4 / 4 == pytest.approx(3.965, abs=0.01), "a place a cut"
    words = {element.text for element in drawn["figure_1"].iter(f"{SVG}text")}
    assert {"SC4 532930", "wanted edge", "metal left", "taken away", "wheel, cutting", "wheel, in the air"} <= words
    assert {"6.60", "7.37", "7.75", "5.08", "8.51"} <= words, "each root's height"


def test_a_key_that_breaks_its_macs_is_drawn_and_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "key.svg"
    assert plan("--keyway", "SC1", "--bitting", "53194", "--svg", str(out)) == 2
    assert "MACS" in capsys.readouterr().err
    assert "refused" in out.read_text()


@pytest.mark.parametrize(
    ("keyway", "bitting", "said"),
    [
        ("SC1", "5319", "4 cuts"),
        ("KW1", "00000", "only the depths"),
        ("ZZ", "1", "ZZ"),
        ("FA2", "01234", "cut from a key only"),
    ],
)
def test_bad_input_is_one_line_and_no_file(
    keyway: str, bitting: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "key.svg"
    assert plan("--keyway", keyway, "--bitting", bitting, "--svg", str(out)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not out.exists()


def test_a_drawing_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan("--keyway", "KW1", "--bitting", "35244", "--svg", str(tmp_path / "no" / "key.svg")) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
