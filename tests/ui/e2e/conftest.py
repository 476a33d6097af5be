"""One kiosk for every visit by hand, as in a store: its start costs as much as a visit.

It closes with the folder: one that stood open until the last test of all drew its welcome screen all the while.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.ui.e2e.person import MANAGER, ROOT, TECHNICIAN, Person, hire

PORTRAIT = (1080, 1920)


@pytest.fixture(scope="package")
def open_kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """It runs, and staff have their accounts; pictures of what it showed stay in out/e2e."""
    data = tmp_path_factory.mktemp("kiosk")
    hire(data, MANAGER, "manager")
    hire(data, TECHNICIAN, "technician")
    out = ROOT / "out" / "e2e" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with Person(out, data, PORTRAIT, "--speed", "8") as person:
        yield person


@pytest.fixture
def person(open_kiosk: Person) -> Iterator[Person]:
    """Somebody who comes to the welcome screen, and leaves it to the next; nothing went wrong behind it meanwhile."""
    open_kiosk.waits_for("welcome")
    open_kiosk.comes()
    yield open_kiosk
    assert "Traceback" not in open_kiosk.log()
    for staff in (MANAGER, TECHNICIAN):
        assert staff.pin not in open_kiosk.log()
