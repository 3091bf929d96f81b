"""What all folds of one proof share: payments, facts, answers, and what is known of each payment without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.columns import Texts, objects
from models.evaluation.judged import tie_breaker
from models.evaluation.over_time.answers import Answers
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts
from models.scoring.policy import Policy
from models.training.labels import Labels

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
Fit = Callable[[Facts, Labels], Bundle]


@dataclass(frozen=True, slots=True)
class Setting:
    """By payment, shape (n,): `rows` of the ledger, `known_at` (submission, microseconds UTC), `amount` in yuan, `tie`
    by number alone, `county` (six digits), `quarter` (`2018Q3`, local), `program`, `card`, `household`."""

    ledger: Ledger
    rows: Int64
    facts: Facts
    policy: Policy
    answers: Answers
    fit: Fit
    champion: Bundle | None
    draws: int
    known_at: Int64
    amount: Float
    tie: Float
    county: Texts
    quarter: Texts
    program: Int64
    card: Int64
    household: Int64


def setting_of(
    ledger: Ledger, rows: Int64, facts: Facts, policy: Policy, answers: Answers, fit: Fit, champion: Bundle | None,
    *, draws: int,
) -> Setting:  # fmt: skip
    """Read what the folds need of disbursement rows (n,). Raises ValueError where facts or answers speak of others."""
    for name, values in (("facts", facts.values), ("answers", answers.outcome)):
        if len(values) != len(rows):
            raise ValueError(f"{name}: found {len(values)} payments, expected {len(rows)} as the rows")
    table = ledger.tables["disbursements"]
    ids = ledger.vocabulary("disbursement").decode(table.codes("disbursement_id")[rows].astype(np.int64))
    villages = ledger.vocabulary("division").decode(table.codes("division_code")[rows].astype(np.int64))
    return Setting(
        ledger=ledger,
        rows=rows,
        facts=facts,
        policy=policy,
        answers=answers,
        fit=fit,
        champion=champion,
        draws=draws,
        known_at=table.known_at[rows],
        amount=np.nan_to_num(np.asarray(table.column("amount"), dtype=np.float64)[rows]) / 100,
        tie=tie_breaker(objects(list(ids))),
        county=objects([(code or "")[:6] for code in villages]),
        quarter=quarters(table.known_at[rows] + ledger.utc_offset),
        program=table.codes("program_id")[rows].astype(np.int64),
        card=table.codes("card_id")[rows].astype(np.int64),
        household=table.codes("household_id")[rows].astype(np.int64),
    )


def quarters(local_us: Int64) -> Texts:
    """The calendar quarter of each local moment (microseconds since 1970), as `2018Q3`; shape (n,)."""
    months = local_us.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    names, place = np.unique(months // 3, return_inverse=True)
    texts = objects([f"{1970 + int(q) // 4}Q{int(q) % 4 + 1}" for q in names])
    return np.asarray(texts[place.ravel()], dtype=object)
