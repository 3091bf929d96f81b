"""Which payments two models are compared on: those both were scored on in shadow, or what was submitted after both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from models.release.shadow import Shadow
from models.scoring.bundle import Bundle
from models.scoring.select import rows_named
from models.training.labels import UNLABELLED, labels_at

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
MOST = 600_000
"""More payments are thinned evenly."""


@dataclass(frozen=True, slots=True)
class Period:
    """Payments and moments (microseconds UTC), shape (n,); `source` says why these.

    In shadow, `recorded` is what (champion, challenger) said then, and `took_us` what each took a payment on average.
    """

    rows: Int64
    at: Int64
    source: Literal["shadow", "after both"]
    recorded: tuple[Float, Float] | None = None
    took_us: tuple[float, float] | None = None


def learned_until(bundle: Bundle) -> int:
    """The moment up to which a model learned, microseconds UTC; the beginning of time for the shipped one."""
    if not bundle.as_of:
        return int(np.iinfo(np.int64).min)
    return _micros(bundle.as_of)


def after_both(ledger: Ledger, champion: Bundle, challenger: Bundle, until_us: int) -> Period:
    """Payments submitted after both models' as_of and by `until_us`, each as of its own submission, latest versions."""
    table = ledger.tables["disbursements"]
    start = max(learned_until(champion), learned_until(challenger))
    inside = (table.known_at >= start) & (table.known_at <= until_us) & (table.superseded_at > until_us)
    rows = np.nonzero(inside)[0].astype(np.int64)
    rows = _thinned(rows[_unheard_of(ledger, rows, start)])
    return Period(rows, table.known_at[rows], "after both")


def in_shadow(ledger: Ledger, shadow: Shadow, champion: Bundle, challenger: Bundle, until_us: int) -> Period:
    """Payments both models scored in live scoring, at the moments they were scored as of; never ones either learned
    from. A payment scored at several moments counts at the first: before it was paid."""
    if len(shadow.ids) == 0:
        return Period(np.empty(0, np.int64), np.empty(0, np.int64), "shadow")
    moments = {text: _micros(text) for text in dict.fromkeys(shadow.as_of)}
    at = np.array([moments[text] for text in shadow.as_of], dtype=np.int64)
    rows = rows_named(ledger, pa.array(shadow.ids, pa.string()), at)
    known = ledger.tables["disbursements"].known_at
    start = max(learned_until(champion), learned_until(challenger))
    inside = np.nonzero((rows >= 0) & (at <= until_us) & (known[np.maximum(rows, 0)] >= start))[0]
    inside = inside[_unheard_of(ledger, rows[inside], start)]
    inside = inside[np.argsort(at[inside], kind="stable")]
    code = ledger.tables["disbursements"].codes("disbursement_id")[rows[inside]]
    _, first = np.unique(code, return_index=True)
    kept = _thinned(np.sort(inside[first]))
    if len(kept) == 0:
        return Period(rows[kept], at[kept], "shadow")
    recorded = shadow.champion[kept], shadow.challenger[kept]
    took = float(shadow.champion_us[kept].mean()), float(shadow.challenger_us[kept].mean())
    return Period(rows[kept], at[kept], "shadow", recorded, took)


def _unheard_of(ledger: Ledger, rows: Int64, start: int) -> NDArray[np.bool_]:
    """Payments of which a model that learned until `start` knows no finding: a correction submitted later may have been
    looked at before; shape (n,)."""
    return np.asarray(labels_at(ledger, rows, start).outcome == UNLABELLED)


def _thinned(rows: Int64) -> Int64:
    return rows if len(rows) <= MOST else rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)]


def _micros(text: str) -> int:
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    moment = dt.datetime.fromisoformat(text)
    return (moment.replace(tzinfo=moment.tzinfo or dt.UTC) - epoch) // dt.timedelta(microseconds=1)
