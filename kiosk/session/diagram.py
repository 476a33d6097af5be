"""The session's diagram, drawn from the table: `python -m kiosk.session.diagram [--update docs/architecture.md]`.

Responsible for: the table as Mermaid, and keeping a page's copy of it equal. Not responsible for: the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

from config.problems import BadInput, Problem
from kiosk.session.states import BEFORE_MONEY, EVERYWHERE, MAKING, STAFF, TABLE, State

BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"
BOXES: dict[str, tuple[State, ...]] = {"before_money": BEFORE_MONEY, "making": MAKING, "staff": STAFF}
"""States drawn in one box: an arrow that leaves all of them leaves the box."""


def mermaid() -> str:
    """The diagram as Mermaid text: what leads from every state of a box is one arrow, from everywhere one note."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.STARTING}"]
    for box, states in BOXES.items():
        lines += [
            f'    state "{box.replace("_", " ")}" as {box} {{',
            *(f"        {state}" for state in states),
            "    }",
        ]
    drawn: dict[tuple[str, State], list[str]] = {}
    for row in TABLE:
        if row.sources == EVERYWHERE:
            lines.append(f'    state "any state" as any\n    any --> {row.dest}: {row.trigger}')
            continue
        for source in _boxed(row.sources):
            drawn.setdefault((source, row.dest), []).append(row.trigger)
    lines += [f"    {source} --> {dest}: {', '.join(names)}" for (source, dest), names in drawn.items()]
    return "\n".join(lines)


def _boxed(sources: tuple[State, ...]) -> list[str]:
    """`sources`, with the name of a box in the place of all its states."""
    full = {box: states for box, states in BOXES.items() if set(states) <= set(sources)}
    inside = {state for states in full.values() for state in states}
    return [*full, *(state for state in sources if state not in inside)]


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
        print("usage: python -m kiosk.session.diagram [--update PAGE]", file=sys.stderr)  # noqa: T201 - the same
        return 2
    page = Path(arguments[1])
    try:
        page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(Problem(str(page), "", str(error))) from error
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
