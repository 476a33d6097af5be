"""What stands around a kiosk whose operations are tried."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test sets up of the root logger goes with it."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An owner's folder with nothing in it yet."""
    folder = tmp_path / "etc"
    folder.mkdir()
    monkeypatch.delenv("KIOSK_CONFIG", raising=False)
    return folder
