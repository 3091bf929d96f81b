"""Every table follows the contract to the letter: columns, types, enums, keys, clocks, references."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest

from features.contract import TABLES
from features.contract._schema import Column
from simulation import SimulationReport

PATTERNS = {
    "date": r"\d{4}-\d{2}-\d{2}",
    "ts": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00",
    "money": r"-?\d+\.\d{2}",
    "int": r"-?\d+(\.0)?",
    "number": r"-?\d+(\.\d+)?",
    "bool": r"(?i:true|false)",
    "period": r"\d{4}(Q[1-4]|-\d{2})?",
}
Reader = Callable[[str], pd.DataFrame]


@pytest.mark.parametrize("name", TABLES)
def test_table_follows_the_contract(read: Reader, name: str) -> None:
    """Columns in order, required ones filled, every value of its type."""
    table, frame = TABLES[name], read(name)
    assert list(frame.columns) == [column.name for column in table.columns]
    assert len(frame) > 0
    for column in table.columns:
        values = frame[column.name]
        if column.required:
            assert values.notna().all(), column.name
        wrong = _wrong(column, values.dropna())
        assert wrong.empty, f"{column.name}: {wrong.head(3).tolist()}"


def _wrong(column: Column, values: pd.Series[str]) -> pd.Series[str]:
    if column.type == "enum":
        return values[~values.isin(column.values)]
    if column.type in ("id", "list", "text"):
        return values[values.str.len() > 64] if column.type == "id" else values[values.str.strip() == ""]
    return values[~values.str.fullmatch(PATTERNS[column.type])]


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.key and not t.versioned])
def test_key_is_unique(read: Reader, name: str) -> None:
    """Tables without versions have each key once."""
    assert not read(name).duplicated(list(TABLES[name].key)).any()


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.key and t.versioned and t.clock])
def test_versions_differ_in_their_clock(read: Reader, name: str) -> None:
    """A corrected row has the same key and a later clock."""
    frame = read(name)
    assert not frame.duplicated([*TABLES[name].key, str(TABLES[name].clock)]).any()


def test_identity_numbers_lie_in_the_unassigned_prefecture(read: Reader) -> None:
    """No number can be a real person's."""
    for table, column in (("persons", "person_id"), ("disbursements", "person_id"), ("cards", "holder_person_id")):
        ids = read(table)[column].dropna()
        numbers = ids[~ids.str.startswith("INST")]
        assert numbers.str.fullmatch(r"5199\d{10}\d(\d{2}[\dX])?").all()


def test_phones_belong_to_nobody(read: Reader) -> None:
    """160-169 is a range no operator has."""
    assert read("persons")["phone"].dropna().str.fullmatch(r"16\d{9}").all()


def test_most_card_numbers_pass_luhn(read: Reader) -> None:
    """Cards of 16 to 19 digits carry a check digit."""
    numbers = read("cards")["card_id"]
    long = numbers[numbers.str.len().between(16, 19)]
    assert len(long) > 0
    assert long.map(_luhn).all()


def _luhn(number: str) -> bool:
    total = 0
    for place, ch in enumerate(reversed(number)):
        digit = int(ch) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


@pytest.mark.parametrize(
    ("table", "column", "other", "key"),
    [
        ("disbursements", "card_id", "cards", "card_id"),
        ("disbursements", "application_id", "applications", "application_id"),
        ("disbursements", "run_id", "payment_runs", "run_id"),
        ("disbursements", "program_id", "programs", "program_id"),
        ("disbursements", "household_id", "households", "household_id"),
        ("disbursements", "division_code", "divisions", "division_code"),
        ("disbursements", "prepared_by", "officials", "official_id"),
        ("disbursements", "reissue_of", "disbursements", "disbursement_id"),
        ("settlements", "disbursement_id", "disbursements", "disbursement_id"),
        ("approvals", "official_id", "officials", "official_id"),
        ("approvals", "application_id", "applications", "application_id"),
        ("notices", "application_id", "applications", "application_id"),
        ("persons", "household_id", "households", "household_id"),
        ("persons", "division_code", "divisions", "division_code"),
        ("officials", "division_code", "divisions", "division_code"),
        ("officials", "person_id", "persons", "person_id"),
        ("card_transactions", "card_id", "cards", "card_id"),
        ("card_events", "card_id", "cards", "card_id"),
        ("dispositions", "disbursement_id", "disbursements", "disbursement_id"),
        ("program_rates", "program_id", "programs", "program_id"),
        ("kinship", "relative_id", "persons", "person_id"),
    ],
)
def test_references_hold(read: Reader, table: str, column: str, other: str, key: str) -> None:
    """What a row points at exists (the few that must not exist are payments to invented people)."""
    values = read(table)[column].dropna()
    assert values.isin(read(other)[key]).all()


def test_disbursements_come_in_the_order_of_submission(read: Reader) -> None:
    """Ids run with time, lines with the run."""
    frame = read("disbursements")
    assert frame["submitted_at"].is_monotonic_increasing
    assert frame["disbursement_id"].is_monotonic_increasing
    lines = frame.assign(line=frame["line_no"].astype(int)).groupby("run_id")["line"]
    assert (lines.max() == lines.count()).all()


def test_stages_run_before_the_money(read: Reader, county: SimulationReport) -> None:
    """Release comes before the first payment; each stage of an honest application after the one before."""
    approvals = read("approvals")
    release = approvals[approvals["stage"] == "finance_release"].set_index("application_id")["at"]
    paid = read("disbursements").groupby("application_id")["submitted_at"].min()
    both = pd.concat([release.rename("release"), paid], axis=1).dropna()
    assert (both["release"] <= both["submitted_at"]).all()
    assert county.rows["approvals"] == len(approvals)


def test_no_machine_path_in_the_data(read: Reader) -> None:
    """Text columns hold no path."""
    assert not read("complaints")["text"].str.contains(re.compile(r"/\w+/\w+")).any()
