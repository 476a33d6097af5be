"""Install, first start, sale, upgrade and uninstall on a fresh Debian of the test's own.

    python -m tests.bench.soak_install

Needs root and debootstrap; see tests/install/run_in_chroot.sh.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    script = Path(__file__).parents[1] / "install" / "run_in_chroot.sh"
    sys.exit(subprocess.run([str(script)], check=False).returncode)
