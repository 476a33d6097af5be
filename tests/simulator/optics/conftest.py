"""The catalogue and the machine's cameras, read once."""

from __future__ import annotations

import pytest

import config.machine as machine
from config.catalogue import Catalogue, load_catalogue
from config.toml_files import checked, read_toml
from tests.simulator.optics.parts import MACHINE_FILE, small


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def views() -> machine.Views:
    return checked(machine.Machine, read_toml(MACHINE_FILE), str(MACHINE_FILE)).views


@pytest.fixture(scope="session")
def small_views(views: machine.Views) -> machine.Views:
    return small(views, 4)
