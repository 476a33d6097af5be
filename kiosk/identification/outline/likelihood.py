"""Which factory code a set of measured roots stands for, and how surely, when wear may have taken metal away.

Responsible for: weighing every code of every chart of a spacing by how likely it would have come to look as it was
measured. Wear only removes metal, so a root above a factory depth is not that depth worn. A key worn evenly looks
otherwise than one whose cuts wore each by itself, and after a whole step a cut looks like new: how probable that is
with this key the other cuts show. Not responsible for: measuring roots, or what is done with a doubtful answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from config.keyway import CutSpec, Depth
from kiosk.key.reading import Floats

SURE: Final = 0.99977
"""An answer less probable than this is no answer. Set by `tests/bench/bench_bittings.py`: of keys whose cuts wore by
0.13 to 0.38 mm each, wrong codes accepted stay below one in two thousand. Four cuts bear the least proof: there this
refuses one new key in a hundred, and a looser limit would break the promise for worn ones; for those of five cuts
too, which are just within it."""
SAME_METAL_MM: Final = 0.03
"""Depths of two charts as near as this are one: a copy of either is a copy of the other."""
_STRANGERS_SHARE: Final = 0.1
_SAME_LOCKS_SHARE: Final = 0.3
"""How many keys may have been cut by another chart: of other locks, or for the same locks by other machines."""
_NOISE_MM: Final = 0.010
_ROUGH_SHARE: Final = 0.005
_ROUGH_NOISE_MM: Final = 0.03
_MEAN_WEAR_MM: Final = np.array([0.006, 0.015, 0.03, 0.08, 0.13, 0.20, 0.28, 0.40])
_SHARE: Final = np.array([0.70, 0.14, 0.04, 0.10, 0.05, 0.003, 0.002, 0.001])
"""How worn keys are, as the mean of what each cut lost by itself beyond what all lost together.

Most weight lies where a worn key most easily passes for another new one: some cuts hardly worn, one by a step. Cuts
worn by more are seldom all near a depth, and weight on them refuses new keys without stopping worn ones."""
_EVEN_MEAN_MM: Final = 0.02
_EVEN_ANY_SHARE: Final = 0.0001
_EVEN_MOST_MM: Final = 0.56
_EVEN_NOISE_MM: Final = 0.008
_EVEN_NOISE_OF_RUBBED: Final = 0.25
_EVEN_HIGH_NOISE_MM: Final = 0.012
"""All cuts together lie lower than the uncut edge says, by little as a rule and by anything now and then, or, by the
reader's own noise and the more so the more is rubbed off, a little higher: a path-traced key of brushed brass by 0.024,
half of it because its edge is seen too low."""
_CELL_MM: Final = 0.002
_LOWEST_MM, _HIGHEST_MM = -2.0, 1.2


@dataclass(frozen=True, repr=False)
class Likeliest:
    """The code that explains the roots best: one depth a cut, of the chart it was found in, and how probable it is."""

    depths: tuple[Depth, ...]
    probability: float
    by_strangers: float = 0.0
    """How probable it is that they were cut by a chart of other locks."""


@dataclass(frozen=True, repr=False)
class _Chart:
    """One chart: its depths, how common its keys are, and which depth of the answer each of them stands for."""

    depths: tuple[Depth, ...]
    share: float
    stands_for: tuple[int | None, ...]

    @property
    def roots_mm(self) -> Floats:
        return np.array([depth.root_mm for depth in self.depths])


def likeliest(roots_mm: tuple[float, ...], spec: CutSpec, rubbed_mm: float) -> Likeliest:
    """Weigh all codes.

    Args:
        roots_mm: as measured.
        spec: own depths, and other charts of the same spacing.
        rubbed_mm: how much lower than new the uncut edge is seen; the cuts are taken to have sunk with it.
    """
    measured = np.array(roots_mm) + rubbed_mm
    charts, prior = _charts(spec), _prior(rubbed_mm)
    weights = [_weights(measured, chart) for chart in charts]
    by_chart = [
        chart.share * float(np.sum(each.sum(axis=1).prod(axis=0) * prior)) for chart, each in _both(charts, weights)
    ]
    total = max(sum(by_chart), 1e-300)
    strangers = sum(each for chart, each in zip(charts, by_chart, strict=True) if not _is_answer(chart))
    found = [_of_chart(measured, charts, weights, prior, at) for at in range(len(charts)) if _is_answer(charts[at])]
    # Charts of the same locks find the same code, as probable; its depths are those of the chart it was cut by.
    best = max(found, key=lambda each: (each.probability, -_off(measured, each)))
    return Likeliest(best.depths, best.probability / total, strangers / total)


def _both(charts: tuple[_Chart, ...], weights: list[Floats]) -> list[tuple[_Chart, Floats]]:
    return list(zip(charts, weights, strict=True))


def _off(measured: Floats, found: Likeliest) -> float:
    return float(np.abs(measured - [depth.root_mm for depth in found.depths]).sum())


def _is_answer(chart: _Chart) -> bool:
    """Whether codes of this chart are the keyway's own."""
    return all(each is not None for each in chart.stands_for)


