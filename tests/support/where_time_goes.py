"""Says at the end of a run where its time went, by folder: processor seconds do not depend on what else runs.

Responsible for: counting the processor time of each test, programs it started and waited for included.
Not responsible for: judging it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterable
from pathlib import PurePosixPath

import pytest

SLOWEST = 15
WORTH_A_PLACE_S = 1.0


def processor_s() -> float:
    """Processor seconds of this process and of the children it has waited for."""
    return sum(os.times()[:4])


class Meter:
    """Writes on every report what its phase took; reports of other workers carry it home."""

    def __init__(self) -> None:
        self._read_s = processor_s()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        now_s = processor_s()
        report.processor_s = now_s - self._read_s
        self._read_s = now_s
        return report

    def pytest_collection_finish(self) -> None:
        """Collecting is nobody's test."""
        self._read_s = processor_s()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Meter())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for several in terminalreporter.stats.values() for report in several]
    terminalreporter.section("where time goes")
    for line in summary(report for report in reports if hasattr(report, "processor_s")):
        terminalreporter.write_line(line)


def summary(reports: Iterable[pytest.TestReport]) -> list[str]:
    tests, folders, tests_of, waited_s = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for report in reports:
        folder = str(PurePosixPath(report.location[0]).parent)
        tests[report.nodeid] += report.processor_s
        folders[folder] += report.processor_s
        waited_s[folder] += report.duration
        tests_of[folder] += report.when == "call"
    lines = [f"{'processor s':>12} {'clock s':>9} {'tests':>7}"]
    lines += [
        f"{spent_s:>12.1f} {waited_s[name]:>9.1f} {tests_of[name]:>7}  {name}"
        for name, spent_s in folders.most_common()
    ]
    lines += [f"{folders.total():>12.1f} {waited_s.total():>9.1f} {tests_of.total():>7}  together", ""]
    lines += [f"{spent_s:>12.1f}  {name}" for name, spent_s in tests.most_common(SLOWEST) if spent_s > WORTH_A_PLACE_S]
    return lines
