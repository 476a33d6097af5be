"""Which settings a kiosk starts with: the owner's, or the last good ones, and the office's documents over them.

Responsible for: opening what is needed for that and what the audit records of it. Not responsible for: the parts
(`settings_change`, `office`).
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from config.fleet import Fleet
from config.problems import BadInput, Problem
from config.settings import Settings
from hardware.clock import Clock
from kiosk.data_paths import DataPaths
from kiosk.operations.fleet.signed import DOCUMENT_MIGRATIONS, DocumentKind, DocumentRefusal, Documents, Held, key_name
from kiosk.operations.fleet.signed import PART as DOCUMENT_PART
from kiosk.operations.office import with_restricted, with_store
from kiosk.operations.recorder import open_operations
from kiosk.operations.settings_change import MIGRATIONS, PART, Change, InForce, SettingsKeeper
from kiosk.records.audit.kinds import AuditKind
from kiosk.records.audit.log import key_folder_beside
from kiosk.records.audit.reading import read_audit
from kiosk.records.audit.seal import SealFolder
from kiosk.records.database import DatabaseDamaged, NotBegun, migrate
from kiosk.records.journal.reader import read_only

log = logging.getLogger(__name__)

OFFICE = "office document"
"""In place of a file's name, where a document is the problem."""
_GONE = "version {}, which closes keyways, is gone"
_COME_BACK = "restore the backup, or have the office sign it again and use kiosk fleet take"


def settings_in_force(
    places: DataPaths, clock: Clock, owner: Path | None, environment: Mapping[str, str] | None = None
) -> InForce:
    """Load, compare with the last start, keep a copy, and lay the office's documents over.

    Raises:
        BadInput: bad settings and none good to fall back to, bad in what decides which keys may be copied, or a list
            of restricted keyways that no longer fits: none of these is replaced by something laxer.
        DatabaseFault: the operations database cannot be used.
    """
    places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _in_force(places, clock, owner, environment)
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(f"{places.operations}: {error}") from error


