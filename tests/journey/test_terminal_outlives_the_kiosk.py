"""The kiosk is killed by SIGKILL while it talks to a card terminal that lives on: delivered and paid, or neither.

Here a few places of each story; every place of every story is `python -m tests.bench.soak_terminals`.
"""

from __future__ import annotations

import pytest

from kiosk.rehearsal.simulated_kiosk import scratch_folder
from tests.support.terminal_kills import STORIES, kill_at, terminal_process


@pytest.mark.parametrize("kind", STORIES)
def test_a_killed_kiosk_has_delivered_and_is_paid_or_neither(kind: str) -> None:
    with scratch_folder() as folder, terminal_process(kind, folder) as terminal:
        for number, story in enumerate(STORIES[kind]):
            for place in range(5 + 3 * number, 60, 17):
                kill_at(terminal, folder / f"{story.__name__}-{place}", story, place)
            assert not kill_at(terminal, folder / f"{story.__name__}-whole", story, 10**6), "lives to its end"
