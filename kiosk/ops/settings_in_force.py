"""Which settings a kiosk starts with: the owner's, or the last good ones, and the office's documents over them.

Responsible for: opening what is needed for that and telling the audit afterwards. Not responsible for: the parts
(`settings_change`, `office`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from config.problems import BadInput
from config.settings import Settings
from hardware.clock import Clock
from kiosk.database import migrate
from kiosk.fleet.signed import DOCUMENT_MIGRATIONS, Documents, Kind
from kiosk.fleet.signed import PART as DOCUMENT_PART
from kiosk.ops.office import with_restricted, with_store
from kiosk.ops.places import Places
from kiosk.ops.recorder import open_operations
from kiosk.ops.settings_change import MIGRATIONS, PART, InForce, SettingsKeeper

log = logging.getLogger(__name__)


def settings_in_force(
    places: Places, clock: Clock, owner: Path | None, environment: Mapping[str, str] | None = None
) -> InForce:
    """Load, compare with the last start, keep a copy, and lay the office's documents over.

    Raises:
        BadInput: bad settings and none good to fall back to, bad in what decides which keys may be copied, or a list
            of restricted keyways that no longer fits: none of these is replaced by something laxer.
        DatabaseFault: the operations database cannot be used.
    """
    places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(open_operations(places.operations)) as connection:
        migrate(connection, MIGRATIONS, part=PART)
        migrate(connection, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
        keeper = SettingsKeeper(connection, places.good_settings, clock, lambda change: None)
        found = keeper.load(owner, environment)
        fleet = found.settings.fleet
        if not fleet.enabled:
            return found
        documents = Documents(connection, fleet.kiosk, fleet.trusted_keys, {})
        settings, problems = _with_office(found.settings, documents)
    return replace(
        found, settings=settings, problems=(*found.problems, *problems.problems) if problems else found.problems
    )


def tell(found: InForce, record: Callable[[str, dict[str, str | int]], None]) -> None:
    """Log and audit every change, and every reason why the last good settings stayed."""
    for change in found.changes:
        record(
            "setting_changed",
            {
                "setting": change.field,
                "before": change.before or "",
                "after": change.after or "",
                "origin": change.origin,
            },
        )
        log.info("setting changed", extra={"setting": change.field})
    for problem in found.problems:
        record("settings_refused", {"file": problem.file, "setting": problem.field, "reason": problem.reason})
        log.error("bad settings: the last good file stays", extra={"file": problem.file, "setting": problem.field})


def _with_office(settings: Settings, documents: Documents) -> tuple[Settings, BadInput | None]:
    """The store document may be left out if it no longer fits; the restricted list may not."""
    problems = None
    held = documents.held(Kind.SETTINGS)
    if held is not None:
        try:
            settings = with_store(settings, held[1], held[0])
        except BadInput as bad:
            problems = bad
    held = documents.held(Kind.RESTRICTED)
    if held is not None:
        settings = with_restricted(settings, held[1], held[0])
    return settings, problems
