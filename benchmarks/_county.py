"""Counties with known truth for the quality benchmarks: a folder and its truth file, or an invented county."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.intake import load
from models.evaluation.columns import read_table, texts
from models.evaluation.judged import tie_breaker, truth_of
from models.evaluation.ranking import average_precision
from models.scoring.bundle import Bundle
from models.scoring.combine import judge
from models.scoring.facts import Facts, facts_of, gather, joined
from models.scoring.policy import Policy
from models.scoring.score import SCHEMA, score
from models.training.fit import fit
from models.training.labels import Labels
from models.training.train import reference_rows
from simulation import simulate

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
EPOCH = dt.date(1970, 1, 1)
DAY = 86_400_000_000


@dataclass(frozen=True)
class Known:
    """A county loaded into a store, with its truth."""

    name: str
    store: Path
    ledger: Ledger
    truth: pa.Table

    def moment(self, day: dt.date) -> int:
        """The start of a local day, microseconds UTC."""
        return (day - EPOCH).days * DAY - self.ledger.utc_offset

    def day_at(self, share: float) -> dt.date:
        """The local day by which this share of the payments had been submitted."""
        known = self.ledger.tables["disbursements"].known_at
        at = int(known[int(share * (len(known) - 1))])
        return EPOCH + dt.timedelta(days=(at + self.ledger.utc_offset) // DAY)

    def with_findings(self, findings: pa.Table | None) -> Ledger:
        """The same county with another table of findings, or none. Payments keep their row numbers."""
        tables: Mapping[str, Path | pa.Table] = {
            path.stem: path for path in sorted(self.store.glob("*.parquet")) if path.stem != "dispositions"
        }
        sources = {name: tables[name] for name in self.ledger.tables if name in tables}
        if findings is not None:
            sources["dispositions"] = findings
        return Ledger(sources)

    def findings(self) -> pa.Table:
        """The table of findings as stored."""
        return pq.read_table(self.store / "dispositions.parquet")

    def irregular(self, rows: Int64) -> Bool:
        """What is true of payments, by row of the ledger."""
        bad = frozenset(
            i for i, y in zip(texts(self.truth, "disbursement_id"), texts(self.truth, "irregular"), strict=True)
            if str(y) == "1"
        )  # fmt: skip
        return np.array([i in bad for i in self.ids(rows)])

    def ids(self, rows: Int64) -> list[str]:
        """Numbers of payments, by row of the ledger."""
        codes = self.ledger.tables["disbursements"].codes("disbursement_id")[rows]
        return [str(i) for i in self.ledger.vocabulary("disbursement").decode(codes)]

    def judge(self, rows: Int64) -> Callable[[Float], float]:
        """Average precision of a ranking of these payments, ties by number, as a function of the ranking."""
        irregular, tie = self.irregular(rows), tie_breaker(np.array(self.ids(rows), dtype=object))
        return lambda values: average_precision(irregular, values, tie)


@contextmanager
def opened(folder: Path, truth: Path) -> Iterator[Known]:
    """A county's folder, loaded into a store that is removed afterwards."""
    with tempfile.TemporaryDirectory() as store:
        told(f"loading {folder.name}")
        load(folder, Path(store))
        ledger = Ledger.open(Path(store))
        known = Known(folder.name, Path(store), ledger, read_table(truth))
        truth_of(ledger, known.truth)
        yield known


@contextmanager
def invented(households: int, seed: int, months: int, profile: str = "standard") -> Iterator[Known]:
    """An invented county, removed afterwards."""
    place = Path(tempfile.mkdtemp())
    try:
        told(f"inventing a county of {households} households, seed {seed}, {profile}")
        simulate(place / f"{profile}-{seed}", households=households, seed=seed, months=months, profile=profile)
        with opened(place / f"{profile}-{seed}", place / "truth.parquet") as known:
            yield known
    finally:
        shutil.rmtree(place, ignore_errors=True)


def facts_of_rows(ledger: Ledger, rows: Int64, policy: Policy) -> Facts:
    """Facts of payments, each as of its own submission."""
    return gather(ledger, rows, policy, lambda _share: None)


def past(ledger: Ledger, moment: int) -> Int64:
    """Payments submitted before the moment, thinned as training thins them."""
    return reference_rows(ledger, moment)


def fitted(facts: Facts, labels: Labels, policy: Policy) -> Bundle:
    """A model from facts and findings."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        return fit(facts, labels, policy)


def fitted_in_haste(facts: Facts, labels: Labels, policy: Policy) -> Bundle:
    """A model from facts and findings, with fewer bags and no detectors."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        return fit(facts, labels, policy, quick=True)


def pooled(parts: list[tuple[Facts, Labels]]) -> tuple[Facts, Labels]:
    """Facts and findings of several counties as one."""
    labels = Labels(
        np.concatenate([p.outcome for _, p in parts]),
        np.concatenate([p.at_random for _, p in parts]),
        np.concatenate([p.decided_at for _, p in parts]),
    )
    return joined([f for f, _ in parts]), labels


def chances(facts: Facts, bundle: Bundle) -> Float:
    """The score of each payment; shape (n,)."""
    return judge(facts, bundle).probability


def scores_of(ledger: Ledger, bundle: Bundle, policy: Policy, rows: Int64, at: Int64) -> pa.Table:
    """The contract's score table."""
    return pa.concat_tables([SCHEMA.empty_table(), *score(ledger, bundle, policy, rows, at)])


def facts_at(ledger: Ledger, rows: Int64, at: Int64, policy: Policy) -> Facts:
    """Facts of payments as of given moments."""
    return facts_of(View(ledger, at, rows), policy)


def told(text: str) -> None:
    """Progress, to stderr."""
    sys.stderr.write(f"  {text}\n")


def number(value: float | None, digits: int = 3) -> str:
    """A figure, a dash where there is none."""
    return "-" if value is None or value != value else f"{value:.{digits}f}"


def given(options: Any) -> Any:
    """Arguments known to this benchmark; `make bench ARGS=...` hands each the arguments of all."""
    found, others = options.parse_known_args()
    if others:
        told(f"not for this benchmark: {' '.join(others)}")
    return found
