"""Many rows by one statement: the same rows on record as one by one, and the same errors."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service.store import Database, fact_keys, scores
from service.store import _quick as quick
from service.store.fact_keys import FACT_KEYS, Key
from service.store.scores import SCORES
from tests.serving.conftest import START

NAME = "D-of-nobody"


def score(number: int) -> dict[str, Any]:
    """A row of scores."""
    row: dict[str, Any] = dict.fromkeys((c.name for c in SCORES.columns if c.name != "score_id"), "x")
    row |= {name: None for name in row if SCORES.c[name].nullable}
    row |= {"disbursement_id": f"{NAME}{number}", "kind": "before", "amount_fen": number, "fact_seq": number}
    row |= {"score": number / 7, "anomaly": 0.5, "degraded": number % 2 == 0, "reasons": b"sealed"}
    row |= {name: START + dt.timedelta(microseconds=number) for name in ("submitted_at", "as_of", "scored_at")}
    return row


def on_record(database: Database) -> list[dict[str, Any]]:
    """All scores, without their numbers."""
    with database.read() as connection:
        rows = connection.execute(select(SCORES).order_by(SCORES.c.amount_fen)).mappings().all()
    return [{name: value for name, value in row.items() if name != "score_id"} for row in rows]


def test_rows_are_as_they_were_given(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over several statements too; a row whose key is there stays as it is."""
    monkeypatch.setattr(quick, "VALUES", 100)
    rows = [score(number) for number in range(23)]
    with database.write() as connection:
        scores.add(connection, rows[:5])
        scores.add(connection, [{**row, "score": 0.0} for row in rows[:5]] + rows[5:])
    assert on_record(database) == rows


def test_what_must_not_be_empty_is_refused(database: Database) -> None:
    """Also where a row that is there already would be left out; the error quotes no value."""
    for name in ("program_id", "as_of"):
        with pytest.raises(IntegrityError) as refused, database.write() as connection:
            scores.add(connection, [score(1), {**score(2), name: None}])
        # PostgreSQL's own text quotes the row: nobody prints it.
        assert database.kind != "sqlite" or NAME not in str(refused.value)
    assert on_record(database) == []


def test_a_key_that_is_there_is_refused(database: Database) -> None:
    """Unless it is said that it may be; nothing of the rest is kept."""
    with pytest.raises(IntegrityError), database.write() as connection:
        fact_keys.put(connection, "persons", [Key(b"k", 1, b"c"), Key(b"k", 1, b"d")], 1)
    with database.read() as connection:
        assert connection.execute(select(FACT_KEYS)).all() == []
