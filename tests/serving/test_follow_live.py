"""What follows from single payments is the same however many are followed at once, and wherever it breaks off."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Table, delete, select

from features.contract import TABLES
from features.intake import accept_rows
from service.clock import SetClock
from service.store import Database, facts, followers, jobs
from service.store.followers import FOLLOWERS
from service.store.payments import FUNDS_STALE, PAYMENTS
from service.store.personal_values import PERSONAL_VALUES
from service.work.context import Context
from service.work.facts import follow_live
from service.work.facts.accept import accept
from service.work.facts.batches import CONTENT, opened, sealed
from service.work.facts.follow_live import KIND, LIVE, follow_some
from service.work.facts.follow_ups import payments_follow
from service.work.facts.hashes import hashes_of
from service.work.jobs import work_once
from tests.serving.broken_off import breaking

VILLAGE, OTHER = "519921100204", "519921100205"
KEPT: tuple[Table, ...] = (PAYMENTS, PERSONAL_VALUES, FUNDS_STALE)
FOLLOW = {KIND: follow_live.follow_live}


def put(context: Context, rows: list[dict[str, str]], source: str = f"{LIVE}finance") -> None:
    """Payments in one batch, as the scorer keeps them: what follows is left to the job."""
    table = TABLES["disbursements"]
    found = accept_rows(table, rows)
    assert not found.quarantine
    hashes = hashes_of(context.seal, table, found.batch)
    with context.database.write() as connection:
        assert accept(context, connection, table, found.batch, hashes, source=source, follow=False).seq is not None


def payment(number: int, at: dt.datetime, **more: str) -> dict[str, str]:
    """A payment of a few people and cards, which come again."""
    return {
        "disbursement_id": f"D{number}", "program_id": f"P0{number % 3}", "period": "2019-06",
        "person_id": f"p{number % 7}", "card_id": f"62990110000000000{number % 11:02d}", "amount": f"{100 + number}.00",
        "division_code": VILLAGE if number % 2 else OTHER, "submitted_at": at.isoformat(), **more,
    }  # fmt: skip


@pytest.fixture
def payments(context: Context, clock: SetClock) -> Context:
    """Batches of one to four payments: with and without a run, with a name, corrected later, made again, known to
    somebody else before; and others' batches in between."""
    number = 0
    for batch in range(12):
        rows = []
        for _ in range(batch % 4 + 1):
            more = {} if number % 4 else {"run_id": f"R{number % 3}", "payee_name": f"农户{number % 7}"}
            rows.append(payment(number, clock.now(), **more))
            number += 1
        if batch % 3 == 2:
            corrected = {"program_id": "P09", "amount": "5.00", "run_id": "R9"}
            rows.append(payment(batch, clock.now() + dt.timedelta(seconds=1), **corrected))
            rows.append(payment(100 + batch, clock.now(), reissue_of=f"D{batch - 1}"))
        put(context, rows)
        if batch % 4 == 1:
            put(context, [payment(200 + batch, clock.now(), person_id="elsewhere")], source="intake")
        clock.move(minutes=7)
    return context


def one_by_one(context: Context) -> None:
    """Follow each batch by itself, in a transaction of its own."""
    with context.database.read() as connection:
        found = facts.batches_of(connection, 0, LIVE, 1000, 1_000_000)
    for row in found:
        with context.database.write() as connection:
            (batch,) = opened(context, row["content"]).to_batches()
            payments_follow(context, connection, batch).keep(context, connection, int(row["seq"]))


def told(context: Context) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that follows, without the numbers rows were given; what is sealed opened; and whether sums are asked
    for."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with context.database.read() as connection:
        for table in KEPT:
            columns = [c for c in table.columns if c.name not in ("payment", "stamp")]
            found[table.name] = sorted((_plain(context, row) for row in connection.execute(select(*columns))), key=repr)
        found["jobs"] = [tuple(row) for row in connection.execute(select(jobs.JOBS.c.kind, jobs.JOBS.c.due_at))]
    return found


def _plain(context: Context, row: Any) -> tuple[Any, ...]:
    about = b"personal_values.value"
    return tuple(context.seal.open(value, about) if isinstance(value, bytes) else value for value in row)


def forgotten(context: Context) -> None:
    """As if nothing had been followed."""
    with context.database.write() as connection:
        for table in (*KEPT, jobs.JOBS, FOLLOWERS):
            connection.execute(delete(table))


