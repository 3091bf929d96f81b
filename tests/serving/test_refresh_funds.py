"""Sums that are kept a few rows at a time are those kept at once, wherever it breaks off, whoever else is at it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select

from service.store import Database, kept_sums, payment_sums
from service.store.division_paths import replace
from service.store.payments import FUNDS_STALE, PAYMENTS
from service.work.context import Context
from service.work.funds import refresh
from service.work.funds.refresh import refresh_some
from tests.serving.broken_off import breaking
from tests.serving.payments_world import VILLAGES, fill

KEYS = ("run/R1", "run/R2", "item/P1/2019-03", "item/P2/2019-03", "item/P9/2019-03")

Told = dict[str, list[tuple[Any, ...]]]


def mark(context: Context, stamp: int = 7) -> None:
    """All sums are to be made again."""
    with context.database.write() as connection:
        connection.execute(delete(FUNDS_STALE))
        connection.execute(insert(FUNDS_STALE), [{"run_key": key, "stamp": stamp + n} for n, key in enumerate(KEYS)])


def told(context: Context) -> Told:
    """Every table of sums without the numbers rows were given, and what is stale."""
    found: Told = {}
    with context.database.read() as connection:
        for table in (*kept_sums.TABLES, FUNDS_STALE):
            columns = [c for c in table.columns if c.name not in ("atom", "row", "flow")]
            found[table.name] = sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
    return found


@pytest.fixture
def filled(context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Payments, two villages of one township; old sums under the same keys, some of a place that has none any more."""
    monkeypatch.setattr(refresh, "PAUSE_SECONDS", 0.0)
    fill(context, 1, answers=True)
    towns = [{"division_code": code, "parent_code": "519921100", "successor_code": None} for code in VILLAGES]
    with context.database.write() as connection:
        replace(connection, [*towns, {"division_code": "519921100", "parent_code": None, "successor_code": None}])
    return context


def old_sums(context: Context) -> None:
    """What stood before: the sums of other payments."""
    mark(context)
    while refresh_some(context):
        pass
    with context.database.write() as connection:
        for table in kept_sums.TABLES:
            gone = connection.execute(select(table).limit(1)).mappings().one()
            (primary,) = table.primary_key.columns
            row = {name: value for name, value in gone.items() if name != primary.name}
            connection.execute(insert(table), {**row, "run_key": "run/R1", "division_code": "519921999001"})
    mark(context)


@pytest.fixture
def expected(filled: Context, monkeypatch: pytest.MonkeyPatch) -> Told:
    """All at once."""
    with monkeypatch.context() as patched:
        patched.setattr(refresh, "ROWS", 10**9)
        mark(filled)
        assert refresh_some(filled)
        assert not refresh_some(filled)
    found = told(filled)
    assert all(len(found[table.name]) > 3 for table in kept_sums.TABLES)
    assert found["funds_stale"] == []
    return found


@pytest.mark.parametrize("rows", [1, 7, 20])
def test_a_few_rows_at_a_time(filled: Context, expected: Told, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Whatever stood under the keys before, also in places that have nothing any more."""
    old_sums(filled)
    assert told(filled) != expected
    monkeypatch.setattr(refresh, "ROWS", rows)
    while refresh_some(filled, 3):
        pass
    assert told(filled) == expected


def test_broken_off_anywhere_it_is_made_again(filled: Context, expected: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends after, or in the middle of, a transaction; a run stays stale until all of it is kept."""
    monkeypatch.setattr(refresh, "ROWS", 20)
    at = 0
    while True:
        old_sums(filled)
        at += 3
        with monkeypatch.context() as patched:
            patched.setattr(Database, "write", breaking(at, early=at % 2 == 0))
            try:
                refresh_some(filled)
                break
            except KeyboardInterrupt:
                pass
        while refresh_some(filled):
            pass
        assert told(filled) == expected
    assert at > 9
    assert told(filled) == expected


@pytest.mark.parametrize("rows", [1, 10**9])
def test_who_comes_second_with_what_it_saw_earlier_keeps_nothing(
    filled: Context, expected: Told, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Another worker made newer sums while this one thought: they stand, and nothing is there twice."""
    monkeypatch.setattr(refresh, "ROWS", rows)
    mark(filled)
    real, once = payment_sums.atoms, [True]

    def slow(connection: Connection, where: Any) -> Any:
        found = real(connection, where)
        if once:
            once.clear()
            with filled.database.write() as writing:
                writing.execute(delete(PAYMENTS).where(PAYMENTS.c.program_id == "P9"))
            mark(filled, stamp=100)
            while refresh_some(filled):
                pass
        return found

    monkeypatch.setattr(refresh, "atoms", slow)
    assert refresh_some(filled)
    found = told(filled)
    assert found["funds_stale"] == []
    assert found["funds"] == [row for row in expected["funds"] if "P9" not in row]


def test_what_goes_stale_meanwhile_stays_marked(filled: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment that came while the sums were made is in the next ones."""
    mark(filled)
    real = payment_sums.atoms

    def marks(connection: Connection, where: Any) -> Any:
        found = real(connection, where)
        mark(filled, stamp=50)
        return found

    monkeypatch.setattr(refresh, "atoms", marks)
    assert refresh_some(filled)
    assert {row[1] for row in told(filled)["funds_stale"]} == {50, 51, 52, 53, 54}
