"""A purchase at each kind of card terminal by true clicks, with pictures: `python -m tests.bench.bench_card_purchases`.

Needs Xvfb and xdotool. Pictures of every screen go to out/cards.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image

from kiosk.records.certificate import kept_key, verified
from tests.ui.e2e.person import ROOT, Person
from tests.ui.e2e.test_by_hand import read_key, to_the_tray

SIZE = (1080, 1920)


def main() -> int:
    """Buy, look at the statement, scan the certificate off the glass and check it; at each kind of terminal."""
    if shutil.which("Xvfb") is None or shutil.which("xdotool") is None:
        print("needs Xvfb and xdotool")
        return 1
    for kind, copies in (("zvt", 2), ("mdb", 1)):
        out = ROOT / "out" / "cards" / kind
        more = ("--speed", "6", "--terminal", kind)
        with tempfile.TemporaryDirectory() as data, Person(out, Path(data), SIZE, *more) as person:
            person.waits_for("welcome")
            person.comes()
            read_key(person, "kwikset-new", person.touches, ("offer",))
            if copies > 1:
                person.touches(f"copies_{copies}")
            person.touches("confirm")
            now = to_the_tray(person)
            for words in ("Reserved on the card", f"Taken for {copies} cop", f"${3.49 * copies:.2f}"):
                assert words in now["text"], now["text"]
            person.touches("certificate")
            person.waits(lambda now: "proves itself" in now["title"] and now["settled"])
            shown = sorted(out.glob("*.png"))[-1]
            key = kept_key(Path(data) / "seal")
            assert key is not None
            scanned = [code.text for code in zxingcpp.read_barcodes(Image.open(shown))]
            found = verified(scanned[0], key.public_key())
            person.touches("receipt")
            person.touches("done")
            person.waits_for("welcome")
            screens = ", ".join(sorted(person.pictures()))
            print(f"{kind}: {copies} bought by touch, certificate of copy {found.copy} genuine; screens: {screens}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
