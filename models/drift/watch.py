"""One look at a period: everything that may have changed, measured against what the model learned from."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.ledger import MICROSECONDS_A_DAY
from models.drift import alarms as raised
from models.drift.alarms import Alarm
from models.drift.breaks import Break, breaks
from models.drift.health import LabelDelay, RulesOff, TableAge, label_delay, rules_off, table_ages
from models.drift.hits import Hits, rates
from models.drift.reference import (
    DAYS,
    MOST,
    Reference,
    binned,
    count,
    flagged_in,
    programs_of,
    summed,
    values_of,
)
from models.drift.stability import Stability, stability
from models.evaluation.report import plain
from models.scoring._workers import usable_workers
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.training.labels import UNLABELLED, labels_at

Int = NDArray[np.int64]
ROWS_AT_LEAST = 200
"""A period with fewer payments is not compared: not enough data."""
WAIT_DAYS, LOOKED_DAYS = 90, 365


@dataclass(frozen=True, slots=True)
class Watch:
    """What was found in the `days` before `as_of` (ISO), and the alarms.

    `undecided` is the share of payments above the line, `WAIT_DAYS` to a year older than that, without any finding.
    `against` says what the reference is: the model's own, or payments before the period.
    """

    as_of: str
    since: str
    payments: int
    model_version: str
    against: str
    alarms: tuple[Alarm, ...]
    breaks: tuple[Break, ...]
    columns: tuple[Stability, ...]
    rules: tuple[Hits, ...]
    programs: tuple[Hits, ...]
    tables: tuple[TableAge, ...]
    delay: LabelDelay
    off: RulesOff
    undecided: float | None
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Everything as JSON; the console reads `alarms`."""
        return json.dumps(plain(self), ensure_ascii=False, indent=1) + "\n"


def watch(
    ledger: Ledger, bundle: Bundle, policy: Policy, as_of_us: int, days: int, noted: Sequence[Break] = ()
) -> Watch:
    """Look at payments submitted in the `days` before T, each as of its own submission, as known by T.

    `noted` are breaks the deployment wrote down. Raises ValueError where no payment was submitted in those days.
    """
    first_us = as_of_us - days * MICROSECONDS_A_DAY
    rows = rows_within(ledger, first_us, as_of_us)
    if len(rows) == 0:
        raise ValueError(f"nothing was submitted in the {days} days before T")
    since = _day(first_us, ledger)
    known, against = _reference(ledger, bundle, policy, first_us)
    calendar = breaks(ledger, first_us, as_of_us, noted)
    ages, delay, off = table_ages(ledger, as_of_us), label_delay(ledger, as_of_us), rules_off(ledger, bundle)
    alarms = list(raised.of_health(ages, delay, off, policy["drift.rules_off_share"]))
    notes: tuple[str, ...] = ()
    columns: tuple[Stability, ...] = ()
    rules: tuple[Hits, ...] = ()
    programs: tuple[Hits, ...] = ()
    if len(rows) < ROWS_AT_LEAST or known is None:
        notes = (f"{len(rows):,} payments in the period, or none before it: not enough to compare",)
    else:
        facts = gather(ledger, rows, policy, workers=usable_workers())
        names = programs_of(ledger, rows)
        columns, rules, programs = compare(facts, names, bundle, known)
        features = {feature.name: feature for feature in facts.features}
        alarms += raised.of_columns(columns, features, calendar, since)
        alarms += raised.of_rules(rules, {rule.code: rule for rule in facts.rules}, calendar, since)
        alarms += raised.of_programs(programs, calendar, since)
        strange = sorted(set(names.tolist()) - set(known.programs))
        alarms += raised.of_new_programs(strange, [int((names == name).sum()) for name in strange], since)
    grades = ("critical", "warning", "info")
    alarms.sort(key=lambda one: (grades.index(one.severity), one.kind, one.what))
    return Watch(
        _day(as_of_us, ledger), since, len(rows), bundle.version, against, tuple(alarms), calendar, columns, rules,
        programs, ages, delay, off, _undecided(ledger, bundle, policy, as_of_us), notes,
    )  # fmt: skip


