"""The journal: what was answered is durable before it is in the database, and is in the database once."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.running.backup import back_up, restore
from service.store import Database, every_table, migrate
from service.store import journal as journals
from service.store.fact_keys import FACT_KEYS
from service.store.journal import Entry, Journal, Standing
from service.store.outbox import OUTBOX_EVENTS
from service.store.scores import SCORES
from service.store.verifications import VERIFICATIONS
from service.work.context import Context
from service.work.facts.accept import accept
from service.work.facts.history import History
from service.work.scoring import keeper as keepers
from service.work.scoring.asked import Asked, UnavailableError, checked
from service.work.scoring.live import LiveScorer
from service.work.scoring.read import scores_of
from service.work.scoring.recover import recover_if_free
from tests.county import County
from tests.serving.scoring_help import (
    NEWS,
    SYSTEM,
    counted,
    hand_over,
    payments,
    put_but_the_news,
    sent,
    small_county,
    without,
)

# Only on SQLite there is a journal: PostgreSQL has no one lock of writers.
pytestmark = pytest.mark.any_database

PAYMENTS = FACT_KEYS.c.table_name == "disbursements"


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county, invented once."""
    return small_county(tmp_path_factory)


@pytest.fixture
def new(county: County) -> list[dict[str, Any]]:
    """The last payments of the county, which are not on record yet."""
    return payments(county)[-NEWS:]


@pytest.fixture
def path(context: Context, county: County, new: list[dict[str, Any]], tmp_path: Path, monkeypatch: Any) -> Path:
    """Where the journal lies; the county is on record but for its last payments, an hour after the last of them."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))
    put_but_the_news(context, county, tmp_path / "sent")
    return context.settings.state / "journal.db"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups gather for as long as a test takes, unless somebody waits for them."""
    monkeypatch.setattr(keepers, "GATHER_SECONDS", 60.0)


@pytest.fixture
def scorer(context: Context, path: Path) -> Iterator[LiveScorer]:
    """One that scores with a journal."""
    found = LiveScorer(context, Journal(path))
    found.open()
    yield found
    found.close(30)


def asked(rows: list[dict[str, Any]], who: str = "tester") -> Asked:
    """A call with payments."""
    return checked(sent(rows), who)[0]


def dead(scorer: LiveScorer) -> None:
    """What kill -9 leaves: the journal without its owner, and nothing brought."""
    assert scorer._journal is not None
    scorer._journal.close()


def kept(context: Context) -> list[dict[str, Any]]:
    """The scores on record, by payment; what a clock or a number says is left out."""
    with context.database.read() as connection:
        rows = connection.execute(select(SCORES).order_by(SCORES.c.disbursement_id)).mappings().all()
    return [{k: v for k, v in row.items() if k not in ("score_id", "reasons", "fact_seq")} for row in rows]


def told(answers: list[Any]) -> list[dict[str, Any]]:
    """What callers heard, but whether the payment was seen before."""
    return [{k: v for k, v in row.items() if k != "seen_before"} for one in answers for row in one.rows]


def test_one_process_owns_it_and_what_is_added_is_there_for_the_next(tmp_path: Path) -> None:
    """Entries stay in order until they are dropped; one set aside is kept and not tried again."""
    path = tmp_path / "own" / "journal.db"
    assert journals.standing(path) == Standing(0, 0)
    first, second = Journal(path), Journal(path)
    assert first.own()
    assert first.own()
    assert not second.own()
    numbers = [first.add(Entry("live:a", b"facts", f"[{n}]")) for n in range(3)]
    assert journals.standing(path) == Standing(numbers[-1], 0)
    assert journals.waits(path, numbers[0])
    first.close()
    assert second.own()
    assert [(one.number, one.scores) for one in second.entries(2)] == [(numbers[0], "[0]"), (numbers[1], "[1]")]
    second.drop(numbers[:1])
    second.set_aside(numbers[1], "ValueError")
    assert [one.number for one in second.entries(9)] == numbers[2:]
    assert not journals.waits(path, numbers[1])
    assert journals.standing(path) == Standing(numbers[2], 1)
    second.close()
    assert path.stat().st_mode & 0o077 == 0
    assert first.own()
    assert first.add(Entry("live:a", b"", "[]")) > numbers[2]
    first.close()


