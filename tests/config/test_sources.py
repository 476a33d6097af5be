"""Every keyway's figures against the table of its public sources, in the inches they are printed in.

The table stands here a second time, typed from the listings and not from the files: a slip in either is found.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from config.catalogue import SHIPPED, Catalogue, load_catalogue
from config.keyway import MM_PER_INCH, Standing
from config.keyway_file import KeywayFile, WrittenKeyway, WrittenSpec
from config.toml_files import checked, read_toml

WITHIN_IN = 0.002
"""What a locksmith wants; beyond it two sources do not agree."""

FILES = [checked(KeywayFile, read_toml(path), str(path)) for path in sorted(SHIPPED.glob("*.toml"))]


@dataclass(frozen=True)
class Sheet:
    """One row of the listings. Roots fall from the first by the step; `cuts` are those of the blanks by trade name."""

    first: float
    pitch: float
    codes: str
    shallowest: float
    step: float
    cuts: dict[str, int]
    macs: int | None = None
    height: float | None = None
    stop: str = "shoulder"


DECIMAL = "0123456789"
SCHLAGE = (0.231, 0.1562, DECIMAL, 0.335, 0.015)
YALE_DISC = (0.125, 0.095, "12345", 0.250, 0.020)
BEST = (0.080, 0.150, DECIMAL, 0.318, 0.0125)

SHEETS = {
    # HPC; LSA sheets; Thomas; KeyCopier
    "KW1": Sheet(0.247, 0.150, "1234567", 0.329, 0.023, {"KW1": 5, "KW5": 6, "KW10": 6}, 4, 0.335),
    "SC1": Sheet(*SCHLAGE, {"SC1": 5, "SC4": 6}, 7, 0.343),
    "SC-CE": Sheet(*SCHLAGE, {"SC-CE-5": 5, "SC-CE-6": 6}, 7, 0.343),
    "SC-E": Sheet(*SCHLAGE, {"SC8": 5, "SC9": 6}, 7, 0.343),
    "SC-EF": Sheet(*SCHLAGE, {"SC-EF-5": 5, "SC-EF-6": 6}, 7, 0.343),
    "SC-F": Sheet(*SCHLAGE, {"SC7": 5, "SC10": 6}, 7, 0.343),
    "SC-FG": Sheet(*SCHLAGE, {"SC-FG-5": 5, "SC-FG-6": 6}, 7, 0.343),
    "SC-G": Sheet(*SCHLAGE, {"SC-G-5": 5, "SC-G-6": 6}, 7, 0.343),
    "SC-H": Sheet(*SCHLAGE, {"SC-H-5": 5, "SC15": 6}, 7, 0.343),
    "SC-L": Sheet(*SCHLAGE, {"SC19": 5, "SC20": 6}, 7, 0.343),
    "Y1": Sheet(0.200, 0.165, DECIMAL, 0.320, 0.019, {"Y1": 5, "Y2": 6}, 7),
    "WR3": Sheet(0.237, 0.156, DECIMAL, 0.315, 0.018, {"WR3": 5, "WR4": 6}, 6),
    "M1": Sheet(0.186, 0.125, "01234567", 0.272, 0.0155, {"M1": 4}, 5, 0.281),
    "AM3": Sheet(0.156, 0.125, "12345678", 0.284, 0.0156, {"AM3": 5, "AM7": 6}, 7),
    "AR1": Sheet(0.265, 0.155, DECIMAL, 0.312, 0.014, {"AR1": 5, "AR4": 6}, 6, 0.335),
    "SARGENT-LA": Sheet(0.215, 0.156, "1234567890", 0.330, 0.020, {"S22-1-2": 5, "S22": 6, "L1007LA": 7}, 7, 0.331),
    "CR-Z": Sheet(0.250, 0.156, "123456", 0.339, 0.028, {"CR-Z-5": 5, "CR-Z-6": 6, "CR-Z-7": 7}, 4),
    "DE6": Sheet(0.216, 0.155, DECIMAL, 0.320, 0.015, {"DE6": 5, "DE8": 6}, 7),
    "BEST-A": Sheet(*BEST, {"BEST-A-6": 6, "BEST-A-7": 7}, 9, 0.330, "tip"),
    "BEST-B": Sheet(*BEST, {"BEST-B-6": 6, "BEST-B-7": 7}, 9, 0.330, "tip"),
    # HPC and ITL
    "WK1": Sheet(0.220, 0.156, "", 0.330, 0.0155, {"WK1": 5, "WK2": 6}),
    "IN3": Sheet(0.277, 0.156, DECIMAL, 0.320, 0.018, {"IN3": 5}),
    "FA2": Sheet(0.237, 0.156, DECIMAL, 0.315, 0.018, {"FA2": 5, "FA2-6": 6, "FA2-7": 7}),
    "FALCON-M": Sheet(0.237, 0.156, "0123456", 0.340, 0.025, {"FALCON-M-6": 6, "FALCON-M-7": 7}),
    "SE1": Sheet(0.262, 0.156, "0123456", 0.315, 0.020, {"SE1": 5, "SE1-6": 6}),
    "NA25": Sheet(0.250, 0.156, DECIMAL, 0.304, 0.0125, {"NA25": 5}),
    "NA12": Sheet(0.150, 0.140, DECIMAL, 0.270, 0.0125, {"NA12": 5}),
    "NA14": Sheet(0.156, 0.093, "1234", 0.250, 0.025, {"NA14": 5}),
    "CG16": Sheet(0.139, 0.093, "123456", 0.250, 0.015, {"CG16": 5, "CG16-6": 6}),
    "Y11": Sheet(*YALE_DISC, {"Y11": 5}),
    "Y12": Sheet(*YALE_DISC, {"Y12": 5}),
    "Y13": Sheet(*YALE_DISC, {"Y13": 5}),
    "Y14": Sheet(*YALE_DISC, {"Y14": 5}),
    "ES8": Sheet(0.125, 0.097, "12345", 0.250, 0.020, {"ES8": 5, "ES9": 6}),
    "IL11": Sheet(0.137, 0.093, "1234", 0.248, 0.020, {"IL11": 5}),
    "CO106": Sheet(0.191, 0.125, "0123456", 0.290, 0.018, {"CO106": 5}),
    "TAYLOR": Sheet(0.235, 0.155, "1234567", 0.322, 0.020, {"TAYLOR-5": 5}),
    "EAGLE": Sheet(0.216, 0.155, "123456789", 0.320, 0.018, {"EAGLE-5": 5, "EAGLE-6": 6, "EAGLE-7": 7}),
    "RUSSWIN-D": Sheet(0.250, 0.156, DECIMAL, 0.341, 0.015, {"RU45": 5, "RU46": 6, "RU45-7": 7}),
    "CORBIN-Z": Sheet(0.250, 0.156, "1234567890", 0.339, 0.014, {"CO87": 5, "CO88": 6, "CO87-7": 7}),
    "RUSSWIN-KN": Sheet(
        0.250, 0.156, "123456", 0.334, 0.028, {"RUSSWIN-KN-5": 5, "RUSSWIN-KN-6": 6, "RUSSWIN-KN-7": 7}
    ),
    "CORBIN-X": Sheet(0.197, 0.156, "123456", 0.333, 0.028, {"CORBIN-X-5": 5, "CORBIN-X-6": 6, "CORBIN-X-7": 7}),
    "SCHLAGE-SFIC": Sheet(0.080, 0.150, DECIMAL, 0.319, 0.0125, {}, None, None, "tip"),
}
WESLOCK = {"0": 0.330, "1": 0.314, "2": 0.299, "3": 0.283, "4": 0.268, "5": 0.252, "6": 0.236, "7": 0.221, "8": 0.205,
           "9": 0.190, "10": 0.174}  # fmt: skip
"""Printed one by one: the step is half a thousandth that no listing prints."""

CHARTS = {
    "Master, for code machines": (
        "M1",
        dict(zip("01234567", [0.275, 0.26, 0.245, 0.23, 0.215, 0.2, 0.185, 0.17], strict=True)),
    ),
    "Kwikset, old series": ("KW1", {"1": 0.328, "3": 0.297, "5": 0.266, "7": 0.235}),
    "Sargent, older": ("SARGENT-LA", {"1": 0.328, "0": 0.148}),
    "Schlage's small cores": ("BEST-A", {"0": 0.319, "9": 0.206}),
    "Best A3": ("BEST-A", {"0": 0.318, "6": 0.210}),
    "Best A4": ("BEST-A", {"0": 0.318, "5": 0.213}),
    "Corbin Z before System 70": ("CR-Z", {"1": 0.339, "9": 0.227, "0": 0.213}),
    "Corbin Z since System 70": ("CORBIN-Z", {"1": 0.339, "6": 0.199}),
    "Russwin, ITL": ("RUSSWIN-D", {"0": 0.343, "9": 0.208}),
    "Eagle, ITL": ("EAGLE", {"1": 0.322, "9": 0.178}),
}


def written() -> dict[str, tuple[WrittenKeyway, WrittenSpec]]:
    return {each.code: (each, file.spec[each.spec]) for file in FILES for each in file.keyway if each.spec is not None}


def roots_of(sheet: Sheet) -> dict[str, float]:
    return {code: sheet.shallowest - at * sheet.step for at, code in enumerate(sheet.codes)} or WESLOCK


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_every_keyway_that_says_how_it_is_cut_stands_in_the_table() -> None:
    assert set(written()) == set(SHEETS)


@pytest.mark.parametrize("code", SHEETS)
def test_a_keyway_is_cut_as_its_sources_print_it(code: str) -> None:
    keyway, spec = written()[code]
    sheet = SHEETS[code]
    assert spec.unit == "in"
    assert spec.stop == sheet.stop
    assert spec.first_cut == pytest.approx(sheet.first, abs=WITHIN_IN)
    assert spec.pitch == pytest.approx(sheet.pitch, abs=WITHIN_IN / 4), "an error of the pitch adds up over five cuts"
    assert list(spec.roots) == list(roots_of(sheet))
    assert spec.roots == pytest.approx(roots_of(sheet), abs=WITHIN_IN)
    assert spec.macs == sheet.macs
    assert {blank.code: blank.cuts for blank in keyway.blanks} == sheet.cuts
    if sheet.height is not None:
        assert spec.blade_height == pytest.approx(sheet.height, abs=WITHIN_IN + 1e-9)


@pytest.mark.parametrize("name", CHARTS)
def test_the_other_charts_of_a_keyway_are_as_printed(name: str) -> None:
    code, expected = CHARTS[name]
    charts = written()[code][1].other_charts
    fitting = [
        chart
        for chart in charts
        if all(abs(chart.roots.get(each, 0.0) - root) <= WITHIN_IN / 2 for each, root in expected.items())
    ]
    assert len(fitting) == 1, [chart.name for chart in charts]


@pytest.mark.parametrize(
    ("blank", "length_in"),
    [("KW1", 1.090), ("SC1", 1.054), ("M1", 0.733), ("AR1", 1.084), ("WR3", 1.111), ("Y1", 1.075)],
)
def test_blades_are_as_long_as_the_makers_drawings(catalogue: Catalogue, blank: str, length_in: float) -> None:
    assert catalogue.blank_of[blank][1].blade_length_mm / MM_PER_INCH == pytest.approx(length_in, abs=WITHIN_IN)


@pytest.mark.parametrize(
    ("name", "blank"),
    [("WR5", "WR3"), ("N1054WB", "WR3"), ("A1054WB", "WR4"), ("1046", "AM3"), ("A1045", "AM7"), ("1007LA", "S22-1-2"),
     ("O1007LA", "S22"), ("X1054K", "IN3"), ("1003M", "CO106"), ("KW11", "KW10")],
)  # fmt: skip
def test_a_blank_is_found_by_its_other_trade_names(catalogue: Catalogue, name: str, blank: str) -> None:
    found = catalogue.find(name)[1]
    assert found is not None
    assert found.code == blank


@pytest.mark.parametrize("code", ["LW4", "CISA-PLAIN", "EVVA-PLAIN", "ISEO-PLAIN", "ABUS-83", "HAWORTH", "UK-EURO"])
def test_what_one_source_says_or_sources_dispute_is_never_cut(catalogue: Catalogue, code: str) -> None:
    keyway = catalogue.keyway_of[code]
    assert keyway.spec is None
    assert not keyway.blanks


def test_forty_five_keyways_are_recognised_and_twenty_five_can_be_cut(catalogue: Catalogue) -> None:
    recognised = [keyway for keyway in catalogue.keyways if keyway.sections]
    cuttable = [each for each in recognised if each.spec and each.blanks and each.standing.standing is Standing.OPEN]
    assert len(recognised) >= 45
    assert len(cuttable) >= 25
    for padlock_mailbox_or_office in ("M1", "AM3", "NA12", "NA14", "CG16", "Y11", "Y12", "Y13", "Y14", "CO106", "IL11"):
        assert catalogue.keyway_of[padlock_mailbox_or_office] in cuttable
    assert catalogue.keyway_of["M2"] in recognised
    assert catalogue.keyway_of["M10"] in recognised
