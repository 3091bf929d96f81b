"""From the queue to the next training: what was offered is kept beside the data, and the chances find their labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from models.scoring.bundle import load_bundle
from models.scoring.draws import FOLDER, kept
from models.training.labels import labels_at
from models.training.selective import random_evidence, with_propensities
from service.work.build_queue import build_queue
from service.work.open_data import open_data
from service.work.score_payments import payments_before, score_in_memory
from simulation import simulate
from tests.county import eager_policy
from tests.scoring.test_instructive import policy_with

LATER = np.iinfo(np.int64).max - 1


def with_column(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    """The table with another column."""
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def test_chances_come_back_with_the_findings(tmp_path: Path) -> None:
    """Queue, findings on everything it offered, loaded again: each payment at random knows its chance."""
    simulate(tmp_path / "county", households=300, seed=5, months=18)
    for name in ("dispositions.csv", "dispositions.parquet"):
        (tmp_path / "county" / name).unlink(missing_ok=True)
    policy = policy_with(eager_policy(), desks__random_share=0.5)
    data = open_data(tmp_path / "county", tmp_path / "home", policy)
    known = data.ledger.tables["disbursements"].known_at
    at = int(known[len(known) * 3 // 4])
    scores = score_in_memory(data.ledger, load_bundle(), policy, payments_before(data.ledger, at, 200))
    chance = scores.column("score").to_numpy()
    flagged = chance >= np.sort(chance)[-30]
    scores = with_column(scores, "recommendation", np.where(flagged, "review", "release"))
    scores = with_column(scores, "desk", np.where(flagged, "department", "none"))
    queue = build_queue(data.ledger, scores, at, policy, store=data.report.store).to_pylist()
    offered = kept(data.report.store)
    assert (data.report.store / FOLDER / f"{at}.parquet").is_file()
    assert set(offered.column("case_id").to_pylist()) == {case["case_id"] for case in queue}

    found = [
        {"disbursement_id": i, "outcome": "cleared", "decided_at": "2030-01-01T09:00:00+08:00",
         "selected_by": case["selected_by"]}
        for case in queue for i in json.loads(case["members"])
    ]  # fmt: skip
    pcsv.write_csv(pa.Table.from_pylist(found), tmp_path / "county" / "dispositions.csv")
    again = open_data(tmp_path / "county", tmp_path / "home", policy)
    assert again.report.tables["dispositions"].stored == len(found)
    # The record outlives a load that makes tables of the store anew.
    assert kept(again.report.store).equals(offered)

    rows = np.arange(again.ledger.tables["disbursements"].rows, dtype=np.int64)
    labels = with_propensities(labels_at(again.ledger, rows, LATER), again.ledger, rows, offered)
    drawn = {r["disbursement_id"]: r["propensity"] for r in offered.to_pylist() if r["offered_as"] == "random"}
    codes = again.ledger.tables["disbursements"].codes("disbursement_id")
    ids = again.ledger.vocabulary("disbursement").decode(codes)
    told = {i: p for i, p in zip(ids, labels.propensity.tolist(), strict=True) if p == p}
    assert len(drawn) > 5
    assert told == drawn
    confirmed, looked = random_evidence(labels)
    assert confirmed == 0
    assert 0 < looked <= len(drawn) * (1 + 1e-9)
