"""Which rules fire, found fast: every condition is a column of bit masks, one bit a rule.

Responsible for: turning the conditions of all rules into masks once, and answering by AND. Not responsible for:
what fired rules mean together (`kiosk.policy.decide`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from config.keyway import KeyKind, Standing
from config.phrases import Phrases
from config.policy_rules import Rule, RuleConditions
from config.store import DoNotDuplicate


@dataclass(frozen=True, repr=False)
class Facts:
    """All that conditions ask about. None: not known, so no condition on it holds."""

    unidentified: str | None
    standing: Standing | None
    keyway: str | None
    kind: KeyKind | None
    stamps: frozenset[str]
    """Ids and kinds."""
    name_and_phone: bool
    head_seen: bool | None
    head_illegible: bool
    faces_seen: bool | None
    cuttable: bool | None
    stocked: bool | None
    place: str
    do_not_duplicate: DoNotDuplicate
    over_store_limit: bool
    quantity: int
    attempts: int
    today: date


class RuleIndex:
    """Masks of one set of rules; immutable once built, safe from any thread."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._unidentified = _Column(rules, lambda when: when.unidentified)
        self._standing = _Column(rules, lambda when: when.standing)
        self._keyways = _Column(rules, lambda when: when.keyways)
        self._kinds = _Column(rules, lambda when: when.kinds)
        self._stamps = _Column(rules, lambda when: when.stamps)
        self._places = _Column(rules, lambda when: when.places)
        self._dnd = _Column(rules, lambda when: when.do_not_duplicate)
        self._name_and_phone = _Column(rules, lambda when: _maybe(when.name_and_phone))
        self._head_seen = _Column(rules, lambda when: _maybe(when.head_seen))
        self._head_illegible = _Column(rules, lambda when: _maybe(when.head_illegible))
        self._faces_seen = _Column(rules, lambda when: _maybe(when.faces_seen))
        self._cuttable = _Column(rules, lambda when: _maybe(when.cuttable))
        self._stocked = _Column(rules, lambda when: _maybe(when.stocked))
        self._over_limit = _Column(rules, lambda when: _maybe(when.over_store_limit))
        self._quantity = _Threshold(rules, lambda when: _above(when.quantity_over))
        self._attempts = _Threshold(rules, lambda when: _above(when.attempts_over))
        self._days = _Threshold(rules, _days)

    def firing(self, facts: Facts) -> Iterator[Rule]:
        """The rules all of whose conditions hold, in the order they were given."""
        mask = (
            self._unidentified.one(facts.unidentified)
            & self._standing.one(facts.standing)
            & self._keyways.one(facts.keyway)
            & self._kinds.one(facts.kind)
            & self._stamps.any_of(facts.stamps)
            & self._name_and_phone.one(facts.name_and_phone)
            & self._head_seen.one(facts.head_seen)
            & self._head_illegible.one(facts.head_illegible)
            & self._faces_seen.one(facts.faces_seen)
            & self._cuttable.one(facts.cuttable)
            & self._stocked.one(facts.stocked)
            & self._places.any_of(_prefixes(facts.place))
            & self._dnd.one(facts.do_not_duplicate)
            & self._over_limit.one(facts.over_store_limit)
            & self._quantity.at(facts.quantity)
            & self._attempts.at(facts.attempts)
            & self._days.at(facts.today.toordinal())
        )
        while mask:
            lowest = mask & -mask
            yield self.rules[lowest.bit_length() - 1]
            mask ^= lowest


def stamps_with_kinds(phrases: Iterable[str], known: Phrases) -> frozenset[str]:
    """Phrase ids together with their kinds, as conditions name either."""
    ids = tuple(phrases)
    return frozenset(ids) | frozenset(known.kind_of[each].value for each in ids if each in known.kind_of)


class _Column:
    """For one condition: which rules accept a value. Rules that do not ask accept every value."""

    def __init__(self, rules: tuple[Rule, ...], asked: Callable[[RuleConditions], Iterable[object]]) -> None:
        self._indifferent = 0
        accepting: dict[object, int] = {}
        for number, rule in enumerate(rules):
            values = tuple(asked(rule.when))
            if not values:
                self._indifferent |= 1 << number
            for value in values:
                accepting[value] = accepting.get(value, 0) | 1 << number
        self._accepting = {value: mask | self._indifferent for value, mask in accepting.items()}

    def one(self, value: object) -> int:
        """Rules that accept `value`."""
        return self._accepting.get(value, self._indifferent)

    def any_of(self, values: Iterable[object]) -> int:
        """Rules that accept at least one of `values`."""
        mask = self._indifferent
        for value in values:
            mask |= self._accepting.get(value, 0)
        return mask


class _Threshold:
    """For a condition on a number: which rules' ranges, first and last included, hold it."""

    def __init__(
        self, rules: tuple[Rule, ...], span: Callable[[RuleConditions], tuple[int | None, int | None]]
    ) -> None:
        spans = [span(rule.when) for rule in rules]
        starts = {first for first, _ in spans if first is not None}
        ends = {last + 1 for _, last in spans if last is not None}
        self._edges = sorted(starts | ends)
        # Between two edges nothing changes, so one number stands for the whole stretch.
        samples = [self._edges[0] - 1, *self._edges] if self._edges else [0]
        self._masks = [sum(1 << n for n, each in enumerate(spans) if _holds(each, value)) for value in samples]

    def at(self, value: int) -> int:
        """Rules whose range holds `value`."""
        return self._masks[bisect_right(self._edges, value)]


def _holds(span: tuple[int | None, int | None], value: int) -> bool:
    first, last = span
    return (first is None or value >= first) and (last is None or value <= last)


def _above(limit: int | None) -> tuple[int | None, int | None]:
    return (None if limit is None else limit + 1), None


def _days(when: RuleConditions) -> tuple[int | None, int | None]:
    first, last = when.first_day, when.last_day
    return (first.toordinal() if first else None), (last.toordinal() if last else None)


def _maybe(condition: bool | None) -> tuple[bool, ...]:
    return () if condition is None else (condition,)


def _prefixes(place: str) -> tuple[str, ...]:
    """`US-CA` lies in `US-CA` and in `US`."""
    country = place.partition("-")[0]
    return (place,) if country == place else (place, country)
