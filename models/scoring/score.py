"""Score payments: one pass from rows to the contract's score table, chunk by chunk."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.scoring import anomaly
from models.scoring.bundle import Bundle
from models.scoring.combine import Judged, judge
from models.scoring.facts import Facts, facts_of, switched_off
from models.scoring.leading import leading
from models.scoring.policy import Policy
from models.scoring.reasons import reasons_of

Int64 = NDArray[np.int64]
CHUNK = 100_000

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
        ("not_applicable", pa.string()),
        ("model_version", pa.string()),
        ("as_of", pa.string()),
    ]
)


def score(
    ledger: Ledger,
    bundle: Bundle,
    policy: Policy,
    rows: Int64,
    at_us: Int64,
    progress: Callable[[float], None] | None = None,
) -> Iterator[pa.Table]:
    """Scores of disbursement rows, each as of its moment, in the order given.

    A row's score depends on the row, its moment and what was on record then: neither the other rows nor the size of
    the chunk change it.
    """
    if len(rows) == 0:
        yield SCHEMA.empty_table()
        return
    for start in range(0, len(rows), CHUNK):
        part = slice(start, start + CHUNK)
        yield score_chunk(View(ledger, at_us[part], rows[part]), bundle, policy)
        if progress:
            progress(min(1.0, (start + CHUNK) / len(rows)))


def score_chunk(view: View, bundle: Bundle, policy: Policy) -> pa.Table:
    """Scores of the disbursements of one view."""
    facts = facts_of(view, policy)
    judged = judge(facts, bundle)
    probability = judged.probability
    recommendation = np.where(
        probability >= bundle.verify_line, "verify", np.where(probability >= bundle.line, "review", "release")
    )
    alert = recommendation != "release"
    typology, role, desk = leading(facts, judged, alert)
    reasons = np.full(view.n, "[]", dtype=object)
    chosen = np.nonzero(alert)[0]
    if len(chosen):
        reasons[chosen] = reasons_of(
            View(view.ledger, view.at[chosen], _rows(view)[chosen]),
            _facts(facts, chosen),
            _judged(judged, chosen),
            bundle,
        )
    off = {code: f"not shared: {', '.join(missing)}" for code, missing in switched_off(view).items()}
    off |= {code: "muted: fires too often here for what is found" for code in bundle.muted if code not in off}
    not_applicable = json.dumps([{"code": c, "why": w} for c, w in sorted(off.items())], ensure_ascii=False)
    ids = view.ledger.vocabulary("disbursement").values.take(pa.array(view.own("disbursement_id")))
    return pa.table(
        [
            ids,
            pa.array(np.round(probability, 6)),
            pa.array(np.round(anomaly.score(facts, bundle), 6)),
            pa.array(recommendation.tolist()),
            pa.array(desk),
            pa.array(typology),
            pa.array(role),
            pa.array(reasons.tolist(), pa.string()),
            _same(not_applicable, view.n),
            _same(bundle.version, view.n),
            pa.array(_moments(view), pa.string()),
        ],
        schema=SCHEMA,
    )


def _rows(view: View) -> Int64:
    if view.rows is None:
        raise ValueError("only disbursements are scored")
    return view.rows


def _facts(facts: Facts, chosen: Int64) -> Facts:
    return Facts(facts.features, facts.rules, facts.values[chosen], facts.outcomes[chosen])


def _judged(judged: Judged, chosen: Int64) -> Judged:
    return Judged(
        judged.base, judged.rules[chosen], judged.terms[chosen], judged.log_odds[chosen], judged.probability[chosen]
    )


def _same(text: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([text])).cast(pa.string())


def _moments(view: View) -> list[str]:
    """Each moment as ISO 8601 in local time; few are different."""
    zone = dt.timezone(dt.timedelta(microseconds=view.ledger.utc_offset))
    values, inverse = np.unique(view.at, return_inverse=True)
    texts = np.array([dt.datetime.fromtimestamp(int(v) / 1e6, zone).isoformat() for v in values], dtype=object)
    return [str(t) for t in texts[inverse]]