def _in_force(places: DataPaths, clock: Clock, owner: Path | None, environment: Mapping[str, str] | None) -> InForce:
    with closing(open_operations(places.operations)) as connection:
        migrate(connection, MIGRATIONS, part=PART)
        migrate(connection, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
        keeper = SettingsKeeper(connection, places.good_settings, clock)
        found = keeper.load(owner, environment)
        settings, problems = _under_office(connection, places, clock, found.settings)
    return replace(found, settings=settings, problems=(*found.problems, *problems))


def as_next_start(places: DataPaths, clock: Clock, settings: Settings) -> tuple[Settings, tuple[Problem, ...]]:
    """The owner's settings with the office's documents over them, and what is to be said of those; writes nothing.

    Raises:
        BadInput: the next start would be refused for a document.
        DatabaseFault: the documents, or the audit of them, cannot be looked at.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as documents:
        with suppress(NotBegun), read_only(places.operations) as kept:
            kept.backup(documents)
        migrate(documents, DOCUMENT_MIGRATIONS, part=DOCUMENT_PART)
        return _under_office(documents, places, clock, settings)


def _under_office(
    connection: sqlite3.Connection, places: DataPaths, clock: Clock, settings: Settings
) -> tuple[Settings, tuple[Problem, ...]]:
    fleet = settings.fleet
    documents = Documents(connection, fleet.kiosk, fleet.trusted_keys, {})
    taken = _taken(places)
    _require_keys(documents, taken)
    lists = [each for each in taken if each.get("document") == DocumentKind.RESTRICTED]
    return _Office(documents, clock.utc(), lists[-1] if lists else None, fleet).over(settings)


def record_changes(found: InForce, record: Callable[[AuditKind, dict[str, str | int]], None]) -> None:
    """Log and audit every change, and every reason why the last good settings stayed."""
    for change in found.changes:
        record_change(change, record)
    for problem in found.problems:
        record(AuditKind.SETTINGS_REFUSED, {"file": problem.file, "setting": problem.field, "reason": problem.reason})
        log.error("bad settings: the last good file stays", extra={"file": problem.file, "setting": problem.field})


def record_change(change: Change, record: Callable[[AuditKind, dict[str, str | int]], None], staff: str = "") -> None:
    """Log and audit one change; `staff` is the number of whoever made it, where somebody did at the screen."""
    who: dict[str, str | int] = {"staff": staff} if staff else {}
    values = {"before": change.before or "", "after": change.after or "", "origin": change.origin}
    record(AuditKind.SETTING_CHANGED, {"setting": change.field, **values, **who})
    log.info("setting changed", extra={"setting": change.field})


@dataclass(frozen=True)
class _Office:
    """The office's documents over the owner's settings.

    The audit, sealed, knows which list of restricted keyways was taken last; the database alone is believed to have
    lost or changed nothing. Only the owner takes that list out of force, by trusting other keys.
    """

    documents: Documents
    now: datetime
    taken: Mapping[str, str | int] | None
    fleet: Fleet

    def over(self, settings: Settings) -> tuple[Settings, tuple[Problem, ...]]:
        """The settings in force and what is to be said of documents.

        Raises:
            BadInput: the list of restricted keyways is gone, altered, or no longer fits.
        """
        problems: list[Problem] = []
        if self.fleet.enabled:
            settings = self._with_store(settings, problems)
        return self._with_restricted(settings, problems), tuple(problems)

    def _with_store(self, settings: Settings, problems: list[Problem]) -> Settings:
        """A store document that cannot be believed or no longer fits is left out."""
        held = self.documents.held(DocumentKind.SETTINGS, self.now)
        if held is None:
            return settings
        if held.refusal is not None:
            problems.append(_said(DocumentKind.SETTINGS, held, "is no longer in force"))
            return settings
        try:
            return with_store(settings, held.body, held.version)
        except BadInput as bad:
            problems.extend(bad.problems)
            return settings

    def _with_restricted(self, settings: Settings, problems: list[Problem]) -> Settings:
        held = self.documents.held(DocumentKind.RESTRICTED, self.now)
        taken = self.taken
        names = {key_name(key) for key in self.documents.trusted_keys}
        withdrawn = taken is not None and bool(names) and taken.get("key") not in names
        if withdrawn and taken is not None and (held is None or held.version <= int(taken["version"])):
            # The owner trusts other keys now, and not the one that signed the list.
            problems.append(Problem(OFFICE, "restricted", "fell with the key that signed it, trusted no more"))
            return settings
        if taken is not None and (held is None or held.version < int(taken["version"])):
            raise BadInput(Problem(OFFICE, "restricted", f"{_GONE.format(taken['version'])}; {_COME_BACK}"))
        if held is None:
            return settings
        as_taken = taken is not None and (taken["version"], taken.get("digest")) == (held.version, held.digest)
        as_taken = as_taken and (held.refusal is None or held.refusal.reason is not DocumentRefusal.ALTERED)
        if held.refusal is not None and not (as_taken or self._stays(held)):
            if taken is not None or held.refusal.reason is not DocumentRefusal.FORGED:
                raise BadInput(_said(DocumentKind.RESTRICTED, held, f"was altered; {_COME_BACK}"))
            problems.append(_said(DocumentKind.RESTRICTED, held, "fell: no key that is trusted signed it"))
            return settings
        if not self.fleet.enabled:
            problems.append(_said(DocumentKind.RESTRICTED, held, "stays in force though the fleet link is off"))
        elif held.refusal is not None:
            problems.append(_said(DocumentKind.RESTRICTED, held, "stays in force until the office sends a newer one"))
        return with_restricted(settings, held.body, held.version)

    def _stays(self, held: Held) -> bool:
        """Whether a list that cannot be checked, or has run out, still closes what it closed: that is the safe side."""
        if held.refusal is None:
            return True
        unsigned = held.refusal.reason is DocumentRefusal.MALFORMED or not self.documents.trusted_keys
        return held.refusal.reason is DocumentRefusal.EXPIRED or (unsigned and self.taken is None)


def _said(kind: DocumentKind, held: Held, what: str) -> Problem:
    why = f" ({held.refusal.reason.value}: {held.refusal.detail})" if held.refusal else ""
    return Problem(OFFICE, kind.value, f"version {held.version} {what}{why}")


def _require_keys(documents: Documents, taken: Sequence[Mapping[str, str | int]]) -> None:
    """Every rotation of keys is still there as it was taken: without one an older key would be trusted again.

    Raises:
        BadInput: one is gone or was altered.
    """
    kept = documents.keys_kept()
    for each in taken:
        if each.get("document") == DocumentKind.KEYS and kept.get(int(each["version"])) != each.get("digest"):
            reason = f"version {each['version']}, which rotated the trusted keys, is gone or was altered"
            raise BadInput(Problem(OFFICE, "keys", f"{reason}; restore the backup"))


def _taken(places: DataPaths) -> tuple[Mapping[str, str | int], ...]:
    """What the audit says of documents taken, oldest first."""
    if not places.audit.is_file() or not SealFolder(key_folder_beside(places.data)).begun:
        # Nothing was ever recorded, or the audit itself will tell that it was taken away.
        return ()
    records, _ = read_audit(places.audit, key_folder_beside(places.data))
    return tuple(json.loads(record.facts) for record in records if record.kind == AuditKind.DOCUMENT_TAKEN)
