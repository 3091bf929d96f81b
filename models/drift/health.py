"""Is the system fed and answered: tables that went stale, findings that wait, rules that are off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.asof import Ledger, View
from features.asof.ledger import MICROSECONDS_A_DAY
from models.scoring.bundle import Bundle
from models.scoring.facts import switched_off

RHYTHM_DAYS = 730
STALE_TIMES = 2.0
STALE_DAYS = 14.0
DAYS_AT_LEAST = 30
"""Days with news below which a table has no rhythm to be compared with."""


@dataclass(frozen=True, slots=True)
class TableAge:
    """Days since a table's last row became known, and its longest silence in two years; None: too little news."""

    table: str
    rows: int
    days: float | None
    longest: float | None
    stale: bool


@dataclass(frozen=True, slots=True)
class LabelDelay:
    """Days from payment to decision of findings decided in the year before T: quantiles, and how many."""

    findings: int
    median: float | None
    upper: float | None
    median_before: float | None


@dataclass(frozen=True, slots=True)
class RulesOff:
    """Codes of rules that say nothing here: tables missing, muted by training, suspended or otherwise not live."""

    rules: int
    off: tuple[str, ...]
    muted: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of rules that say nothing, for whichever reason."""
        return len({*self.off, *self.muted, *self.silent}) / max(1, self.rules)


def table_ages(ledger: Ledger, as_of_us: int) -> tuple[TableAge, ...]:
    """How long each table with a clock has been silent at T, against its own rhythm in the two years to its last row.

    A clock that may lie ahead of the day it was written (`opened_on`) is taken at its word.
    """
    out = []
    for name, table in ledger.tables.items():
        if table.schema.clock is None:
            continue
        known = table.known_at[table.known_at <= as_of_us]
        age = _days(as_of_us - int(known[-1])) if len(known) else None
        recent = known[known >= known[-1] - RHYTHM_DAYS * MICROSECONDS_A_DAY] if len(known) else known
        if age is None or len(np.unique(recent // MICROSECONDS_A_DAY)) < DAYS_AT_LEAST:
            out.append(TableAge(name, len(known), age, None, False))
            continue
        longest = _days(int(np.diff(recent).max()))
        stale = age > max(STALE_DAYS, STALE_TIMES * longest)
        out.append(TableAge(name, len(known), age, longest, stale))
    return tuple(out)


def label_delay(ledger: Ledger, as_of_us: int) -> LabelDelay:
    """How long findings took, in the year before T and in the year before that."""
    table, paid = ledger.tables.get("dispositions"), ledger.tables["disbursements"]
    if table is None or table.rows == 0:
        return LabelDelay(0, None, None, None)
    submitted = np.full(len(ledger.vocabulary("disbursement")) + 1, np.nan)
    submitted[paid.codes("disbursement_id")[::-1]] = paid.known_at[::-1]
    took = (table.known_at - submitted[table.codes("disbursement_id")]) / MICROSECONDS_A_DAY
    age = (as_of_us - table.known_at) / MICROSECONDS_A_DAY
    good = ~np.isnan(took)
    now, before = took[good & (age >= 0) & (age < 365)], took[good & (age >= 365) & (age < 730)]

    def quantile(days: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> float | None:
        return float(np.quantile(days, share)) if len(days) else None

    return LabelDelay(len(now), quantile(now, 0.5), quantile(now, 0.9), quantile(before, 0.5))


def rules_off(ledger: Ledger, bundle: Bundle) -> RulesOff:
    """Which rules say nothing here, and why."""
    off = switched_off(View.before_payment(ledger, np.empty(0, dtype=np.int64)))
    return RulesOff(
        len(bundle.rule_codes), tuple(sorted(off)), tuple(sorted(bundle.muted)), tuple(sorted(bundle.silent))
    )


def _days(micros: int) -> float:
    return float(micros) / MICROSECONDS_A_DAY
