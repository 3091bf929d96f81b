"""Score a few payments at once, in milliseconds, without Arrow: the same as `score_chunk`, to the last digit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.asof.live import LiveLedger
from models.scoring import anomaly
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions, judge
from models.scoring.leading import leading
from models.scoring.plan import MOST_ROWS, FewFacts, Plan, plan_of
from models.scoring.policy import Policy
from models.scoring.provenance import stamp_of
from models.scoring.reasons import reasons_told
from models.scoring.score import not_applicable, score_chunk

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of the contract's score table."""

    disbursement_id: str
    score: float
    anomaly: float
    recommendation: str
    desk: str
    typology: str
    suspect_role: str
    reasons: str
    not_applicable: str
    model_version: str
    as_of: str


def score_few(ledger: Ledger, bundle: Bundle, policy: Policy, rows: Int64, at_us: Int64) -> list[Scored]:
    """Scores of disbursement rows (n,), each as of its moment (n,), in the order given.

    Payments as of their own submission, up to `MOST_ROWS` of them, go through the ledger's recorded programs
    (`models.scoring.plan`); all others through a view, as a payment run does. Numbers and texts are the same.
    """
    if len(rows) == 0:
        return []
    rows, at_us = np.asarray(rows, dtype=np.int64), np.asarray(at_us, dtype=np.int64)
    known = ledger.tables["disbursements"].known_at
    few = None
    if len(rows) <= MOST_ROWS and bool((known[rows] == at_us).all()):
        few = _of_bundle(ledger, bundle, policy)
        told = few.plan.facts(rows)
        if told is not None:
            return few.lines(told, at_us)
    table = score_chunk(View(ledger, at_us, rows), bundle, policy)
    columns = [table.column(field.name).to_pylist() for field in fields(Scored)]
    return [Scored(*line) for line in zip(*columns, strict=True)]


def warm_up(ledger: Ledger, bundle: Bundle, policy: Policy) -> dict[str, str]:
    """Make the ledger's plan before the first payment comes (seconds), and score the last one on record for nobody, so
    that what is compiled at its first use is; what is left to numpy, and why.

    Raises ValueError for a ledger without payments.
    """
    few = _of_bundle(ledger, bundle, policy)
    plan = few.plan
    if isinstance(ledger, LiveLedger):
        ledger.make_room()
    payments = ledger.tables["disbursements"]
    last = np.array([payments.rows - 1], np.int64)
    told = plan.facts(last)
    if told is not None:
        few.lines(told, payments.known_at[last])
        # Reasons are told of few, and it need not be one of them.
        added = contributions(told.facts, bundle)
        leading(told.facts, added)
        reasons_told(told, told.facts, added, bundle)
    return {**plan.left, **{f"rows behind {name}": why for name, why in plan.resting_left.items()}}


class _Few:
    """A plan and a bundle, with the texts that are the same for every payment."""

    def __init__(self, plan: Plan, bundle: Bundle, policy: Policy) -> None:
        self.plan, self.bundle, self.policy = plan, bundle, policy
        self._stamp = str(stamp_of(bundle, policy))
        self._zone = dt.timezone(dt.timedelta(microseconds=plan.ledger.utc_offset))
        self._not_applicable: tuple[object, str] = (None, "")

    def lines(self, told: FewFacts, at_us: Int64) -> list[Scored]:
        """The score lines of payments whose facts are told."""
        facts, bundle, ledger = told.facts, self.bundle, self.plan.ledger
        n = len(told.rows)
        probability = judge(facts, bundle).probability
        odd = np.round(anomaly.score_few(facts, bundle), 6).tolist()
        typology, role, desk, reasons = [""] * n, [""] * n, ["none"] * n, ["[]"] * n
        chosen = np.flatnonzero(probability >= min(bundle.line, bundle.verify_line))
        if len(chosen):
            part = told.part(chosen)
            added = contributions(part.facts, bundle)
            named = (*leading(part.facts, added), reasons_told(part, part.facts, added, bundle))
            for k, place in enumerate(chosen.tolist()):
                typology[place], role[place], desk[place], reasons[place] = (texts[k] for texts in named)
        codes = ledger.tables["disbursements"].codes("disbursement_id")[told.rows]
        ids = ledger.vocabulary("disbursement").decode(codes)
        off = self._off()
        return [
            Scored(
                ids[i] or "", score, odd[i],
                "verify" if p >= bundle.verify_line else "review" if p >= bundle.line else "release",
                desk[i], typology[i], role[i], reasons[i], off, self._stamp,
                dt.datetime.fromtimestamp(at / 1e6, self._zone).isoformat(),
            )
            for i, (p, score, at) in enumerate(
                zip(probability.tolist(), np.round(probability, 6).tolist(), at_us.tolist(), strict=True)
            )
        ]  # fmt: skip

    def _off(self) -> str:
        """Which rules do not apply, and why; worked out again when the plan is made anew."""
        made = self.plan.made
        if self._not_applicable[0] != made:
            self._not_applicable = (made, not_applicable(View(self.plan.ledger, np.empty(0, np.int64)), self.bundle))
        return self._not_applicable[1]


def _of_bundle(ledger: Ledger, bundle: Bundle, policy: Policy) -> _Few:
    key = ("few", id(bundle), id(policy))
    found = ledger.plans.get(key)
    if not isinstance(found, _Few):
        # It holds bundle and policy, so that no other can have their ids meanwhile.
        found = ledger.plans[key] = _Few(plan_of(ledger, policy, bundle.resting), bundle, policy)
    return found
