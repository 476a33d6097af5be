"""Everything shown, spoken: espeak-ng as a child process, one utterance at a time.

Responsible for: voice by language, volume, interrupting, and leaving no process behind. Not responsible for: what
is said. Called from Kivy's main thread only; never waits for speech to end.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
from typing import Protocol

log = logging.getLogger(__name__)

VOICES = {"en": "en-us", "es": "es-419", "fr": "fr-fr"}
"""espeak-ng voices where the language's own code is not the best one."""
WORDS_A_MINUTE = 150
LOUDEST = 200


class Voice(Protocol):
    """Something that speaks."""

    @property
    def available(self) -> bool:
        """Whether there is a voice at all."""

    @property
    def speaking(self) -> bool:
        """Whether something is being said now."""

    def say(self, text: str, language: str, volume: int) -> None:
        """Say `text`, interrupting whatever is being said. `volume` 0 to 10."""

    def hush(self) -> None:
        """Stop speaking."""


class Espeak:
    """espeak-ng."""

    def __init__(self, program: str = "espeak-ng") -> None:
        self._program = shutil.which(program)
        self._speaking: subprocess.Popen[bytes] | None = None
        if self._program is None:
            log.warning("%s is not installed: nothing can be read aloud", program)

    @property
    def available(self) -> bool:
        """Whether the program is installed."""
        return self._program is not None

    @property
    def speaking(self) -> bool:
        """Whether the last utterance goes on."""
        return self._speaking is not None and self._speaking.poll() is None

    def say(self, text: str, language: str, volume: int) -> None:
        """Say it; the text goes in by pipe, so that no word is ever taken for an option."""
        self.hush()
        if self._program is None or not text:
            return
        voice = VOICES.get(language, language)
        amplitude = round(LOUDEST * max(0, min(10, volume)) / 10)
        command = [self._program, "-v", voice, "-a", str(amplitude), "-s", str(WORDS_A_MINUTE), "--stdin"]
        try:
            self._speaking = subprocess.Popen(  # noqa: S603 - fixed program, no shell
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if self._speaking.stdin is not None:
                self._speaking.stdin.write(text.encode())
                self._speaking.stdin.close()
        except OSError as error:
            log.warning("speech failed: %s", error)
            self.hush()

    def hush(self) -> None:
        """Kill the utterance that is going on and reap it."""
        speaking, self._speaking = self._speaking, None
        if speaking is None:
            return
        if speaking.stdin is not None and not speaking.stdin.closed:
            speaking.stdin.close()
        if speaking.poll() is None:
            speaking.kill()
        speaking.wait()
