"""Decisions a second with 500 rules, on one core: `python -m tests.bench.bench_policy`."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import date, timedelta

from config.catalogue import load_catalogue
from config.keyway import Standing
from config.policy_rules import PolicyRules, Rule, RuleConditions, load_policy
from config.settings import load_store
from config.store import DoNotDuplicate
from kiosk.key.reading import Identification, Outcome, StampReading
from kiosk.policy.decide import Policy, decide
from kiosk.policy.request import CopyRequest

RULES = 500
CASES = 5_000
SECONDS = 3.0


def many_rules(rng: random.Random) -> PolicyRules:
    """The shipped rules and as many made-up ones, of other places and days, as it takes."""
    shipped = load_policy()
    template = dict(next(rule for rule in shipped.rules if rule.code == "MANY_ATTEMPTS"))
    kinds = sorted({kind.value for kind in shipped.phrases.kind_of.values()})
    rules = list(shipped.rules)
    while len(rules) < RULES:
        first = date(2020, 1, 1) + timedelta(days=rng.randrange(4000))
        when = RuleConditions(
            places=tuple(rng.sample(["US-CA", "US-NY", "US-TX", "FR", "CA-ON", "MX", "US"], rng.randrange(3))),
            stamps=tuple(rng.sample(kinds, rng.randrange(1, 3))),
            standing=tuple(rng.sample(list(Standing), rng.randrange(3))),
            name_and_phone=rng.choice((None, True, False)),
            quantity_over=rng.choice((None, 1, 3)),
            first_day=rng.choice((None, first)),
            last_day=rng.choice((None, first + timedelta(days=900))),
        )
        rules.append(Rule.model_construct(**{**template, "code": f"MADE_UP_{len(rules)}", "when": when}))
    return PolicyRules(tuple(rules), shipped.phrases)


def main() -> None:
    """Measure and print."""
    rng = random.Random(1)
    catalogue, store = load_catalogue(), load_store()
    policy = Policy(many_rules(rng))
    stores = [store.model_copy(update={"do_not_duplicate": each}) for each in DoNotDuplicate]
    keyways = [(keyway.code, keyway.blanks[0].code if keyway.blanks else None) for keyway in catalogue.keyways]
    phrases = list(policy.rules.phrases.kind_of)
    requests = []
    for _ in range(CASES):
        code, blank = rng.choice(keyways)
        outcome = Outcome.IDENTIFIED if rng.random() < 0.9 else rng.choice(list(Outcome))
        stamp = StampReading(
            seen=True,
            phrases=tuple(rng.sample(phrases, rng.choice((0, 0, 1, 2)))),
            name_and_phone=rng.random() < 0.2,
        )
        request = CopyRequest(
            Identification(outcome, code, blank),
            stamp,
            rng.choice(stores),
            catalogue,
            place=rng.choice(("US-CA", "US-NY", "FR", "MX")),
            today=date(2026, 1, 1) + timedelta(days=rng.randrange(2000)),
            quantity=rng.randrange(1, 7),
            stocked=frozenset({"KW1", "SC1", "KW5", "SC4", "M1"}),
        )
        requests.append(request)
    done = fired = 0
    slowest_s = 0.0
    decide(requests[0], policy)
    began = time.process_time()
    while (elapsed_s := time.process_time() - began) < SECONDS:
        for request in requests:
            at = time.process_time()
            # A copy has derived nothing yet from the catalogue, as in a sale.
            decision = decide(replace(request), policy)
            slowest_s = max(slowest_s, time.process_time() - at)
            fired += len(decision.rules)
        done += len(requests)
    rate = done / elapsed_s
    print(f"rules                {len(policy.rules.rules)}")
    print(f"decisions            {done} in {elapsed_s:.2f} s of processor time")
    print(f"rules fired, mean    {fired / done:.1f}")
    print(f"slowest decision     {slowest_s * 1e3:.2f} ms")
    print(f"decisions a second   {rate:,.0f}  (wanted: at least 1,000, a decision within 1 ms)")
    if rate < 1_000:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
