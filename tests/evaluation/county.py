"""A small invented county with truth, scores and cases, as a ledger and as the same tables on disk."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.asof import Ledger

CHINA = dt.timezone(dt.timedelta(hours=8))
ROWS, PEOPLE = 3000, 700


@dataclass(frozen=True)
class County:
    """Tables of the contract and the three files about them."""

    tables: dict[str, pa.Table]
    truth: pa.Table
    scores: pa.Table
    cases: pa.Table

    def ledger(self) -> Ledger:
        """The tables as a ledger."""
        return Ledger(self.tables)

    def write(self, folder: Path) -> None:
        """The tables as the contract's CSV, the rest as Parquet beside them."""
        data = folder / "data"
        data.mkdir(parents=True)
        for name, table in self.tables.items():
            pcsv.write_csv(as_text(table), data / f"{name}.csv")
        for name in ("truth", "scores", "cases"):
            pq.write_table(getattr(self, name), folder / f"{name}.parquet")


def as_text(table: pa.Table) -> pa.Table:
    """Moments with their offset, as the contract writes them; everything else as it is."""
    columns = {}
    for name in table.column_names:
        values = table.column(name)
        if pa.types.is_timestamp(values.type):
            local = [None if v is None else v.astimezone(CHINA).isoformat() for v in values.to_pylist()]
            values = pa.array(local, pa.string())
        columns[name] = values
    return pa.table(columns)


def moments(rng: np.random.Generator, n: int) -> list[dt.datetime]:
    """Moments in the second half of 2019, in order."""
    start = dt.datetime(2019, 7, 1, tzinfo=CHINA)
    seconds = np.sort(rng.integers(0, 183 * 86400, n))
    return [start + dt.timedelta(seconds=int(s)) for s in seconds]


def invent(seed: int = 5) -> County:
    """The county of a seed: 3,000 payments, 60 irregular in rings of five, look-alikes, wrong reasons."""
    rng = np.random.default_rng(seed)
    ids = [f"D{n:05d}" for n in range(ROWS)]
    person = rng.integers(0, PEOPLE, ROWS)
    village = [("519906100200" if p % 4 else "519907100201") for p in person]
    tables = {
        "disbursements": pa.table(
            {
                "disbursement_id": ids,
                "program_id": rng.choice(["PENSION", "LAND"], ROWS).tolist(),
                "period": ["2019"] * ROWS,
                "person_id": [f"P{p}" for p in person],
                "household_id": [f"H{p // 2}" for p in person],
                "card_id": [f"C{p}" for p in person],
                "amount": pa.array(
                    [Decimal(int(a)) / 100 for a in rng.integers(100, 90000, ROWS)], pa.decimal128(18, 2)
                ),
                "division_code": village,
                "submitted_at": pa.array(moments(rng, ROWS), pa.timestamp("us", tz="UTC")),
            }
        ),
        "persons": persons(rng),
        "households": households(),
    }
    irregular = np.zeros(ROWS, dtype=np.int64)
    chosen = rng.choice(np.nonzero(person % 4)[0], 60, replace=False)
    irregular[chosen] = 1
    truth, ring = truth_of(ids, irregular, chosen, rng)
    scores = scores_of(ids, irregular, person, rng)
    return County(tables, truth, scores, cases_of(ids, chosen, ring, rng))


def persons(rng: np.random.Generator) -> pa.Table:
    """Two versions of some people: the later one counts."""
    number = [*range(PEOPLE), *range(50)]
    years = [2016] * PEOPLE + [2018] * 50
    born = [dt.date(1930 + int(y), 5, 17) for y in rng.integers(0, 60, len(number))]
    return pa.table(
        {
            "person_id": [f"P{n}" for n in number],
            "name": [f"某{n}" for n in number],
            "sex": ["M" if n % 3 else "F" for n in number],
            "birth_date": pa.array(born, pa.date32()),
            "division_code": ["519906100200" if n % 4 else "519907100201" for n in number],
            "phone": [None if n % 5 == 0 else f"1990000{n:04d}" for n in number],
            "recorded_at": pa.array([dt.datetime(y, 1, 1, tzinfo=CHINA) for y in years], pa.timestamp("us", tz="UTC")),
        }
    )