@pytest.fixture
def expected(payments: Context) -> dict[str, list[tuple[Any, ...]]]:
    """What follows when each batch is followed by itself."""
    one_by_one(payments)
    found = told(payments)
    forgotten(payments)
    assert len(found["payments"]) > 30
    assert sum(row[2] is not None for row in found["payments"]) == 4
    assert len(found["personal_values"]) == 7 + 7 + 11
    assert len(found["jobs"]) == 1
    return found


@pytest.mark.parametrize(("batches", "rows", "kept"), [(400, 1000, 100), (400, 1000, 5), (5, 7, 3), (1, 1, 1)])
def test_groups_of_any_size_keep_the_same(
    payments: Context,
    expected: dict[str, list[tuple[Any, ...]]],
    monkeypatch: pytest.MonkeyPatch,
    batches: int,
    rows: int,
    kept: int,
) -> None:
    """Thought over together and kept in parts: the tables are those of one batch at a time."""
    for name, value in (("BATCHES", batches), ("ROWS", rows), ("KEPT", kept), ("PAUSE_SECONDS", 0.0)):
        monkeypatch.setattr(follow_live, name, value)
    while follow_some(payments):
        pass
    assert told(payments) == expected


def test_broken_off_anywhere_nothing_is_missing_and_nothing_double(
    payments: Context, expected: dict[str, list[tuple[Any, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends after the first, in the middle of the second transaction ...; another one goes on."""
    monkeypatch.setattr(follow_live, "KEPT", 5)
    monkeypatch.setattr(follow_live, "PAUSE_SECONDS", 0.0)
    at = 0
    while True:
        at += 1
        with monkeypatch.context() as patched:
            patched.setattr(Database, "write", breaking(at, early=at % 2 == 0))
            try:
                follow_some(payments)
                break
            except KeyboardInterrupt:
                pass
        while follow_some(payments):
            pass
        assert told(payments) == expected
        forgotten(payments)
    assert at > 8
    assert told(payments) == expected


def test_two_workers_at_once_keep_each_payment_once(
    payments: Context, expected: dict[str, list[tuple[Any, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second has thought in vain."""
    monkeypatch.setattr(follow_live, "KEPT", 5)
    thought, once = payments_follow, [True]

    def other_first(*given: Any) -> Any:
        found = thought(*given)
        if once:
            once.clear()
            while follow_some(payments):
                pass
        return found

    monkeypatch.setattr(follow_live, "payments_follow", other_first)
    follow_some(payments)
    assert told(payments) == expected


def test_the_job_follows_all_that_is_there_and_comes_again(
    payments: Context, expected: dict[str, list[tuple[Any, ...]]], clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a group is followed at once; then it waits, so that what comes meanwhile is one group again."""
    monkeypatch.setattr(follow_live, "ROWS", 6)
    with payments.database.write() as connection:
        jobs.add(connection, KIND, {}, clock.now(), name=KIND)
    assert work_once(payments, FOLLOW, "worker", kinds={KIND})
    found = told(payments)
    (again,) = [row for row in found.pop("jobs") if row[0] == KIND]
    assert found == {name: rows for name, rows in expected.items() if name != "jobs"}
    assert again[1] == clock.now() + follow_live.EVERY
    assert not work_once(payments, FOLLOW, "worker", kinds={KIND})


def test_batches_of_others_are_passed_over_once(context: Context, clock: SetClock) -> None:
    """A table of a thousand batches is not looked through every two seconds until the next payment comes."""
    (batch,) = [accept_rows(TABLES["disbursements"], [payment(1, clock.now())]).batch]
    content = sealed(context, batch)
    assert context.seal.open(content, CONTENT)

    def others(count: int) -> int:
        with context.database.write() as connection:
            for _ in range(count):
                last = facts.add_batch(connection, "persons", 1, content, "intake", clock.now())
        return last

    def there() -> int:
        with context.database.read() as connection:
            return followers.seq_of(connection, KIND)

    others(follow_live.PASSED)
    assert not follow_some(context)
    assert there() == 0
    last = others(1)
    assert not follow_some(context)
    assert there() == last
    put(context, [payment(1, clock.now())])
    assert follow_some(context) == follow_live.Followed(1, 1)
    assert there() == last + 1
