"""What `make install` does as root cannot be led astray by links, names or files that somebody planted before.

Who would: an intruder with a shell as the kiosk's user, who waits for the owner to upgrade as root; whoever can write
the folder in which root happens to stand. The whole installation is tried by run_in_chroot.sh.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

DEPLOY = ROOT / "deploy"
NOBODY = 65534
MOST_EXPOSED = {"kiosk.service": 2.0, "kiosk-display.service": 2.5}
"""Marks of `systemd-analyze security`, 0 to 10; a display open to everything has 9.6."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The kiosk's data folder, its user's own, in folders that user can walk through."""
    for above in (tmp_path, *tmp_path.parents[:3]):
        if above.stat().st_uid == os.getuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    return folder


def as_kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


@pytest.fixture
def script(tmp_path: Path) -> str:
    """The script where its user can read it."""
    copy = tmp_path / "backup-before"
    copy.write_bytes((DEPLOY / "backup-before").read_bytes())
    copy.chmod(0o755)
    return str(copy)


def test_a_backup_before_an_upgrade_keeps_the_three_newest_and_nothing_but_its_own_is_removed(
    data: Path, script: str
) -> None:
    hostile = ["a b.tar.gz", "-rf.tar.gz", "other.tar.gz", "x\nbefore-20250101T000000Z.tar.gz"]
    (data / "backup").mkdir()
    for name in hostile:
        (data / "backup" / name).write_text("kept")
    os.chown(data / "backup", NOBODY, NOBODY)
    for day in range(1, 6):
        made = as_kiosk(script, str(data), f"2026010{day}T000000Z", "touch", "--")
        assert made.returncode == 0, made.stderr
    left = sorted(path.name for path in (data / "backup").iterdir() if path.name.startswith("before-2026"))
    assert left == [f"before-2026010{day}T000000Z.tar.gz" for day in (3, 4, 5)]
    assert set(hostile) <= {path.name for path in (data / "backup").iterdir()}


def test_a_link_planted_for_the_backup_changes_no_folder_of_root(data: Path, script: str, tmp_path: Path) -> None:
    roots = tmp_path / "roots"
    roots.mkdir(mode=0o755)
    (data / "backup").symlink_to(roots)
    made = as_kiosk(script, str(data), "20260101T000000Z", "touch", "--")
    assert (made.returncode, "is a link" in made.stderr) == (1, True)
    assert (roots.stat().st_uid, list(roots.iterdir())) == (0, [])


def test_the_backup_is_never_made_with_roots_rights(data: Path, script: str) -> None:
    ran = subprocess.run([script, str(data), "x", "touch", "--"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "backup-before: not as root\n")


def test_the_installer_touches_the_data_folder_as_the_kiosks_user_alone() -> None:
    text = (DEPLOY / "install.sh").read_text()
    assert not re.search(r"\bxargs\b|\bls\b[^\n]*\|", text)
    assert "$DATA/" not in text


def test_the_command_line_is_not_taken_from_the_folder_somebody_stands_in(tmp_path: Path) -> None:
    wrapper = tmp_path / "kiosk"
    text = (DEPLOY / "kiosk").read_text()
    assert text.count("/opt/kiosk/current/venv/bin/python -I -m kiosk") == 2
    wrapper.write_text(text.replace("/opt/kiosk/current/venv/bin/python", sys.executable))
    wrapper.chmod(0o755)
    stands = tmp_path / "stands"
    for package in ("kiosk", "config", "typer"):
        (stands / package).mkdir(parents=True)
        (stands / package / "__init__.py").write_text("raise SystemExit('planted')\n")
    environment = {**os.environ, "KIOSK_DATA": str(tmp_path / "data"), "KIOSK_CONFIG": "", "PYTHONPATH": str(stands)}
    ran = subprocess.run(
        [str(wrapper), "check-config"], cwd=stands, env=environment, capture_output=True, text=True, check=False
    )
    assert "planted" not in ran.stdout + ran.stderr
    assert "All settings are good." in ran.stdout


@pytest.mark.parametrize("unit", sorted(MOST_EXPOSED))
def test_a_service_is_no_more_exposed_than_it_was(unit: str) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(DEPLOY / "systemd" / unit)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", told)
    assert exposure is not None, told
    assert float(exposure[1]) <= MOST_EXPOSED[unit]


def test_the_kiosks_service_reaches_this_computer_alone_unless_a_drop_in_says_more() -> None:
    lines = (DEPLOY / "systemd" / "kiosk.service").read_text().splitlines()
    assert "IPAddressDeny=any" in lines
    assert [line for line in lines if line.startswith("IPAddressAllow=")] == ["IPAddressAllow=localhost"]
    dropped = (DEPLOY / "systemd" / "broker.conf").read_text().splitlines()
    assert [line for line in dropped if line.startswith("IPAddress")] == [], "no address but the owner's own"


def test_no_key_leads_out_of_the_display() -> None:
    unit = (DEPLOY / "systemd" / "kiosk-display.service").read_text()
    server = (DEPLOY / "xorg" / "60-kiosk.conf").read_text()
    assert " -novtswitch " in unit
    assert " -nolisten tcp " in unit
    for option in ("DontZap", "DontVTSwitch"):
        assert f'Option "{option}" "true"' in server
    assert "/etc/X11/xorg.conf.d/60-kiosk.conf" in (DEPLOY / "install.sh").read_text()
