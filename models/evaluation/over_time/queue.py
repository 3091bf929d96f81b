"""Is a case worth opening: cases made of the fold's scores, within each desk's capacity."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.over_time.answers import Answers
from models.evaluation.over_time.budgets import DESKS
from models.evaluation.over_time.estimates import Estimate, share
from models.scoring.bundle import Bundle
from models.scoring.cases import build_queue
from models.scoring.policy import Policy
from models.scoring.score import SCHEMA, score

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DeskCases:
    """Cases of one desk (`all` for the three together) within its capacity.

    `judged` have a member with an answer; of those a case is right when more than half of its members with an answer
    are confirmed. Cases kept for learning (drawn at random, or asked because the model does not know) hold nothing
    against anybody and are left out.
    """

    desk: str
    capacity: int
    cases: int
    judged: int
    precision: Estimate


def measure_queue(
    ledger: Ledger, rows: Int64, answers: Answers, bundle: Bundle, policy: Policy
) -> tuple[DeskCases, ...]:
    """Score disbursement rows (m,) each as of its submission, build the queue at the last of them, judge its cases.

    `answers` speak of the same rows.
    """
    known = ledger.tables["disbursements"].known_at[rows]
    if len(rows) == 0:
        return ()
    scores = pa.concat_tables([SCHEMA.empty_table(), *score(ledger, bundle, policy, rows, known)])
    queue = build_queue(ledger, scores, int(known.max()), policy)
    offered = queue.draws.select(["case_id", "offered_as"]).to_pylist()
    for_learning = {row["case_id"] for row in offered if row["offered_as"] != "alert"}
    place = {i: k for k, i in enumerate(scores.column("disbursement_id").to_pylist())}
    usable, confirmed = answers.usable, answers.confirmed
    desks: dict[str, list[bool | None]] = {desk: [] for desk in DESKS}
    for case in queue.cases.select(["case_id", "desk", "members"]).to_pylist():
        if case["case_id"] in for_learning:
            continue
        members = np.array([place[i] for i in json.loads(case["members"])], dtype=np.int64)
        looked = members[usable[members]]
        desks[case["desk"]].append(float(confirmed[looked].mean()) > 0.5 if len(looked) else None)
    capacity = {desk: int(policy[f"desks.{desk}_capacity"]) for desk in DESKS}
    every = [right for found in desks.values() for right in found]
    found = tuple(_measure(desk, capacity[desk], right) for desk, right in desks.items())
    return (*found, _measure("all", sum(capacity.values()), every))


def _measure(desk: str, capacity: int, right: list[bool | None]) -> DeskCases:
    """Cases share no member, so each is a cluster of its own."""
    judged = np.array([one for one in right if one is not None], dtype=bool)
    return DeskCases(desk, capacity, len(right), len(judged), share(judged, np.arange(len(judged))))
