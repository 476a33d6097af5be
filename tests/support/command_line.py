"""The command line in this process."""

from __future__ import annotations

import sys

from kiosk.__main__ import main


def here(*arguments: str) -> int:
    """Run `kiosk` with these; its exit status."""
    argv, sys.argv = sys.argv, ["kiosk", *arguments]
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    finally:
        sys.argv = argv
    return 0