def households() -> pa.Table:
    """One category a household; some households are not registered."""
    number = range(PEOPLE // 2 - 10)
    return pa.table(
        {
            "household_id": [f"H{n}" for n in number],
            "division_code": ["519906100200"] * len(number),
            "category": ["lifted_from_poverty" if n % 50 == 0 else ("general", "low_income")[n % 2] for n in number],
            "recorded_at": pa.array(
                [dt.datetime(2016, 1, 1, tzinfo=CHINA)] * len(number), pa.timestamp("us", tz="UTC")
            ),
        }
    )


def truth_of(
    ids: list[str], irregular: np.ndarray, chosen: np.ndarray, rng: np.random.Generator
) -> tuple[pa.Table, dict[int, str]]:
    """Truth: rings of five, some rows with two typologies, look-alikes and data errors among the honest."""
    kinds = ["T01", "T22|T23", "T39", "T31"]
    roles = ["household", "agent", "department", "official"]
    ring = {int(row): f"R{place // 5:02d}" for place, row in enumerate(chosen)}
    number = {row: int(ring[row][1:]) for row in ring}
    honest = rng.random(len(ids))
    table = pa.table(
        {
            "disbursement_id": ids,
            "irregular": irregular,
            "typologies": [kinds[number[n] % 4] if n in ring else None for n in range(len(ids))],
            "look_alike": [None if n in ring or honest[n] > 0.2 else ("T01", "T22")[n % 2] for n in range(len(ids))],
            "ring_id": [None if n not in ring or number[n] == 11 else ring[n] for n in range(len(ids))],
            "actor_official_id": [f"O{number[n]}" if n in ring and number[n] % 2 else None for n in range(len(ids))],
            "suspect_role": [
                roles[number[n] % 4] if n in ring else "data_error" if honest[n] > 0.95 else None
                for n in range(len(ids))
            ],
        }
    )
    return table, ring


def scores_of(ids: list[str], irregular: np.ndarray, person: np.ndarray, rng: np.random.Generator) -> pa.Table:
    """Scores that know something; rounded, so that many are tied; reasons of every quality."""
    raw = np.round(1 / (1 + np.exp(-(rng.normal(-4, 1.2, len(ids)) + 3.4 * irregular))), 2)
    said = np.where(raw >= 0.3, "verify", np.where(raw >= 0.12, "review", "release"))
    return pa.table(
        {
            "disbursement_id": ids,
            "score": raw,
            "anomaly": np.round(rng.random(len(ids)), 2),
            "recommendation": said.tolist(),
            "desk": [
                "none" if one == "release" else str(rng.choice(["discipline", "department", "owed"])) for one in said
            ],
            "typology": [str(rng.choice(["T01", "T22", "T39", ""])) for _ in ids],
            "suspect_role": [str(rng.choice(["official", "agent", "household", "department"])) for _ in ids],
            "reasons": [reasons_of(n, int(person[n]), str(one)) for n, one in enumerate(said)],
            "not_applicable": ["[]"] * len(ids),
            "model_version": ["1"] * len(ids),
            "as_of": ["2019-12-31T00:00:00+08:00"] * len(ids),
        }
    )


def reasons_of(n: int, person: int, said: str) -> str:
    """None for a released row; else good, without the Chinese text, with a key that is nowhere, or unreadable."""
    if said == "release":
        return "[]"
    if n % 17 == 0:
        return "{not json"
    key = f"disbursements:D{n:05d}" if n % 5 else f"disbursements:X{n:05d}"
    reason = {
        "code": "T01.x",
        "kind": "rule",
        "text_zh": "" if n % 7 == 0 else "甲",
        "text_en": "a",
        "weight": 1.0,
        "evidence": [key, f"persons:P{person}"] if n % 3 else [key],
    }
    return json.dumps([reason])


def cases_of(ids: list[str], chosen: np.ndarray, ring: dict[int, str], rng: np.random.Generator) -> pa.Table:
    """Forty cases in mixed order: whole rings, half rings with honest rows, and honest rows only."""
    members = []
    for place in range(12):
        own = [ids[row] for row in chosen if ring[int(row)] == f"R{place:02d}"]
        members.append(own if place % 3 else [*own[:3], *(ids[n] for n in rng.integers(0, ROWS, 6))])
    members += [[ids[n] for n in rng.integers(0, ROWS, 4)] for _ in range(28)]
    return pa.table(
        {
            "case_id": [f"K{n}" for n in range(len(members))],
            "rank": rng.permutation(len(members)) + 1,
            "desk": ["discipline"] * len(members),
            "hub_kind": ["official"] * len(members),
            "hub_id": [f"O{n}" for n in range(len(members))],
            "members": [json.dumps(one) for one in members],
        }
    )
