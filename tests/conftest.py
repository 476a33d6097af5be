"""What every test starts from: one thread count, no leftovers from the environment, and nothing left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.where_time_goes", "tests.support.parsed_once"]

# A slow computer is no wrong answer.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")
os.environ.setdefault("OMP_NUM_THREADS", "1")
for name in ("KIOSK_PORT", "KIOSK_CONFIG", "KIOSK_DATA"):
    os.environ.pop(name, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Visits by hand begin first: they mostly wait, and alone at the end they would leave a processor idle."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


@pytest.fixture(autouse=True)
def no_thread_survives_its_test() -> Iterator[None]:
    """Fail a test that leaves a non-daemon thread behind."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if thread.is_alive() and not thread.daemon]
    assert not left, f"threads left running: {[thread.name for thread in left]}"


@pytest.fixture(autouse=True)
def no_setting_survives_its_test() -> Iterator[None]:
    """Fail a test after which other tests would find another kiosk's folders; put them right for these."""
    before = _named_for_the_kiosk()
    yield
    after = _named_for_the_kiosk()
    for name in after.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
    assert after == before, "variables of the kiosk left changed in the environment"


def _named_for_the_kiosk() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("KIOSK_")}
