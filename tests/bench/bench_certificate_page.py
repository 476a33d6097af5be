"""The page that checks certificates, in a real browser: `python -m tests.bench.bench_certificate_page`.

Needs Chromium (Debian: `apt install chromium`), which is too large for `make test`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from typer.testing import CliRunner

from kiosk.command_line import app
from kiosk.records.certificate import own_key, signed
from tests.records.test_certificate import OTHER, PLAIN

ANSWERS = {
    "genuine": {"en": "Genuine: signed", "es": "Auténtico: firmado", "fr": "Authentique : signé"},
    "simulated": {"en": "Genuine, of a SIM", "es": "Auténtico, de una", "fr": "Authentique, d’une"},
    "altered": {"en": "NOT genuine", "es": "NO es auténtico", "fr": "NON authentique"},
    "of another kiosk": {"en": "NOT genuine", "es": "NO es auténtico", "fr": "NON authentique"},
    "no certificate": {"en": "This is no certificate", "es": "Esto no es un certificado", "fr": "Ce n’est pas un cer"},
}


def main() -> int:
    """Print what the page answered to each; the status is the number of wrong answers."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        print("needs chromium: apt install chromium")
        return 1
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = own_key(folder / "seal")
        made = CliRunner().invoke(
            app, ["certificate", "page", "--out", str(folder / "page.html"), "--data", str(folder)]
        )
        genuine = signed(PLAIN, key)
        texts = {
            "genuine": genuine,
            "simulated": signed(replace(PLAIN, simulated=True), key),
            "altered": genuine.replace("0.012", "0.002"),
            "of another kiosk": signed(PLAIN, OTHER),
            "no certificate": "hello",
        }
        print(made.stdout.strip(), subprocess.check_output([browser, "--version"], text=True).strip())
        for what, text in texts.items():
            for language, wanted in ANSWERS[what].items():
                shown = _shown(browser, folder, text, language)
                wrong += wanted not in shown
                print(f"{'ok   ' if wanted in shown else 'WRONG'} {language} {what}")
    return wrong


def _shown(browser: str, folder: Path, text: str, language: str) -> str:
    """The answer as the browser has it after the page's script has run."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom")
    page = f"file://{folder}/page.html#{quote(text)}"
    asked = [browser, *options, f"--lang={language}", f"--accept-lang={language}", f"--user-data-dir={folder}/p", page]
    dom = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False).stdout
    return dom.partition('id="answer"')[2].partition("</div>")[0]


if __name__ == "__main__":
    sys.exit(main())
