"""The bill of materials of the virtual environment it runs in, in the form of CycloneDX 1.5.

Responsible for: every distribution there, its version, licence and package URL. Not responsible for: Debian's packages,
whose own tools tell of them.

    venv/bin/python -I bill_of_materials.py SECONDS_OF_THE_COMMIT
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from uuid import NAMESPACE_URL, uuid5

OURS = "keykiosk"
NOT_SHIPPED = {"pip", "setuptools"}


def main() -> None:
    """Print it."""
    found = sorted(distributions(), key=lambda each: each.name.lower())
    ours = next(each for each in found if each.name == OURS)
    parts = [_component(each) for each in found if each.name not in {OURS, *NOT_SHIPPED}]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, json.dumps(parts, sort_keys=True))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(sys.argv[1]), UTC).isoformat(),
            "component": _component(ours) | {"type": "application"},
        },
        "components": parts,
    }
    sys.stdout.write(json.dumps(bill, indent=1, sort_keys=True) + "\n")


def _component(each: Distribution) -> dict[str, object]:
    name = each.name.lower().replace("_", "-").replace(".", "-")
    url = f"pkg:pypi/{name}@{each.version}"
    licence = each.metadata.get("License-Expression") or ""
    named = [value.rpartition(" :: ")[2] for value in each.metadata.get_all("Classifier", []) if "License ::" in value]
    licences = [{"expression": licence}] if licence else [{"license": {"name": value}} for value in named]
    described: dict[str, object] = {"type": "library", "bom-ref": url, "name": each.name, "purl": url}
    return described | {"version": each.version} | ({"licenses": licences} if licences else {})


if __name__ == "__main__":
    main()
