"""The command line and the composition root: the one place that knows a real machine from a simulated one."""

from __future__ import annotations

import sys

import typer

from config.problems import BadInput
from kiosk.cli import audit, catalogue, fleet, operations, policy, service, staff
from kiosk.cli import config as config_command
from kiosk.cli import identify as identify_command
from kiosk.rehearsal import cut_rehearsal
from simulator import cli as simulate

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(service.app, name="service")
app.add_typer(policy.app, name="policy")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(staff.app, name="staff")
app.add_typer(audit.app, name="audit")
app.add_typer(fleet.app, name="fleet")
cut_rehearsal.register(simulate.app)
app.add_typer(simulate.app, name="simulate")
operations.mount(app)
app.command("identify")(identify_command.identify_command)
app.command("check-config")(config_command.check_config)


def main() -> None:
    """Run the command line; bad input is one line a problem on stderr and exit status 2."""
    try:
        app()
    except BadInput as bad:
        for problem in bad.problems:
            print(f"kiosk: {problem}", file=sys.stderr)  # noqa: T201 - this is the command line's own voice
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
