"""A key lies as it was laid: the cameras may look again and see the same key with new noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.machine import Machine
from config.toml_files import checked, read_toml
from hardware.scan import TRAY_VIEWS, ScanFrames
from simulator.faults.simulated_machine import SimulatedMachine, lay
from simulator.keys.sample_keys import sample_key
from simulator.optics import NORMAL, lay_out, render_scan
from tests.simulator.optics.parts import MACHINE_FILE, shadow, small


@pytest.fixture
def sim(catalogue, small_views) -> SimulatedMachine:
    machine = checked(Machine, read_toml(MACHINE_FILE), str(MACHINE_FILE))
    return SimulatedMachine(machine.model_copy(update={"views": small_views}), catalogue, 7)


def same(one: ScanFrames, other: ScanFrames) -> bool:
    return all(np.array_equal(getattr(one, name).pixels, getattr(other, name).pixels) for name in TRAY_VIEWS)


def moved_px(one: ScanFrames, other: ScanFrames) -> int:
    """Pixels of the silhouettes that are key in one and light in the other."""
    return int(np.count_nonzero((shadow(one.silhouette) > 0.5) != (shadow(other.silhouette) > 0.5)))


def test_a_second_look_sees_the_same_key_in_the_same_place_with_new_noise_and_light(catalogue, views) -> None:
    scene = lay_out(sample_key("schlage-new", catalogue), small(views, 2), NORMAL, 5)
    first, second = scene.look(0), scene.look(1)
    assert not same(first, second)
    edge_px = 4 * np.count_nonzero(np.diff(shadow(first.silhouette) > 0.5, axis=0))
    assert moved_px(first, second) < edge_px / 20
    flicker = second.silhouette.pixels.mean() / first.silhouette.pixels.mean()
    assert flicker != pytest.approx(1.0, abs=0.001)
    for name in TRAY_VIEWS:
        noise = getattr(first, name).pixels.astype(float) - getattr(second, name).pixels / flicker
        assert noise.std() > NORMAL.noise, "the noise of two looks, not of one"


def test_looking_does_not_change_what_is_looked_at(catalogue, small_views) -> None:
    key = sample_key("kwikset-new", catalogue)
    scene = lay_out(key, small_views, NORMAL, 5)
    for number in (0, 3, 0, 3):
        frames = scene.look(number)
        assert same(frames, lay_out(key, small_views, NORMAL, 5).look(number))
        # The product wipes what it has read.
        frames.silhouette.pixels[...] = 0
    assert same(scene.look(0), render_scan(key, small_views, NORMAL, 5))


def test_a_key_stays_where_it_lies_until_it_is_laid_anew(sim, catalogue) -> None:
    key = sample_key("kwikset-new", catalogue)
    lay(sim, key)
    first, second = sim.scanner.scan(), sim.scanner.scan()
    lay(sim, key)
    laid_anew = sim.scanner.scan()
    assert not same(first, second)
    assert moved_px(first, laid_anew) > 10 * moved_px(first, second)


def test_what_befalls_the_cameras_is_seen_at_the_next_look(sim, catalogue) -> None:
    lay(sim, sample_key("kwikset-new", catalogue))
    bright = sim.scanner.scan()
    sim.optics = replace(sim.optics, lamp=0.2)
    dark = sim.scanner.scan()
    assert dark.silhouette.pixels.mean() < bright.silhouette.pixels.mean() / 3
