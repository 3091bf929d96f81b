"""Hits of rules that run beside the scoring (in shadow, or suspended): written into the data's store, read back later.

They name payments, so they lie with the data and never in the record. One file a scoring, named after its content:
scoring the same payments again under the same states writes the same file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger
from models.replay.change import Change
from models.replay.findings import Counts, counts_of
from models.replay.outcomes import run_rules
from models.replay.replayed import ids_of
from models.rules._rule import Outcome, Rule
from models.scoring.policy import Policy
from models.training.labels import labels_at

Int64 = NDArray[np.int64]
FOLDER = "rules-beside"
SCHEMA = pa.schema([("disbursement_id", pa.string()), ("rule", pa.string()), ("moment_us", pa.int64())])
"""One row a hit: the payment, the rule that fired, the moment it was scored as of (microseconds UTC)."""


@dataclass(frozen=True, slots=True)
class BesidePrecision:
    """What was found, after they were written, among the payments a rule hit while it ran beside the scoring."""

    code: str
    counts: Counts


def hits_beside(
    ledger: Ledger, rules: Sequence[Rule], policy: Policy, rows: Int64, at: Int64, *, workers: int = 1
) -> pa.Table:
    """Hits of the rules on disbursement rows (n,) as of the moments they were scored (n,), as `SCHEMA`."""
    if len(rows) == 0 or not rules:
        return SCHEMA.empty_table()
    changes = [Change(rule, "unchanged") for rule in rules]
    fired = run_rules(ledger, rows, at, changes, policy, policy, workers=workers).after == Outcome.FIRED
    place, rule = np.nonzero(fired)
    ids = ids_of(ledger, rows[place])
    return pa.table([list(ids), [rules[k].code for k in rule.tolist()], at[place]], schema=SCHEMA)


def keep_hits(store: Path, hits: pa.Table, states: str) -> Path | None:
    """Write hits into the store of the data; None where there are none. `states` is the version they ran under."""
    if hits.num_rows == 0:
        return None
    digest = hashlib.sha256(states.encode())
    for column in hits.columns:
        digest.update("\n".join(map(str, column.to_pylist())).encode())
    path = store / FOLDER / f"{digest.hexdigest()[:16]}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not `*.parquet`: what a crash leaves of it must not be read as hits.
    partial = path.with_suffix(f".{os.getpid()}.partial")
    pq.write_table(hits, partial, compression="zstd")
    partial.replace(path)
    return path


def kept_hits(store: Path) -> pa.Table:
    """Every hit written into the store, each payment and rule once, at its first moment."""
    files = sorted((store / FOLDER).glob("*.parquet"))
    table = pa.concat_tables([SCHEMA.empty_table(), *(pq.read_table(file, schema=SCHEMA) for file in files)])
    return (
        table.group_by(["disbursement_id", "rule"])
        .aggregate([("moment_us", "min")])
        .rename_columns(["disbursement_id", "rule", "moment_us"])
    )


def precision_beside(ledger: Ledger, store: Path, as_of_us: int) -> tuple[BesidePrecision, ...]:
    """What was found by the moment among kept hits, by rule; only findings decided after the hit count.

    Payments that are no longer in the data are left out.
    """
    hits = kept_hits(store)
    if hits.num_rows == 0:
        return ()
    code = ledger.vocabulary("disbursement").encode(hits.column("disbursement_id"))
    own = ledger.tables["disbursements"].column("disbursement_id").astype(np.int64)
    place = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
    place[own] = np.arange(len(own))
    row = np.where(code >= 0, place[code], -1)
    there = np.nonzero(row >= 0)[0]
    labels = labels_at(ledger, row[there], as_of_us)
    moment = hits.column("moment_us").to_numpy()[there]
    later = (labels.outcome == -1) | (labels.decided_at > moment)
    rules = np.array(hits.column("rule").to_pylist(), dtype=np.str_)[there]
    return tuple(
        BesidePrecision(str(name), counts_of((rules == name) & later, labels)) for name in np.unique(rules).tolist()
    )
