"""The metrics page and the room on the disk."""

from __future__ import annotations

import http.client
import subprocess
from pathlib import Path

import pytest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from config.operations import Disk, load_operations
from kiosk.operations.disk import DiskRoom, room
from kiosk.operations.metrics import MetricsPage, text_form


def asked(port: int, method: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_label_in_the_text_form_cannot_end_its_line() -> None:
    family = CounterMetricFamily("a", "A", labels=("x",))
    family.add_metric(('q"\n',), 2)
    assert text_form([family]) == b'# HELP a_total A\n# TYPE a_total counter\na_total{x="q\\"\\n"} 2.0\n'


def test_the_page_is_read_only_and_off_as_shipped() -> None:
    assert not load_operations().metrics.enabled
    assert load_operations().metrics.host == "127.0.0.1"
    page = MetricsPage("127.0.0.1", 0, lambda: [GaugeMetricFamily("a", "A", 1)])
    try:
        assert asked(page.port, "GET", "/metrics") == (200, b"# HELP a A\n# TYPE a gauge\na 1.0\n")
        assert asked(page.port, "POST", "/metrics")[0] == 501
        assert asked(page.port, "GET", "/etc/passwd")[0] == 404
    finally:
        page.stop()


def test_figures_that_cannot_be_read_are_an_answer_and_not_an_end() -> None:
    def broken() -> list[Metric]:
        raise OSError("disk")

    page = MetricsPage("127.0.0.1", 0, broken)
    try:
        assert asked(page.port, "GET", "/metrics")[0] == 503
    finally:
        page.stop()


def test_room_is_told_by_free_bytes(tmp_path: Path) -> None:
    huge = 10**13
    assert room(tmp_path, Disk(warn_free_bytes=10**6, stop_free_bytes=10**6)) is DiskRoom.ENOUGH
    assert room(tmp_path, Disk(warn_free_bytes=huge, stop_free_bytes=10**6)) is DiskRoom.LITTLE
    assert room(tmp_path, Disk(warn_free_bytes=huge, stop_free_bytes=huge)) is DiskRoom.NONE
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert room(tmp_path / "missing", Disk(warn_free_bytes=10**6, stop_free_bytes=10**6)) is DiskRoom.READ_ONLY
    assert not DiskRoom.READ_ONLY.can_sell
    assert not DiskRoom.NONE.can_sell


def test_a_truly_full_file_system_is_told(tmp_path: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(tmp_path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        filler = tmp_path / "filler"
        with pytest.raises(OSError, match="No space"):
            filler.write_bytes(b"x" * 200_000)
        assert room(tmp_path, Disk(warn_free_bytes=10**6, stop_free_bytes=10**6)) is DiskRoom.NONE
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
