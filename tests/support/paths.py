"""Where the shipped settings lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MACHINE_FILE = ROOT / "config" / "machine.toml"
