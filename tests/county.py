"""An invented county the tests train on and score, and ways to hand it over again: cut off, shuffled, with less."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger
from features.contract import TABLES
from features.intake import load
from models.scoring.bundle import Bundle
from models.scoring.policy import Policy
from models.scoring.score import SCHEMA, score
from models.training.train import TrainedModel, train
from simulation import simulate

Tables = Mapping[str, pa.Table]
Int64 = NDArray[np.int64]
DAY = 86_400_000_000
EIGHT_HOURS = 8 * 3_600_000_000
ALWAYS = np.iinfo(np.int64).min


@dataclass(frozen=True)
class County:
    """A folder of tables that was loaded into a store, and the ledger over it."""

    folder: Path
    store: Path

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger over the store."""
        return Ledger.open(self.store)

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        """Every table as stored, with the contract's columns."""
        found = {}
        for name, schema in TABLES.items():
            if (path := self.store / f"{name}.parquet").exists():
                table = pq.read_table(path)
                found[name] = table.select([c.name for c in schema.columns if c.name in table.column_names])
        return found

    @cached_property
    def submitted(self) -> Int64:
        """When each payment was submitted, microseconds UTC, in the ledger's order."""
        return self.ledger.tables["disbursements"].known_at

    def moment(self, share: float) -> int:
        """The moment by which this share of all payments had been submitted."""
        return int(self.submitted[int(share * (len(self.submitted) - 1))])

    def between(self, low: float, high: float) -> tuple[Int64, Int64]:
        """Rows and moments of the payments submitted between two shares of the county's life."""
        at = self.submitted
        rows = np.nonzero((at >= self.moment(low)) & (at < self.moment(high)))[0].astype(np.int64)
        return rows, at[rows]


@dataclass(frozen=True)
class Trained:
    """A county with the model trained on what was known there at `as_of`."""

    county: County
    policy: Policy
    as_of: int
    model: TrainedModel

    @property
    def bundle(self) -> Bundle:
        """What scores."""
        return self.model.bundle


def eager_policy() -> Policy:
    """The shipped policy, but few findings are enough to train on: test counties are small."""
    policy = Policy.load()
    return replace(policy, values={**policy.values, "learning.findings_at_least": 40, "learning.confirmed_at_least": 8})


def invent(folder: Path, *, households: int, seed: int, months: int, profile: str = "standard") -> County:
    """Invent a county in `folder/county` and load it."""
    simulate(folder / "county", households=households, seed=seed, months=months, profile=profile)
    load(folder / "county", folder / "store")
    return County(folder / "county", folder / "store")


def learn(county: County, policy: Policy, as_of_us: int) -> TrainedModel:
    """A model trained on what was known at the moment."""
    with warnings.catch_warnings():
        # The library's word about drawings nobody makes.
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        return train(county.ledger, as_of_us=as_of_us, policy=policy)


def hand_over(tables: Tables, folder: Path) -> County:
    """Write tables as departments would and load them into a store of their own."""
    (folder / "county").mkdir(parents=True)
    for name, table in tables.items():
        pq.write_table(table, folder / "county" / f"{name}.parquet")
    report = load(folder / "county", folder / "store")
    assert report.quarantined == 0
    return County(folder / "county", folder / "store")


def known_at(name: str, table: pa.Table) -> Int64:
    """When each row was learned, read from the contract's clock and from nothing of the product; microseconds UTC."""
    clock = TABLES[name].clock
    if clock is None or clock not in table.column_names:
        return np.full(table.num_rows, ALWAYS)
    values = table.column(clock)
    if TABLES[name].column(clock).type == "date":
        values = values.cast(pa.int32()).cast(pa.int64())
        return np.array([ALWAYS if v is None else v * DAY - EIGHT_HOURS for v in values.to_pylist()], np.int64)
    return np.array([ALWAYS if v is None else v for v in values.cast(pa.int64()).to_pylist()], np.int64)


def known_by(tables: Tables, at_us: int) -> dict[str, pa.Table]:
    """The tables without any row recorded after the moment."""
    return {name: table.filter(pa.array(known_at(name, table) <= at_us)) for name, table in tables.items()}


def shuffled(tables: Tables, seed: int) -> dict[str, pa.Table]:
    """The tables with their rows in another order.

    Where the contract says that a version stands after the row it corrects, rows of one key keep their order.
    """
    rng = np.random.default_rng(seed)
    found = {}
    for name, table in tables.items():
        order = rng.permutation(table.num_rows)
        if TABLES[name].in_file_order and table.num_rows:
            keys = np.array(["/".join(map(str, row.values())) for row in table.select(TABLES[name].key).to_pylist()])
            places = np.argsort(keys[order], kind="stable")
            order[places] = np.lexsort((np.arange(len(keys)), keys))
        found[name] = table.take(pa.array(order))
    return found


def scored(county: County, bundle: Bundle, policy: Policy, rows: Int64, at: Int64) -> pa.Table:
    """Scores in one table."""
    return pa.concat_tables([SCHEMA.empty_table(), *score(county.ledger, bundle, policy, rows, at)]).combine_chunks()


def csv_bytes(table: pa.Table) -> bytes:
    """The table as the bytes of a CSV file."""
    sink = io.BytesIO()
    pcsv.write_csv(table, sink)
    return sink.getvalue()
