"""The shipped catalogue and its sections, loaded once for the reader's tests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from config.catalogue import Catalogue, load_catalogue
from config.keyway import CutSpec
from kiosk.identification import SectionIndex, build_index


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def index(catalogue: Catalogue) -> SectionIndex:
    return build_index(catalogue.sections)


def bitting_for(spec: CutSpec, cuts: int, seed: int) -> tuple[str, ...]:
    """A code within MACS."""
    rng = np.random.default_rng(seed)
    while True:
        steps = [int(step) for step in rng.integers(len(spec.depths), size=cuts)]
        if all(abs(a - b) <= spec.most_steps for a, b in pairwise(steps)):
            return tuple(spec.depths[step].code for step in steps)
