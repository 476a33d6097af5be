"""The session's diagram, drawn from the table: `python -m kiosk.diagram [--update README.md]`.

Responsible for: the table as Mermaid, and keeping a page's copy of it equal. Not responsible for: the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

from config.problems import BadInput, Problem
from kiosk.states import EVERYWHERE, TABLE, State

BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"


def mermaid() -> str:
    """The diagram as Mermaid text. Rows that lead from everywhere are drawn once, from a note."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.STARTING}"]
    drawn: dict[tuple[State, State], list[str]] = {}
    for row in TABLE:
        if row.sources == EVERYWHERE:
            lines.append(f'    state "any state" as any\n    any --> {row.dest}: {row.trigger}')
            continue
        for source in row.sources:
            drawn.setdefault((source, row.dest), []).append(row.trigger)
    lines += [f"    {source} --> {dest}: {', '.join(names)}" for (source, dest), names in drawn.items()]
    return "\n".join(lines)


def block() -> str:
    """The diagram as it stands in a Markdown page, markers included."""
    return f"{BEGIN}\n```mermaid\n{mermaid()}\n```\n{END}"


def updated(page: str) -> str:
    """`page` with its diagram renewed.

    Raises:
        ValueError: the page has no markers.
    """
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} ... {END}")
    return head + block() + tail


def main(arguments: list[str]) -> int:
    """Print the diagram, or renew it in the page named after `--update`."""
    if not arguments:
        print(mermaid())  # noqa: T201 - a command's own voice
        return 0
    if len(arguments) != 2 or arguments[0] != "--update":
        print("usage: python -m kiosk.diagram [--update PAGE]", file=sys.stderr)  # noqa: T201
        return 2
    page = Path(arguments[1])
    try:
        page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(Problem(str(page), "", str(error))) from error
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
