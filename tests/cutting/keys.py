"""Keys for tests of the cut plan: every cuttable keyway, and bittings that keep to their MACS."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from config.catalogue import Catalogue, load_catalogue
from config.keyway import Blank, Keyway
from config.machine import Machine
from config.toml_files import checked, read_toml
from kiosk.key.reading import Profile
from tests.support.paths import MACHINE_FILE


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


@cache
def machine() -> Machine:
    return checked(Machine, read_toml(MACHINE_FILE), str(MACHINE_FILE))


def blank(code: str) -> tuple[Keyway, Blank]:
    return catalogue().blank_of[code]


def keeps_macs(keyway: Keyway, bitting: list[str]) -> bool:
    assert keyway.spec is not None
    codes = [depth.code for depth in keyway.spec.depths]
    steps = [codes.index(code) for code in bitting]
    return all(abs(a - b) <= keyway.spec.most_steps for a, b in pairwise(steps))


@st.composite
def bittings(draw: st.DrawFn, blanks: tuple[str, ...]) -> tuple[Keyway, Blank, tuple[str, ...]]:
    """A blank and a bitting within its MACS, drawn cut by cut."""
    keyway, chosen = blank(draw(st.sampled_from(blanks)))
    assert keyway.spec is not None
    codes = [depth.code for depth in keyway.spec.depths]
    steps = [draw(st.integers(0, len(codes) - 1))]
    while len(steps) < chosen.cuts:
        low, high = max(0, steps[-1] - keyway.spec.most_steps), min(len(codes) - 1, steps[-1] + keyway.spec.most_steps)
        steps.append(draw(st.integers(low, high)))
    return keyway, chosen, tuple(codes[step] for step in steps)


def worn_edge(chosen: Blank, wanted: Profile, seed: int) -> Profile:
    """A key's edge after years: a tenth lower, rounded, with the reader's noise."""
    rng = np.random.default_rng(seed)
    x = np.arange(0, chosen.blade_length_mm, 0.03)
    worn = np.interp(x, wanted[:, 0], wanted[:, 1]) - 0.1
    worn = np.convolve(np.pad(worn, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    worn = np.minimum(worn, 3 + (chosen.blade_length_mm - x) * 1.25)  # the tip falls away
    return np.stack([x, worn + rng.normal(0, 0.003, x.size)], axis=1)
