"""The Debian package's own files: scripts a shell can read, a manual of every command, a bill of all libraries.

The package is built, examined, installed, upgraded, gone back from and purged by package_in_chroot.sh.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.command_line import COMMANDS, Group, app
from kiosk.data_paths import DataPaths
from kiosk.operations.doctor import Grade
from kiosk.operations.doctor_records import KNOWN, schema
from kiosk.operations.recorder import open_operations
from tests.support.paths import ROOT

DEB = ROOT / "deploy" / "deb"
SCRIPTS = ("build", "preinst", "prerm", "postinst", "postrm", "kiosk-rollback")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_shell_can_read_every_script(script: str) -> None:
    ran = subprocess.run(["sh", "-n", str(DEB / script)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(r"^set -eu?$", (DEB / script).read_text(), re.M), "a step that fails must end it"


def test_the_manual_names_every_command_and_its_options() -> None:
    ran = subprocess.run(
        [sys.executable, str(DEB / "man_page.py")], capture_output=True, text=True, check=True, cwd=ROOT
    )
    names = [
        f"kiosk {name}{f' {below}' if below else ''}"
        for name, entry in COMMANDS.items()
        for below in ("", *(entry.commands if isinstance(entry, Group) else ()))
    ]
    page = ran.stdout.replace("\\-", "-")
    assert [name for name in names if f"\n.B {name}\n" not in page] == []
    assert "\n.B --metrics-port" in page


def test_the_bill_of_materials_names_every_library_with_its_licence_and_is_the_same_each_time() -> None:
    command = [sys.executable, str(DEB / "bill_of_materials.py"), "1790000000"]
    first, again = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first == again
    bill = json.loads(first)
    found = {part["purl"]: part for part in bill["components"]}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert f"pkg:pypi/numpy@{version('numpy')}" in found
    assert bill["metadata"]["component"]["version"] == version("keykiosk")
    assert [url for url, part in found.items() if not part["version"] or part["bom-ref"] != url] == []


def test_records_of_a_newer_program_are_told_before_an_older_one_touches_them(tmp_path: Path) -> None:
    places = DataPaths(tmp_path)
    open_operations(places.operations).close()
    assert schema(places).grade is Grade.PASS
    with closing(sqlite3.connect(places.operations)) as connection:
        connection.execute("UPDATE schema_part SET version = version + 1 WHERE part = 'outbox'")
        connection.commit()
    finding = schema(places)
    assert (finding.grade, "outbox has form 2, known are 1" in finding.found) == (Grade.FAIL, True)


def test_every_part_a_record_has_is_known_to_the_check_of_forms() -> None:
    named = set()
    for path in (ROOT / "kiosk").rglob("*.py"):
        text = path.read_text()
        named |= set(re.findall(r'part="([a-z_]+)"', text)) | set(re.findall(r'^PART = "([a-z_]+)"', text, re.M))
    assert named - set(KNOWN) <= {"main", "outbox"}


def test_an_updater_asks_only_what_an_update_can_break(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_DATA", str(tmp_path))
    tmp_path.chmod(0o700)
    open_operations(DataPaths(tmp_path).operations).close()
    answer = CliRunner().invoke(app, ["doctor", "--boot", "--json"])
    checks = {each["check"]: each["grade"] for each in json.loads(answer.stdout)}
    assert list(checks) == ["settings", "disk", "permissions", "database", "schema", "audit"]
    assert answer.exit_code == 0, checks
    (tmp_path / "sales.db").write_bytes(b"no database at all")
    assert CliRunner().invoke(app, ["doctor", "--boot"]).exit_code == 1
