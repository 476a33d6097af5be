"""The command line's way in and out: bad input is one line a problem on stderr and status 2, Ctrl-C is status 130.

What must stop a wheel after any exit has a way in of its own: it waits for nothing to load that it does not need.
"""

from __future__ import annotations

import sys

from config.problems import BadInput, print_problems


def main() -> None:
    """Run the command line."""
    try:
        if sys.argv[1:3] == ["service", "safe-stop"]:
            from kiosk.safe_stop import main as safe_stop

            raise SystemExit(safe_stop(sys.argv[3:]))
        # Inside, as loading everything takes a second or two, in which somebody may change their mind.
        from kiosk.command_line import app

        app()
    except BadInput as bad:
        print_problems(bad)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
