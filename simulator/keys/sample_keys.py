"""Keys by name, to be laid in the tray by technicians, tests and scenarios.

Responsible for: which keys there are and how each is made. Not responsible for: cutting figures and sections
(`config.catalogue`) or pictures.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from config.catalogue import Catalogue
from config.keyway import Blank, CutSpec, Keyway, Section
from simulator.keys import special_keys
from simulator.keys.bows import Bow, BowShape, card, coin, paperclip, ring, screw
from simulator.keys.key import Finish, PhysicalKey, Stamp, Strike, ThingKind, cut_key, uncut_key
from simulator.keys.sections import mirror_section, nearly, random_section

_KWIKSET = Bow(BowShape.SQUARE, 24.0, 25.0, 4.5, 1.9, 0.6, 2.9)
_SCHLAGE = Bow(BowShape.WAISTED, 25.0, 25.5, 4.0, 2.1, 0.9, 3.2)
_MASTER = Bow(BowShape.ROUND, 22.0, 22.0, 4.0, 1.6, 0.4, 2.6)
_BEST = Bow(BowShape.CLOVER, 24.0, 26.0, 5.0, 0.0, 0.0, 2.4)
_PLASTIC = Bow(BowShape.PLASTIC, 28.0, 27.0, 6.0, 2.2, 1.6, 3.0)

Maker = Callable[[Catalogue, np.random.Generator], PhysicalKey]


@dataclass(frozen=True)
class SampleKey:
    """One sample key: its name and what a technician reads about it."""

    name: str
    description: str
    make: Maker


def sample_key(name: str, catalogue: Catalogue, seed: int = 0) -> PhysicalKey:
    """A sample key. The same name and seed give the same key; another seed gives another code.

    Raises:
        KeyError: no such name, or the catalogue lacks the keyway or section it is made from.
    """
    sample = SAMPLE_KEYS[name]
    return sample.make(catalogue, np.random.default_rng([seed, zlib.crc32(name.encode())]))


def random_bitting(spec: CutSpec, cuts: int, rng: np.random.Generator) -> tuple[str, ...]:
    """A code a lock may have: no neighbours further apart than the keyway allows."""
    codes: list[int] = []
    while len(codes) < cuts:
        code = int(rng.integers(len(spec.depths)))
        if not codes or abs(code - codes[-1]) <= spec.most_steps:
            codes.append(code)
    return tuple(spec.depths[code].code for code in codes)


def cut_by_blank(
    catalogue: Catalogue,
    blank_code: str,
    rng: np.random.Generator,
    *,
    section: Section | None = None,
    wear: float = 0.0,
    dirt: float = 0.0,
    bend_mm: float = 0.0,
    depth_error_mm: float = 0.008,
    bow: Bow | None = None,
    finish: Finish = Finish.BRASS,
    stamps: tuple[Stamp, ...] = (),
) -> PhysicalKey:
    """A key of random code on a blank of the catalogue, with another section when one is given.

    Raises:
        KeyError: no such blank.
        ValueError: the blank's keyway has no cutting figures.
    """
    keyway, blank = catalogue.blank_of[blank_code]
    chosen = section if section is not None else catalogue.section_of[keyway.sections[0]]
    return cut_key(
        keyway,
        blank,
        _code(keyway, blank, rng),
        chosen,
        rng,
        wear=wear,
        dirt=dirt,
        bend_mm=bend_mm,
        depth_error_mm=depth_error_mm,
        bow=bow,
        finish=finish,
        stamps=stamps,
    )


def _code(keyway: Keyway, blank: Blank, rng: np.random.Generator) -> tuple[str, ...]:
    if keyway.spec is None:
        raise ValueError(f"{keyway.code} has no cutting figures")
    return random_bitting(keyway.spec, blank.cuts, rng)


def _words(*lines: str, strike: Strike = Strike.ENGRAVED, cap_mm: float = 1.7, turned: float = 90.0) -> Stamp:
    """Words across the head between its hole and its collar."""
    return Stamp(lines, strike, cap_mm, turned, at_mm=(3.0, 0.0))


_DND = _words("DO NOT", "DUPLICATE")


def _plain(
    blank: str,
    bow: Bow,
    *stamps: Stamp,
    wear: float = 0.0,
    dirt: float = 0.0,
    bend_mm: float = 0.0,
    finish: Finish = Finish.BRASS,
    error_mm: float = 0.008,
) -> Maker:
    """A key of random code on a blank with its own section."""

    def make(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
        return cut_by_blank(
            catalogue, blank, rng, wear=wear, dirt=dirt, bend_mm=bend_mm, bow=bow, finish=finish, stamps=stamps,
            depth_error_mm=error_mm,
        )  # fmt: skip

    return make


def _with_section(blank: str, bow: Bow, section: str, *stamps: Stamp) -> Maker:
    """The cuts of one keyway on a blade with the section of another."""

    def make(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
        return cut_by_blank(catalogue, blank, rng, section=catalogue.section_of[section], bow=bow, stamps=stamps)

    return make


def _strange(blank: str, bow: Bow, change: Callable[[Section, np.random.Generator], Section]) -> Maker:
    def make(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
        section = catalogue.section_of[catalogue.blank_of[blank][0].sections[0]]
        return cut_by_blank(catalogue, blank, rng, section=change(section, rng), bow=bow)

    return make


def _primus_like(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
    key = cut_by_blank(catalogue, "SC1", rng, section=catalogue.section_of["schlage:cp"], bow=_SCHLAGE,
                       stamps=(_words("PRIMUS"),))  # fmt: skip
    return special_keys.side_milled(key, rng)


def _side_milled(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
    return special_keys.side_milled(cut_by_blank(catalogue, "SC1", rng, bow=_SCHLAGE), rng)


def _uncut(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
    keyway, blank = catalogue.blank_of["KW1"]
    return uncut_key(blank.blade_length_mm, catalogue.section_of[keyway.sections[0]], bow=_KWIKSET)


def _two_keys(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
    one = cut_by_blank(catalogue, "KW1", rng, bow=replace(_KWIKSET, length_mm=19.0, width_mm=20.0, hole_mm=2.2))
    other = cut_by_blank(catalogue, "SC1", rng, bow=replace(_SCHLAGE, length_mm=19.0, width_mm=20.0, hole_mm=2.2))
    return replace(one, extras=special_keys.moved(other.solids(), (1.5, 23.0)))


def _on_ring(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
    key = cut_by_blank(catalogue, "KW1", rng, bow=_KWIKSET)
    x, y = _KWIKSET.centre_mm(key.height_mm)
    return replace(key, extras=(ring((x - 11.0, y + 9.0), 10.0, 1.4),))


def _with_coin(catalogue: Catalogue, rng: np.random.Generator) -> PhysicalKey:
    key = cut_by_blank(catalogue, "SC1", rng, bow=_SCHLAGE)
    return replace(key, extras=special_keys.moved(coin(17.9), (18.0, 24.0)))


def _object(make: Callable[[], tuple[special_keys.Solid, ...]], finish: Finish = Finish.NICKEL) -> Maker:
    return lambda _catalogue, _rng: PhysicalKey(kind=ThingKind.OBJECT, extras=make(), finish=finish)


_SAMPLES = (
    SampleKey("kwikset-new", "a new KW1 house key", _plain("KW1", _KWIKSET, finish=Finish.NICKEL)),
    SampleKey("schlage-new", "a new SC1 house key", _plain("SC1", _SCHLAGE)),
    SampleKey("kwikset-6", "a new six-cut KW5", _plain("KW5", _KWIKSET)),
    SampleKey("schlage-6", "a new six-cut SC4", _plain("SC4", _SCHLAGE, finish=Finish.NICKEL)),
    SampleKey("master-new", "a new M1 padlock key", _plain("M1", _MASTER, finish=Finish.NICKEL)),
    SampleKey("kwikset-worn", "a KW1 after years on a ring: restore advised", _plain("KW1", _KWIKSET, wear=0.9)),
    SampleKey("schlage-worn", "an SC1 after years on a ring: restore advised", _plain("SC1", _SCHLAGE, wear=0.6)),
    SampleKey("copy-of-a-copy", "an SC1 whose depths have drifted", _plain("SC1", _SCHLAGE, wear=0.2, error_mm=0.05)),
    SampleKey("worn-out", "an SC1 worn past telling", _plain("SC1", _SCHLAGE, wear=0.8, error_mm=0.14)),
    SampleKey("kwikset-dirty", "a KW1 with crumbs and grease", _plain("KW1", _KWIKSET, dirt=0.5, wear=0.2)),
    SampleKey("filthy", "an SC1 found in a garden: clean it first", _plain("SC1", _SCHLAGE, dirt=1.0, wear=0.4)),
    SampleKey("schlage-oxidised", "an SC1 of dark brass", _plain("SC1", _SCHLAGE, finish=Finish.OXIDISED, wear=0.2)),
    SampleKey("kwikset-black", "a black KW1", _plain("KW1", _KWIKSET, finish=Finish.BLACK)),
    SampleKey("plastic-head", "a KW1 with a large plastic head", _plain("KW1", _PLASTIC)),
    SampleKey("bent", "an SC1 with a bent blade", _plain("SC1", _SCHLAGE, bend_mm=0.5)),
    SampleKey("dnd", "a KW1 stamped DO NOT DUPLICATE", _plain("KW1", _KWIKSET, _DND)),
    SampleKey("dnd-worn", "an SC1 with the stamp half worn away",
            _plain("SC1", _SCHLAGE, replace(_DND, strike=Strike.WORN), wear=0.4)),
    SampleKey("dnd-embossed", "an SC1 with a raised stamp, upside down",
            _plain("SC1", _SCHLAGE, replace(_DND, strike=Strike.EMBOSSED, angle_deg=-90.0))),
    SampleKey("dnd-spanish", "a KW1 stamped PROHIBIDO DUPLICAR",
            _plain("KW1", _KWIKSET, _words("PROHIBIDO", "DUPLICAR"))),
    SampleKey("dnd-french", "a KW1 stamped NE PAS REPRODUIRE",
            _plain("KW1", _KWIKSET, _words("NE PAS", "REPRODUIRE"))),
    SampleKey("unlawful", "an SC1 stamped UNLAWFUL TO DUPLICATE, with name and telephone",
            _plain("SC1", _SCHLAGE, _words("UNLAWFUL TO", "DUPLICATE", "ACME LOCK CO", "555-0142", cap_mm=1.5))),
    SampleKey("us-government", "an SC1 stamped U.S. GOVERNMENT",
            _plain("SC1", _SCHLAGE, _words("U.S. GOVERNMENT", "DO NOT DUPLICATE", cap_mm=1.4))),
    SampleKey("us-mail", "an M1 stamped U.S.P.S.", _plain("M1", _MASTER, _words("U.S.P.S.", cap_mm=1.9))),
    SampleKey("numbered", "a KW1 with a number on its head, which may be its code and must not be kept",
            _plain("KW1", _KWIKSET, _words("K 40718", cap_mm=1.8))),
    SampleKey("uncut", "a KW1 blank", _uncut),
    SampleKey("best", "a Best key, measured from its tip", _plain("BEST-A-6", _BEST)),
    SampleKey("schlage-e", "SC1 cuts on a Schlage E blade: not in stock", _with_section("SC1", _SCHLAGE, "schlage:e")),
    SampleKey("medeco-like", "a Medeco blade: restricted",
            _with_section("KW1", _PLASTIC, "medeco:1515", _words("MEDECO", cap_mm=2.0))),
    SampleKey("primus-like", "a Primus blade with side milling: restricted", _primus_like),
    SampleKey("side-milled", "an SC1 blade with a milled side", _side_milled),
    SampleKey("mirrored", "a KW1 blade seen in a mirror", _strange("KW1", _KWIKSET, lambda s, _: mirror_section(s))),
    SampleKey("stranger", "KW1 cuts on a blade no catalogue knows",
            _strange("KW1", _KWIKSET, lambda _, r: random_section(r))),
    SampleKey("near-miss", "a blade almost like KW1", _strange("KW1", _KWIKSET, lambda s, r: nearly(s, r, 0.5))),
    SampleKey("dimple", "a dimple key", lambda _, rng: special_keys.dimple(rng)),
    SampleKey("two-track", "a side-winder key with milled tracks", lambda _, rng: special_keys.two_track(rng)),
    SampleKey("double-sided", "a key cut on both edges", lambda _, rng: special_keys.double_sided(rng)),
    SampleKey("tubular", "a tubular key", lambda _, rng: special_keys.tubular(rng)),
    SampleKey("two-keys", "two keys at once", _two_keys),
    SampleKey("key-on-ring", "a key still on its ring", _on_ring),
    SampleKey("key-and-coin", "a key and a coin", _with_coin),
    SampleKey("coin", "a coin", _object(lambda: coin(24.3))),
    SampleKey("paperclip", "a paperclip", _object(paperclip)),
    SampleKey("card", "a bank card", _object(card, Finish.BLACK)),
    SampleKey("screw", "a wood screw", _object(screw)),
)  # fmt: skip

SAMPLE_KEYS: dict[str, SampleKey] = {sample.name: sample for sample in _SAMPLES}
