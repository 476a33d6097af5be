"""The headset jack a machine may have.

Responsible for: where its switch is found. Not responsible for: reading it (`hardware.headset`).
"""

from __future__ import annotations

from config.base import Frozen, PathText


class Headset(Frozen):
    """A jack that notices its plug.

    `device` is the input device that reports it, of the sound card or of a GPIO, such as
    `/dev/input/by-path/platform-sound-event`; empty: nothing notices a headset, and speech is chosen on the screen.
    """

    device: PathText = ""