def test_a_long_log_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much passes through, the files stay small."""
    monkeypatch.setattr(journals, "LOG_BYTES", 400_000)
    journal = Journal(tmp_path / "journal.db")
    assert journal.own()
    for n in range(400):
        journal.drop([journal.add(Entry("live:a", bytes(4000), "[]"))])
        journal.tidy(idle=n % 100 == 0)
    sizes = [Path(f"{tmp_path / 'journal.db'}{suffix}").stat().st_size for suffix in ("", "-wal")]
    assert max(sizes) < 1_000_000
    journal.close()


def test_answers_are_durable_first_and_in_the_database_a_moment_later(
    context: Context, scorer: LiveScorer, path: Path, new: list[dict[str, Any]], slow: None
) -> None:
    """Facts, scores, events and questions are those of the long way; the reasons on record are those told."""
    with context.database.read() as connection:
        before = len(connection.execute(select(FACT_KEYS).where(PAYMENTS)).all())
    answers = scorer.answer([asked(new[:10], "a"), asked(new[10:20], "b"), asked(new[20:], "a")])
    assert counted(context, SCORES) == 0
    assert journals.standing(path).newest > 0
    scorer.close(30)
    assert journals.standing(path) == Standing(0, 0)
    assert counted(context, FACT_KEYS, PAYMENTS) == before + NEWS
    rows = told(answers)
    looked_at = [row for row in rows if row["recommendation"] != "release"]
    assert looked_at
    assert counted(context, OUTBOX_EVENTS) == len(looked_at)
    assert counted(context, VERIFICATIONS) == sum(row["recommendation"] == "verify" for row in rows)
    for row in rows:
        (found,) = scores_of(context, SYSTEM, row["disbursement_id"]).scores
        assert {k: v for k, v in found.items() if k != "seen_before"} == row


def test_the_same_as_without_a_journal(
    context: Context, scorer: LiveScorer, path: Path, county: County, new: list[dict[str, Any]], tmp_path: Path
) -> None:
    """One at a time, each counting for those after it: the same numbers as one that keeps at once."""
    for row in new:
        scorer.answer([asked([row])])
    scorer.close(30)
    found = kept(context)
    every_table().drop_all(context.database.engine)
    every_table().create_all(context.database.engine)
    hand_over(context, without(county, {row["disbursement_id"] for row in new}), tmp_path / "again")
    other = LiveScorer(context)
    other.open()
    for row in new:
        other.answer([asked([row])])
    assert found == kept(context)


def test_a_crash_loses_nothing_and_doubles_nothing(
    context: Context, scorer: LiveScorer, path: Path, new: list[dict[str, Any]], slow: None
) -> None:
    """What the next scorer finds in the journal is on record with the scores that were told, once."""
    rows = told(scorer.answer([asked(new)]))
    dead(scorer)
    other = LiveScorer(context, Journal(path))
    other.open()
    again = other.answer([asked(new)])
    other.close(30)
    assert told(again) == rows
    assert all(row["seen_before"] for row in again[0].rows)
    assert counted(context, SCORES) == NEWS
    assert counted(context, OUTBOX_EVENTS) == sum(row["recommendation"] != "release" for row in rows)


def test_a_crash_between_database_and_journal_doubles_nothing(
    context: Context, scorer: LiveScorer, path: Path, new: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that is in the database and was not dropped adds neither facts nor events when it is brought again."""

    def torn(*_: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "drop", torn)
        rows = told(scorer.answer([asked(new)]))
        assert scorer._keeper is not None
        assert scorer._keeper.settle(30)
    events = counted(context, OUTBOX_EVENTS)
    facts = counted(context, FACT_KEYS, PAYMENTS)
    assert journals.standing(path).newest > 0
    dead(scorer)
    assert recover_if_free(context) >= 1
    assert recover_if_free(context, path) == 0
    assert journals.standing(path) == Standing(0, 0)
    assert (counted(context, OUTBOX_EVENTS), counted(context, FACT_KEYS, PAYMENTS)) == (events, facts)
    assert counted(context, SCORES) == len(rows) == NEWS


