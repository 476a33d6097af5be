"""The command line's way in and out: bad input is one line a problem on stderr and status 2, Ctrl-C is status 130."""

from __future__ import annotations

from config.problems import BadInput, print_problems


def main() -> None:
    """Run the command line."""
    try:
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
