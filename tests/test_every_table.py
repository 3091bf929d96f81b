"""Checks every table of the contract passes; they start with: as many tables as files."""

from __future__ import annotations

from pathlib import Path

import pytest

import features.contract
from features.contract import TABLES, Table
from features.intake import accept_rows

FOLDER = Path(features.contract.__file__).parent
each_table = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))


def test_as_many_tables_as_files() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")}
    assert set(TABLES) == files
    assert len(TABLES) == 23


def test_required_tables() -> None:
    assert [t.name for t in TABLES.values() if t.required] == [
        "divisions",
        "persons",
        "cards",
        "programs",
        "disbursements",
    ]


@each_table
def test_declaration_is_whole(table: Table) -> None:
    names = [c.name for c in table.columns]
    assert len(names) == len(set(names))
    assert set(table.key) | set(table.evidence_key) | ({table.clock} if table.clock else set()) <= set(names)
    assert table.doc.endswith(".")
    assert all(c.doc for c in table.columns)
    assert table.required or table.lost_without
    assert all(bool(c.values) == (c.type == "enum") for c in table.columns)
    assert all(table.column(name).required for name in table.key)
    assert not table.versioned or (table.key and table.clock)
    assert table.clock is None or table.column(table.clock).type in {"ts", "date"}


@each_table
def test_evidence_ends_in_an_identifier(table: Table) -> None:
    last = table.column(table.evidence_key[-1])
    assert last.type == "id"
    assert last.required
    assert last.entity


@each_table
def test_good_rows_are_taken(table: Table) -> None:
    assert table.good_rows
    taken = accept_rows(table, table.good_rows)
    assert [(row.column, row.reason) for row in taken.quarantine] == []
    assert taken.accepted == len(table.good_rows)
    shown = {name for row in table.good_rows for name, value in row.items() if value}
    empty = {name for row in table.good_rows for name, value in row.items() if not value}
    assert shown | empty >= {c.name for c in table.columns}, "the good rows should show every column"


@each_table
def test_bad_rows_are_refused_for_their_reason(table: Table) -> None:
    assert len(table.bad_rows) >= 2
    for row, column, code in table.bad_rows:
        taken = accept_rows(table, [row])
        assert [(q.column, q.code) for q in taken.quarantine] == [(column, code)]
        assert taken.accepted == 0


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(KeyError, match="persons has no column 'surname'"):
        TABLES["persons"].column("surname")