def test_sent_again_while_it_is_in_the_journal(
    context: Context, scorer: LiveScorer, new: list[dict[str, Any]], slow: None
) -> None:
    """The same payment gets the same answer; with other content as of the same moment it is refused as ever."""
    rows = told(scorer.answer([asked(new[:3])]))
    again = scorer.answer([asked(new[:3]), asked(new[3:5])])
    assert told(again)[:3] == rows
    assert [row["seen_before"] for row in again[0].rows] == [True] * 3
    (refused,) = scorer.answer([asked([{**new[4], "amount": new[4]["amount"] + 1}])])[0].rows
    assert refused["state"] == "refused"
    scorer.close(30)
    assert counted(context, SCORES) == 5


def test_on_record_with_other_content_meanwhile_is_set_aside(
    context: Context,
    scorer: LiveScorer,
    path: Path,
    county: County,
    new: list[dict[str, Any]],
    tmp_path: Path,
    slow: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Somebody hands over the same payment with another amount before the journal is brought: what stands stands, the
    others of the group are kept, and the entry stays for somebody to look at."""
    caplog.set_level(logging.INFO)
    scorer.answer([asked(new[:1])])
    scorer.answer([asked(new[1:4])])
    table = county.tables["disbursements"]
    (place,) = [
        i for i, one in enumerate(table.column("disbursement_id").to_pylist()) if one == new[0]["disbursement_id"]
    ]
    other = table.slice(place, 1).to_pylist()[0]
    other["amount"] += 1
    import pyarrow as pa

    hand_over(context, {"disbursements": pa.Table.from_pylist([other], schema=table.schema)}, tmp_path / "other")
    assert scorer._keeper is not None
    assert scorer._keeper.settle(30)
    assert journals.standing(path) == Standing(0, 1)
    assert scorer.history.stale
    assert {row["disbursement_id"] for row in kept(context)} == {row["disbursement_id"] for row in new[1:4]}
    assert "on record with other content" in caplog.text
    assert str(new[0]["person_id"]) not in caplog.text
    assert new[0]["disbursement_id"] not in caplog.text


def test_a_database_that_takes_nothing_is_waited_for(
    context: Context, scorer: LiveScorer, path: Path, new: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers go on until too many wait; then callers hear when to come back, and nothing is lost."""
    monkeypatch.setattr(keepers, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr("service.work.scoring.live.BACKLOG", 5)
    away = threading.Event()
    write = Database.write

    def refuse(database: Database, **more: Any) -> Any:
        if away.is_set() and threading.current_thread().name == "keeper":
            raise OperationalError("commit", {}, sqlite3.OperationalError("database or disk is full"))
        return write(database, **more)

    monkeypatch.setattr(Database, "write", refuse)
    away.set()
    rows = told(scorer.answer([asked(new[:5])]))
    with pytest.raises(UnavailableError) as refused:
        scorer.answer([asked(new[5:6])])
    assert (refused.value.kind, refused.value.retry_after) == ("database-away", 2)
    assert counted(context, SCORES) == 0
    away.clear()
    assert scorer._keeper is not None
    assert scorer._keeper.settle(30)
    rows += told(scorer.answer([asked(new[5:6])]))
    scorer.close(30)
    assert counted(context, SCORES) == len(rows) == 6
    assert not scorer.history.stale


def test_what_can_never_be_brought_stays_and_the_rest_goes_on(
    context: Context, scorer: LiveScorer, path: Path, new: list[dict[str, Any]], slow: None, monkeypatch: Any
) -> None:
    """One entry at which the code stumbles keeps no other from the database, and the history is made anew."""

    def stumble(context: Context, connection: Any, table: Any, rows: Any, *given: Any, **more: Any) -> Any:
        if new[1]["disbursement_id"] in rows.column("disbursement_id").to_pylist():
            raise ArithmeticError
        return accept(context, connection, table, rows, *given, **more)

    monkeypatch.setattr("service.work.scoring.bring.accept", stumble)
    for row in new[:3]:
        scorer.answer([asked([row])])
    assert scorer._keeper is not None
    assert scorer._keeper.settle(30)
    assert journals.standing(path) == Standing(0, 1)
    assert {row["disbursement_id"] for row in kept(context)} == {new[i]["disbursement_id"] for i in (0, 2)}
    assert scorer.history.stale


def test_a_successor_waits_until_the_one_before_it_has_ended(
    context: Context, scorer: LiveScorer, path: Path, new: list[dict[str, Any]], slow: None, monkeypatch: Any
) -> None:
    """Two never score at once; the second knows all the first answered."""
    monkeypatch.setattr("service.work.scoring.live.OWN_SECONDS", 0.05)
    scorer.answer([asked(new[:20])])
    other = LiveScorer(context, Journal(path))
    other.open()
    with pytest.raises(UnavailableError) as refused:
        other.answer([asked(new[20:])])
    assert refused.value.kind == "scorer-away"
    scorer.close(30)
    other.answer([asked(new[20:])])
    assert other.history.ledger.tables["disbursements"].rows == counted(context, FACT_KEYS, PAYMENTS) + NEWS - 20
    other.close(30)
    assert counted(context, SCORES) == NEWS


def test_who_looks_for_a_payment_waits_until_it_is_there(
    context: Context, scorer: LiveScorer, new: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after the answer the score is found; one that was never sent is not waited for long."""
    monkeypatch.setattr(keepers, "GATHER_SECONDS", 0.4)
    scorer.answer([asked(new[:1])])
    found = scores_of(context, SYSTEM, new[0]["disbursement_id"])
    assert len(found.scores) == 1
    assert scorer._keeper is not None
    assert scorer._keeper.settle(30)

    def waits(_seconds: float) -> None:
        raise AssertionError("nothing is on its way, and it was waited for")

    monkeypatch.setattr("service.work.scoring.settled.time.sleep", waits)
    assert not scores_of(context, SYSTEM, "never").scores


def test_a_backup_holds_what_is_in_the_journal(
    context: Context,
    scorer: LiveScorer,
    path: Path,
    new: list[dict[str, Any]],
    slow: None,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    """Copied while it waits, put back where the journal is of another time: once on record."""
    monkeypatch.setattr(migrate, "upgrade", lambda database, *_: every_table().create_all(database.engine))
    scorer.answer([asked(new[:7])])
    back_up(context, tmp_path / "archive.tar")
    assert scorer._keeper is not None
    assert scorer._keeper.settle(30)
    scorer.answer([asked(new[7:])])
    dead(scorer)
    restore(context, tmp_path / "archive.tar", overwrite=True)
    assert {row["disbursement_id"] for row in kept(context)} == {row["disbursement_id"] for row in new[:7]}
    assert journals.standing(path) == Standing(0, 0)


def test_a_history_is_not_fooled_by_a_batch_nobody_can_read_yet(
    context: Context, path: Path, county: County, new: list[dict[str, Any]], tmp_path: Path
) -> None:
    """A number said before its transaction ends hides no batch of others, and is free again where it did not end."""
    history = History.open(context)
    rows = history.ledger.tables["disbursements"].rows
    history.put_on_record(history.seq + 1)
    assert history.catch_up().rows == {}
    history.forget([history.seq + 1])
    hand_over(context, {"disbursements": county.tables["disbursements"]}, tmp_path / "rest")
    assert history.catch_up().rows["disbursements"] == NEWS
    assert history.ledger.tables["disbursements"].rows == rows + NEWS
