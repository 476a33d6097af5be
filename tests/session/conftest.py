from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.parts import Shop, shop


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made
