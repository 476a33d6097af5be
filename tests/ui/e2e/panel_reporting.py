"""Runs the shipped panel, and reports to the test beside it what stands on the glass.

The one thing added: the places of everything that can be pressed, and what the panel says, go to a file after each
look. Clicks and keys come from the X server alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import ui.panel.app
from ui.panel.__main__ import main

OUT = Path(os.environ["E2E_OUT"])


def write_report(app: Any) -> None:
    layout = app.layout
    panel = layout.panel
    taps = {}
    for tap in layout.taps():
        where = tap.switch_center() if hasattr(tap, "switch_center") else tap.center
        taps[tap.identity] = [*tap.parent.to_window(*where), *tap.parent.to_window(*tap.pos), tap.enabled, tap.in_sight]
    report = {
        "taps": taps,
        "height": layout.height,
        "message": panel.message,
        "troubled": panel.troubled,
        "language": panel.translate.language,
        "laid": panel.laid_key,
        "picture_in_tray": panel.tray_png is not None,
        "lines": [[line.raw, line.meaning.text] for line in panel.log.shown(40)],
        "held": panel.log.held,
        "metal": panel.metal.get("blank"),
        "drawn": sum(key.texture is not None for key in layout.keys.keys.values()),
        "focus": layout.focused.identity if layout.focused else "",
        "banner": layout.banner.text,
        "state": panel.state,
    }
    (OUT / "now.tmp").write_text(json.dumps(report))
    (OUT / "now.tmp").replace(OUT / "now.json")


def patched(real: Any) -> Any:
    def run_panel(*args: Any, **kwargs: Any) -> None:
        from kivy.clock import Clock

        def started(app: Any) -> None:
            Clock.schedule_interval(lambda _: write_report(app), 0.1)

        real(*args, on_started=started, **kwargs)

    return run_panel


if __name__ == "__main__":
    ui.panel.app.run_panel = patched(ui.panel.app.run_panel)
    main()
