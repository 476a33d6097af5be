"""Who asks why the tests take so long reads it at the end of their run."""

from __future__ import annotations

import pytest

from tests.support.where_time_goes import summary


def report(test: str, when: str, spent_s: float, clock_s: float) -> pytest.TestReport:
    file = test.partition("::")[0]
    made = pytest.TestReport(test, (file, 1, test), {}, "passed", None, when, duration=clock_s)
    made.processor_s = spent_s
    return made


def test_time_is_told_by_folder_with_setup_and_teardown_and_the_slowest_tests_are_named() -> None:
    told = summary(
        [
            report("tests/key/test_a.py::test_quick", "call", 0.2, 0.3),
            report("tests/ui/test_b.py::test_slow", "setup", 2.0, 4.0),
            report("tests/ui/test_b.py::test_slow", "call", 1.0, 5.0),
            report("tests/ui/test_b.py::test_slow", "teardown", 0.5, 1.0),
            report("tests/ui/test_b.py::test_quick", "call", 0.1, 0.1),
        ]
    )
    assert [line.split() for line in told] == [
        ["processor", "s", "clock", "s", "tests"],
        ["3.6", "10.1", "2", "tests/ui"],
        ["0.2", "0.3", "1", "tests/key"],
        ["3.8", "10.4", "3", "together"],
        [],
        ["3.5", "tests/ui/test_b.py::test_slow"],
    ]