def compare(
    facts: Facts, names: NDArray[np.str_], bundle: Bundle, known: Reference
) -> tuple[tuple[Stability, ...], tuple[Hits, ...], tuple[Hits, ...]]:
    """Columns, rules and programs (all of them together first) of a period against the reference.

    `names` (n,) are the payments' programs. Features and rules either side lacks are left out.
    """
    place = known.place(names)
    seen = place >= 0
    facts, place = facts.part(seen), place[seen]
    size = len(known.programs)
    rows = np.bincount(place, minlength=size)
    values = values_of(facts, bundle)
    have = [*(feature.name for feature in facts.features), *known.columns[-2:]]
    shared = [k for k, name in enumerate(known.columns) if name in have]
    own = values[:, [have.index(known.columns[k]) for k in shared]]
    part = Reference(
        known.programs, tuple(known.columns[k] for k in shared), known.rules, known.cuts[shared],
        known.counts[:, :, shared], known.rows, known.fired, known.flagged,
    )  # fmt: skip
    columns = stability(binned(own, part.cuts, place, size), rows, part)
    codes = [rule.code for rule in facts.rules]
    both = [k for k, code in enumerate(known.rules) if code in codes]
    fired = facts.fired()[:, [codes.index(known.rules[k]) for k in both]]
    rules = rates(
        tuple(known.rules[k] for k in both), fired.sum(axis=0), rows, known.fired[:, :, both], known.rows
    )  # fmt: skip
    above = summed(flagged_in(values, bundle)[:, None], place, size)[:, 0]
    # One column for all programs together, then one a program that counts its own payments only.
    alone = known.flagged[:, :, None] * np.eye(size, dtype=np.int64)[:, None, :]
    hits = np.concatenate([[above.sum()], above])
    programs = rates(
        ("all", *known.programs), hits, rows, np.concatenate([known.flagged[:, :, None], alone], axis=2), known.rows
    )
    return columns, rules, programs


def rows_within(ledger: Ledger, first_us: int, until_us: int) -> Int:
    """Disbursements submitted from `first_us` (included) to `until_us` (not), each payment's last version by then."""
    table = ledger.tables["disbursements"]
    inside = (table.known_at >= first_us) & (table.known_at < until_us) & (table.superseded_at >= until_us)
    return np.nonzero(inside)[0].astype(np.int64)


def _reference(ledger: Ledger, bundle: Bundle, policy: Policy, first_us: int) -> tuple[Reference | None, str]:
    """The model's own reference where it ends before the period, else one made from payments before the period."""
    kept = Reference.of(bundle)
    if kept is not None and _micros(bundle.as_of) <= first_us:
        return kept, "what the model learned from"
    rows = rows_within(ledger, first_us - DAYS * MICROSECONDS_A_DAY, first_us)
    if len(rows) < ROWS_AT_LEAST:
        return None, "nothing"
    if len(rows) > MOST:
        rows = rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)]
    facts = gather(ledger, rows, policy, workers=usable_workers())
    return count(facts, bundle, programs=programs_of(ledger, rows)), f"payments of the {DAYS} days before"


def _undecided(ledger: Ledger, bundle: Bundle, policy: Policy, as_of_us: int) -> float | None:
    until = as_of_us - WAIT_DAYS * MICROSECONDS_A_DAY
    rows = rows_within(ledger, until - LOOKED_DAYS * MICROSECONDS_A_DAY, until)
    if len(rows) > MOST:
        rows = rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)]
    if len(rows) == 0:
        return None
    facts = gather(ledger, rows, policy, workers=usable_workers())
    above = judge(facts, bundle).probability >= min(bundle.line, bundle.verify_line)
    if not above.any():
        return None
    return float((labels_at(ledger, rows[above], as_of_us).outcome == UNLABELLED).mean())


def _day(at_us: int, ledger: Ledger) -> str:
    zone = dt.timezone(dt.timedelta(microseconds=ledger.utc_offset))
    return dt.datetime.fromtimestamp(at_us / 1e6, zone).date().isoformat()


def _micros(text: str) -> int:
    """A model's moment; later than anything where it has none, so that its reference is not taken for an older one."""
    try:
        return int(dt.datetime.fromisoformat(text).timestamp() * 1e6)
    except ValueError:
        return 2**62
