"""The manual page of `kiosk`, written from the commands themselves.

Responsible for: every command, its first sentence and its options, as roff. Not responsible for: what they do.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from typer.main import get_command

from kiosk.command_line import app


def main() -> None:
    """Print the page."""
    command = get_command(app)
    lines = [
        f'.TH KIOSK 1 "" "{version("keykiosk")}" "Key kiosk"',
        ".SH NAME",
        "kiosk \\- controller of a self-service key-cutting kiosk",
        ".SH SYNOPSIS",
        ".B kiosk",
        "COMMAND [\\fIOPTIONS\\fR]",
        ".SH COMMANDS",
        *_commands(command, None, "kiosk"),
        ".SH FILES",
        *_entry("/etc/kiosk", "Settings of the owner."),
        *_entry("/var/lib/kiosk, /var/lib/kiosk-seal", "Records, and the audit's seal apart from them."),
        *_entry("/usr/share/doc/keykiosk", "Guides for owner and technician."),
        ".SH SEE ALSO",
        ".BR kiosk-rollback (8)",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _commands(group: Any, parent: Any, path: str) -> Iterator[str]:
    context = group.make_context(path, [], parent=parent, resilient_parsing=True)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        below = f"{path} {name}"
        yield from _entry(below, (command.help or "").split("\n\n")[0])
        if hasattr(command, "list_commands"):
            yield from _commands(command, context, below)
            continue
        inner = command.make_context(name, [], parent=context, resilient_parsing=True)
        records = [record for each in command.get_params(inner) if (record := each.get_help_record(inner))]
        if records:
            yield ".RS"
            for words, help_text in records:
                yield from _entry(words, help_text)
            yield ".RE"


def _entry(title: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {_plain(title)}"
    yield _plain(" ".join(text.split())) or "\\&"


def _plain(text: str) -> str:
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", bare)


if __name__ == "__main__":
    main()
