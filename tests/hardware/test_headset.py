"""A headset is put in and pulled out: the kernel's own bytes through a file, and a device that comes and goes."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from hardware.headset import EV_SW, EVENT, SW_HEADPHONE_INSERT, InputDeviceJack


def switch(value: int, code: int = SW_HEADPHONE_INSERT, kind: int = EV_SW) -> bytes:
    return EVENT.pack(0, 0, kind, code, value)


@contextmanager
def device(path: Path) -> Iterator[int]:
    os.mkfifo(path)
    fd = os.open(path, os.O_RDWR)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def heard_from(path: Path) -> Iterator[queue.SimpleQueue[bool]]:
    heard: queue.SimpleQueue[bool] = queue.SimpleQueue()
    jack = InputDeviceJack(str(path))
    jack.listen(heard.put)
    try:
        yield heard
    finally:
        jack.close()
        jack.close()


def test_a_plug_is_heard_going_in_and_out_and_nothing_else_is(tmp_path: Path) -> None:
    with device(tmp_path / "jack") as kernel, heard_from(tmp_path / "jack") as heard:
        assert heard.get(timeout=5) is False
        # A microphone's switch, a key, the end of the report; then the plug, in two pieces of one report.
        os.write(kernel, switch(1, code=0x04) + switch(1, kind=0x01) + EVENT.pack(0, 0, 0, 0, 0))
        os.write(kernel, switch(1) + EVENT.pack(0, 0, 0, 0, 0))
        assert heard.get(timeout=5) is True
        os.write(kernel, switch(1) + switch(0))
        assert heard.get(timeout=5) is False
    assert heard.empty()


@pytest.mark.parametrize(("bits", "plugged"), [(1 << SW_HEADPHONE_INSERT, True), (1 << 4, False)])
def test_one_that_was_in_before_the_kiosk_started_is_known(
    tmp_path: Path, mocker: MockerFixture, bits: int, plugged: bool
) -> None:
    mocker.patch("fcntl.ioctl", return_value=bytes([bits, *([0] * 7)]))
    with device(tmp_path / "jack"), heard_from(tmp_path / "jack") as heard:
        assert heard.get(timeout=5) is plugged


def test_a_jack_that_goes_away_is_taken_for_empty_and_found_again(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("hardware.headset.LOOK_AGAIN_S", 0.01)
    path = tmp_path / "jack"
    with heard_from(path) as heard:
        assert heard.get(timeout=5) is False
        with device(path) as kernel:
            os.write(kernel, switch(1))
            assert heard.get(timeout=5) is True
        # Whoever pulls the sound card out must not be read to by the loudspeaker.
        assert heard.get(timeout=5) is False
