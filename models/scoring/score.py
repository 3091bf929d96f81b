"""Score payments: one pass from rows to the contract's score table, chunk by chunk."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.scoring import anomaly
from models.scoring._workers import beforehand, in_order
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions, judge
from models.scoring.facts import Facts, facts_of, model_features, switched_off, why_off
from models.scoring.leading import leading
from models.scoring.policy import Policy
from models.scoring.provenance import stamp_of
from models.scoring.reasons import prepare, reasons_of

Int64 = NDArray[np.int64]
CHUNK = 32_768
"""Payments looked at together: more would leave the processor's own memory, fewer would pay each feature's call."""

SCHEMA = pa.schema(
    [
        ("disbursement_id", pa.string()),
        ("score", pa.float64()),
        ("anomaly", pa.float64()),
        ("recommendation", pa.string()),
        ("desk", pa.string()),
        ("typology", pa.string()),
        ("suspect_role", pa.string()),
        ("reasons", pa.string()),
        # The same long text for thousands of payments in a row: kept once. Files hold plain text.
        ("not_applicable", pa.dictionary(pa.int32(), pa.string())),
        ("model_version", pa.string()),
        ("as_of", pa.string()),
    ]
)

BESIDE = pa.schema(
    [
        ("beside_score", pa.float64()),
        ("beside_recommendation", pa.string()),
        ("judge_us", pa.float64()),
        ("beside_judge_us", pa.float64()),
    ]
)
"""What a challenger in shadow says of the same payments, and how long each model took a payment (microseconds)."""


def score(
    ledger: Ledger,
    bundle: Bundle,
    policy: Policy,
    rows: Int64,
    at_us: Int64,
    progress: Callable[[float], None] | None = None,
    *,
    workers: int = 1,
    beside: Bundle | None = None,
) -> Iterator[pa.Table]:
    """Scores of disbursement rows, each as of its moment, in the order given.

    With a bundle `beside`, that one judges the same facts too: every table carries the columns of `BESIDE` after the
    contract's, which must not reach the score file.

    A row's score depends on the row, its moment and what was on record then: neither the other rows nor the size of
    the chunk nor the number of workers change it. With several workers the process is forked once everything that
    all chunks share has been read; they share its memory. Where forking is not possible there is one.
    """
    if len(rows) == 0:
        yield (pa.schema([*SCHEMA, *BESIDE]) if beside else SCHEMA).empty_table()
        return
    # Made here, so that forked workers find it made.
    stamp_of(bundle, policy)
    parts = [slice(start, start + CHUNK) for start in range(0, len(rows), CHUNK)]

    def one(part: slice) -> pa.Table:
        return score_chunk(View(ledger, at_us[part], rows[part]), bundle, policy, beside)

    def warm_up() -> None:
        view = View(ledger, at_us[:1], rows[:1])
        if ledger.cache.cold:
            encode = [partial(ledger.vocabulary, entity) for entity in ledger.entities]
            beforehand([*encode, *(partial(feature.of, view) for feature in model_features())], workers)
        prepare(view, facts_of(view, policy, bundle.resting).features)

    for part, table in zip(parts, in_order(one, parts, workers, warm_up), strict=True):
        yield table
        if progress:
            progress(min(1.0, part.stop / len(rows)))


def score_chunk(view: View, bundle: Bundle, policy: Policy, beside: Bundle | None = None) -> pa.Table:
    """Scores of the disbursements of one view; with the columns of `BESIDE` where a second bundle is given."""
    if view.rows is None:
        raise ValueError("only disbursements are scored")
    facts = facts_of(view, policy, bundle.resting)
    started = time.perf_counter()
    probability = judge(facts, bundle).probability
    took_us = (time.perf_counter() - started) * 1e6 / view.n
    alert = probability >= min(bundle.line, bundle.verify_line)
    chosen = np.nonzero(alert)[0]
    typology, role, desk, reasons = (np.full(view.n, text, dtype=object) for text in ("", "", "none", "[]"))
    if len(chosen):
        few = facts.part(chosen)
        added = contributions(few, bundle)
        typology[chosen], role[chosen], desk[chosen] = leading(few, added)
        reasons[chosen] = reasons_of(View(view.ledger, view.at[chosen], view.rows[chosen]), few, added, bundle)
    off = not_applicable(view, bundle)
    ids = view.ledger.vocabulary("disbursement").texts(view.own("disbursement_id"))
    found = pa.table(
        [
            ids,
            pa.array(np.round(probability, 6)),
            pa.array(np.round(anomaly.score(facts, bundle), 6)),
            recommended(probability, bundle),
            pa.array(desk, pa.string()),
            pa.array(typology, pa.string()),
            pa.array(role, pa.string()),
            pa.array(reasons, pa.string()),
            pa.DictionaryArray.from_arrays(np.zeros(view.n, np.int32), pa.array([off], pa.string())),
            _same(str(stamp_of(bundle, policy)), view.n),
            _moments(view),
        ],
        schema=SCHEMA,
    )
    return found if beside is None else _with_beside(found, facts, beside, took_us)


def not_applicable(view: View, bundle: Bundle) -> str:
    """The contract's JSON list of rules that say nothing of any payment of the view, with why, by code."""
    off = {code: why_off(missing) for code, missing in switched_off(view).items()}
    off |= {code: why for code, why in bundle.silent.items() if code not in off}
    off |= {code: "muted: fires too often here for what is found" for code in bundle.muted if code not in off}
    return json.dumps([{"code": c, "why": w} for c, w in sorted(off.items())], ensure_ascii=False)


def recommended(probability: NDArray[np.float64], bundle: Bundle) -> pa.Array:
    """What a model recommends at each probability: release, review or verify; shape (n,)."""
    code = np.where(probability >= bundle.verify_line, 2, np.where(probability >= bundle.line, 1, 0))
    return _named(code, ["release", "review", "verify"])


def _with_beside(found: pa.Table, facts: Facts, beside: Bundle, took_us: float) -> pa.Table:
    n = found.num_rows
    started = time.perf_counter()
    probability = judge(facts, beside).probability
    own_us = (time.perf_counter() - started) * 1e6 / n
    columns = [
        pa.array(np.round(probability, 6)),
        recommended(probability, beside),
        pa.array(np.full(n, took_us)),
        pa.array(np.full(n, own_us)),
    ]
    for field, column in zip(BESIDE, columns, strict=True):
        found = found.append_column(field, column)
    return found


def _named(codes: NDArray[np.integer], names: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string())).cast(
        pa.string()
    )


def _same(text: str, n: int) -> pa.Array:
    return _named(np.zeros(n, np.int32), [text])


def _moments(view: View) -> pa.Array:
    """Each moment as ISO 8601 in local time; few are different."""
    zone = dt.timezone(dt.timedelta(microseconds=view.ledger.utc_offset))
    values, inverse = np.unique(view.at, return_inverse=True)
    return _named(inverse, [dt.datetime.fromtimestamp(int(v) / 1e6, zone).isoformat() for v in values])