def _of_chart(measured: Floats, charts: tuple[_Chart, ...], weights: list[Floats], prior: Floats, at: int) -> Likeliest:
    """The nearest code of one chart, with all that stands for the same copy counted to it."""
    nearest = np.argmin(np.abs(measured[:, None] - charts[at].roots_mm), axis=1)
    codes = [charts[at].stands_for[int(depth)] for depth in nearest]
    total = 0.0
    for chart, each in _both(charts, weights):
        columns = [
            [
                depth
                for depth, stands_for in enumerate(chart.stands_for)
                if stands_for is not None and stands_for == code
            ]
            for code in codes
        ]
        cuts = [each[cut, column].sum(axis=0) for cut, column in enumerate(columns)]
        total += chart.share * float(np.sum(np.prod(cuts, axis=0) * prior))
    return Likeliest(tuple(charts[at].depths[int(depth)] for depth in nearest), total)


def _weights(measured: Floats, chart: _Chart) -> Floats:
    """How likely each root is at each depth, over all states of wear: (cuts, depths, means, even wear)."""
    table, even = _table(), _even_mm()
    off = measured[:, None, None] - chart.roots_mm[None, :, None] - even
    cell = np.clip(np.rint((off - _LOWEST_MM) / _CELL_MM).astype(np.intp), 0, table.shape[1] - 1)
    return np.asarray(np.moveaxis(table[:, cell], 0, 2) / len(chart.depths))


def _charts(spec: CutSpec) -> tuple[_Chart, ...]:
    own = spec.depths
    charts = [_Chart(own, 1.0, tuple(range(len(own))))]
    for other in spec.other_charts:
        share = _SAME_LOCKS_SHARE if other.same_codes else _STRANGERS_SHARE
        if other.same_codes:
            at_code = {depth.code: at for at, depth in enumerate(own)}
            stands_for = tuple(at_code.get(depth.code) for depth in other.depths)
        else:
            stands_for = tuple(_same_metal(depth, own) for depth in other.depths)
        charts.append(_Chart(other.depths, share, stands_for))
    return tuple(charts)


def _same_metal(depth: Depth, own: tuple[Depth, ...]) -> int | None:
    return next((at for at, each in enumerate(own) if abs(each.root_mm - depth.root_mm) <= SAME_METAL_MM), None)


@lru_cache(maxsize=1)
def _even_mm() -> Floats:
    return np.arange(-_EVEN_MOST_MM, 0.1001, 0.009)


def _prior(rubbed_mm: float) -> Floats:
    """Of every mean wear with every even wear."""
    noise = float(np.hypot(_EVEN_NOISE_MM, _EVEN_NOISE_OF_RUBBED * rubbed_mm))
    lost = np.arange(0.0, _EVEN_MOST_MM, 0.004)
    share = np.exp(-lost / _EVEN_MEAN_MM)
    share = share / share.sum() + _EVEN_ANY_SHARE / lost.size
    high = _even_mm()[:, None] + lost
    even = np.exp(-0.5 * (high / np.where(high > 0, max(noise, _EVEN_HIGH_NOISE_MM), noise)) ** 2) @ share
    return np.asarray((_SHARE / _SHARE.sum())[:, None] * (even / even.sum()))


@lru_cache(maxsize=1)
def _table() -> Floats:
    """How likely a root is to be seen this far off its depth, by the mean of what wears away (rows)."""
    off = np.arange(_LOWEST_MM, _HIGHEST_MM, _CELL_MM)
    lost = np.arange(0.0, 1.6, 0.004)
    share = np.exp(-lost / _MEAN_WEAR_MM[:, None])
    share /= share.sum(axis=1, keepdims=True)
    apart = off[None, :] + lost[:, None]
    fine = (1 - _ROUGH_SHARE) * _bell(apart, _NOISE_MM) + _ROUGH_SHARE * _bell(apart, _ROUGH_NOISE_MM)
    return np.asarray(share @ fine + 1e-12)


def _bell(apart_mm: Floats, sigma_mm: float) -> Floats:
    return np.asarray(np.exp(-0.5 * (apart_mm / sigma_mm) ** 2) / (sigma_mm * np.sqrt(2 * np.pi)))
