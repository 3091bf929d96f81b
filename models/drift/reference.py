"""What things looked like when the model learned, as counts small enough to keep beside it.

Everything is counted by program, because a month's mix of programs is its own: land is paid in spring, pensions every
month. A period is compared with the reference as it would look with the period's mix. Counts are also kept by blocks
of time, so that what always went up and down is not taken for a change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.scoring import anomaly
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
PREFIX = "drift/"
BINS = 10
BLOCKS = 12
DAYS = 548
"""Only this long before the end is counted, where moments are given: older habits are no reference."""
MOST = 200_000
"""More rows are thinned evenly: shares would not get better by it."""
MICROSECONDS_A_DAY = 86_400_000_000
SCORES = ("score", "anomaly")


@dataclass(frozen=True, slots=True)
class Reference:
    """Counts by program p, block of time b, column c (features, then score and anomaly), and bin.

    `cuts` (columns, BINS - 1) with +inf where a column has fewer values; `counts` (programs, blocks, columns,
    BINS + 1), the last bin missing values; `rows` (programs, blocks); `fired` (programs, blocks, rules); `flagged`
    (programs, blocks).
    """

    programs: tuple[str, ...]
    columns: tuple[str, ...]
    rules: tuple[str, ...]
    cuts: Float
    counts: Int
    rows: Int
    fired: Int
    flagged: Int

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """As arrays to be kept in a bundle."""
        return {
            f"{PREFIX}programs": np.array(self.programs), f"{PREFIX}columns": np.array(self.columns),
            f"{PREFIX}rules": np.array(self.rules), f"{PREFIX}cuts": self.cuts,
            f"{PREFIX}counts": self.counts.astype(np.int32), f"{PREFIX}rows": self.rows,
            f"{PREFIX}fired": self.fired.astype(np.int32), f"{PREFIX}flagged": self.flagged,
        }  # fmt: skip

    @classmethod
    def of(cls, bundle: Bundle) -> Reference | None:
        """The reference kept in a bundle, None where it has none (one trained before, or the shipped one)."""
        if f"{PREFIX}counts" not in bundle.arrays:
            return None
        kept = {name.removeprefix(PREFIX): array for name, array in bundle.arrays.items() if name.startswith(PREFIX)}
        programs, columns, rules = (tuple(kept[name].tolist()) for name in ("programs", "columns", "rules"))
        counts, rows, fired, flagged = (kept[n].astype(np.int64) for n in ("counts", "rows", "fired", "flagged"))
        return cls(programs, columns, rules, kept["cuts"], counts, rows, fired, flagged)

    def place(self, programs: NDArray[np.str_]) -> Int:
        """Number of each program, -1 for one the reference does not know; shape (n,)."""
        known = {name: k for k, name in enumerate(self.programs)}
        names, inverse = np.unique(programs, return_inverse=True)
        return np.array([known.get(str(name), -1) for name in names], dtype=np.int64)[inverse]


def reference(
    facts: Facts,
    bundle: Bundle,
    *,
    moments: Int | None = None,
    programs: NDArray[np.str_] | None = None,
) -> dict[str, NDArray[Any]]:
    """Arrays to keep in the bundle: what the facts it learned from looked like, and what it said of them.

    Rows of `facts` are in order of time. `moments` (n,) microseconds UTC limit them to the last `DAYS`; `programs` (n,)
    are names of programs (default: the kind of program).
    """
    return count(facts, bundle, moments=moments, programs=programs).to_arrays()


def count(
    facts: Facts, bundle: Bundle, *, moments: Int | None = None, programs: NDArray[np.str_] | None = None
) -> Reference:
    """The same as a `Reference`."""
    names = facts.peers if programs is None else programs
    if moments is not None and len(moments):
        late = moments >= int(moments.max()) - DAYS * MICROSECONDS_A_DAY
        facts, names = facts.part(late), names[late]
    if len(names) > MOST:
        some = np.linspace(0, len(names) - 1, MOST).astype(np.int64)
        facts, names = facts.part(some), names[some]
    n = len(facts.values)
    values = values_of(facts, bundle)
    kinds, stratum = np.unique(names, return_inverse=True)
    block = np.arange(n) * BLOCKS // max(1, n)
    cuts = np.stack([_cuts(values[:, c]) for c in range(values.shape[1])])
    cell = stratum * BLOCKS + block
    shape = (len(kinds), BLOCKS)
    return Reference(
        programs=tuple(kinds.tolist()),
        columns=(*(feature.name for feature in facts.features), *SCORES),
        rules=tuple(rule.code for rule in facts.rules),
        cuts=cuts,
        counts=binned(values, cuts, cell, len(kinds) * BLOCKS).reshape(*shape, values.shape[1], BINS + 1),
        rows=np.bincount(cell, minlength=len(kinds) * BLOCKS).reshape(shape),
        fired=summed(facts.fired(), cell, len(kinds) * BLOCKS).reshape(*shape, len(facts.rules)),
        flagged=summed(flagged_in(values, bundle)[:, None], cell, len(kinds) * BLOCKS).reshape(shape),
    )


def values_of(facts: Facts, bundle: Bundle) -> NDArray[np.float32]:
    """Feature values, then score and anomaly; shape (n, features + 2)."""
    said = judge(facts, bundle).probability, anomaly.score(facts, bundle)
    return np.column_stack([facts.values, *(one.astype(np.float32) for one in said)])


def flagged_in(values: NDArray[np.float32], bundle: Bundle) -> Bool:
    """Rows of `values_of` above the line; shape (n,)."""
    return np.asarray(values[:, -2] >= np.float32(min(bundle.line, bundle.verify_line)))


def binned(values: NDArray[np.float32], cuts: Float, cell: Int, cells: int) -> Int:
    """Rows by cell, column and bin (the last for missing values); shape (cells, columns, BINS + 1)."""
    out = np.zeros((cells, values.shape[1], BINS + 1), dtype=np.int64)
    for c in range(values.shape[1]):
        column = values[:, c].astype(np.float64)
        place = np.where(np.isnan(column), BINS, np.searchsorted(cuts[c], column, side="right"))
        out[:, c] = np.bincount(cell * (BINS + 1) + place, minlength=cells * (BINS + 1)).reshape(cells, BINS + 1)
    return out


def summed(values: Bool, cell: Int, cells: int) -> Int:
    """Number of true values by cell; shape (cells, columns)."""
    columns = [np.bincount(cell[values[:, c]], minlength=cells) for c in range(values.shape[1])]
    return np.stack(columns, axis=1) if columns else np.zeros((cells, 0), dtype=np.int64)


def programs_of(ledger: Ledger, rows: Int) -> NDArray[np.str_]:
    """Program of each disbursement row, shape (n,)."""
    codes = ledger.tables["disbursements"].codes("program_id")[rows]
    names = np.array([*(str(name) for name in ledger.vocabulary("program").values.to_pylist()), "unknown"])
    return names[codes]


def _cuts(column: NDArray[np.float32]) -> Float:
    """Up to BINS - 1 rising values that part a column into bins of like size; +inf where it has fewer values."""
    known = column[~np.isnan(column)].astype(np.float64)
    out = np.full(BINS - 1, np.inf)
    if len(known):
        inner = np.unique(np.quantile(known, np.arange(1, BINS) / BINS, method="inverted_cdf"))
        inner = np.unique(np.append(inner[inner > known.min()], _above_the_commonest(known)))[: BINS - 1]
        out[: len(inner)] = inner
    return out


def _above_the_commonest(known: Float) -> Float:
    """Where nearly all values are one, the next larger: else its rare others would share its bin."""
    larger = known[known > np.median(known)]
    return np.array([larger.min()]) if len(larger) else np.empty(0)
