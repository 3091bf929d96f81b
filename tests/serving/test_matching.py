"""Departments' lists matched in the service: once, the same after a crash, with what people said, and in scores."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.running.handlers import LONG, all_handlers
from service.store import match_answers, match_rows, match_runs
from service.store.audit_lines import AUDIT_LINES
from service.store.jobs import JOBS
from service.store.match_answers import Answer
from service.store.match_rows import MATCH_ROWS
from service.store.match_runs import MATCH_RUNS
from service.store.outbox import OUTBOX_EVENTS
from service.work.context import Context
from service.work.facts.history import History
from service.work.jobs import work_once
from service.work.matching import kept_rows
from service.work.matching import run as running
from service.work.matching.answer import answer, undo
from service.work.matching.ask import ask
from service.work.matching.errors import MatchingError
from service.work.matching.jobs import NIGHTLY, begin_recurring
from service.work.matching.lines import set_lines
from tests.serving.matching_world import (
    decisions,
    lists,
    matched,
    number,
    persons,
    put_on_record,
    row,
    somebody,
    standing,
    work,
)
from tests.serving.portrait_world import hand_over

VERIFIER = somebody("department_verifier", name="he.verifier")


@pytest.fixture
def world(context: Context, tmp_path: Path) -> Context:
    """The tiny county on record, not matched yet."""
    put_on_record(context, tmp_path)
    return context


def say(context: Context, row_id: str, said: Answer) -> int:
    """Somebody's answer to a row as it stands."""
    found = standing(context, row_id)
    return answer(context, VERIFIER, found.row_hash, found.content, said)[0]


def later(context: Context, clock: SetClock) -> None:
    """Ten minutes on, with what is then due."""
    clock.move(minutes=11)
    work(context)


def events(context: Context) -> dict[str, str | None]:
    """Who each row counts for now, as scores read it."""
    found = History.open(context).ledger.contents("matched_events").to_pylist()
    return {one["row_id"]: one["person_id"] for one in sorted(found, key=lambda one: one["recorded_at"])}


def match_answers_of(context: Context) -> list[int]:
    """Numbers of the answers that stand."""
    with context.database.read() as connection:
        return [one.answer_id for one in match_answers.standing(connection)]


def rows_of(context: Context) -> list[Any]:
    """Every row, whole."""
    with context.database.read() as connection:
        return sorted(connection.execute(select(MATCH_ROWS)).all(), key=lambda one: str(one.row_hash))


def test_a_run_finds_who_is_meant(world: Context) -> None:
    """A right number, a mistyped one, a namesake who cannot be told apart, a stranger; counts are those of the rows."""
    run = matched(world)
    found = decisions(world)
    assert {found[one] for one in ("R-liu", "R-wang", "R-yang", "R-far")} == {"same"}
    assert found["R-twins"] == "unsure"
    assert found["R-nobody"] == "none"
    assert standing(world, "R-twins").tied
    assert standing(world, "R-liu").person_hash == world.seal.hash("person", number("liu"))
    assert (run.rows, run.same, run.unsure, run.none) == (
        len(lists()), *(list(found.values()).count(one) for one in ("same", "unsure", "none")),
    )  # fmt: skip
    with world.database.read() as connection:
        actions = list(connection.execute(select(AUDIT_LINES.c.action)).scalars())
        told = connection.execute(select(OUTBOX_EVENTS.c.data).where(OUTBOX_EVENTS.c.type == running.DONE)).scalar()
    assert [one for one in actions if one.startswith("matching.")] == ["matching.asked", "matching.done"]
    assert told == {"rows": run.rows, "same": run.same, "unsure": run.unsure, "none": run.none}


def test_links_count_in_scores_with_what_they_rest_on(world: Context) -> None:
    """The events of `mingbai keep-matches`: `same` alone, by number or by details, known since the list was."""
    matched(world)
    found = {one["row_id"]: one for one in History.open(world).ledger.contents("matched_events").to_pylist()}
    same = {one for one, stands in decisions(world).items() if stands == "same"}
    assert set(found) == same
    assert found["R-liu"]["basis"] == "number"
    assert found["R-liu"]["person_id"] == number("liu")
    assert found["R-liu"]["recorded_at"] == dt.datetime(2019, 4, 2, 1, tzinfo=dt.UTC)
    with world.database.read() as connection:
        kinds = list(connection.execute(select(JOBS.c.kind).where(JOBS.c.state == "waiting")).scalars())
    assert "rescore" in kinds


def test_a_second_run_changes_nothing(world: Context, clock: SetClock) -> None:
    """The same data again: the same rows, written by the first run, and no event twice."""
    matched(world)
    before, told = rows_of(world), events(world)
    clock.move(days=1)
    run = matched(world)
    assert [(one.row_hash, one.run_id, one.content) for one in rows_of(world)] == [
        (one.row_hash, 1, one.content) for one in before
    ]
    assert events(world) == told
    assert (run.events_new, run.events_changed, run.events_back) == (0, 0, 0)


@pytest.mark.parametrize("where", ["rows", "events", "finish"])
def test_a_crash_at_any_point_leaves_nothing_twice(
    world: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Broken off after some rows, before the events, in the last transaction: the next worker ends the same run."""
    monkeypatch.setattr(kept_rows, "ROWS", 2)
    with monkeypatch.context() as broken:
        if where == "rows":
            real, calls = match_rows.put, []

            def put(connection: Any, rows: Any) -> None:
                calls.append(1)
                if len(calls) == 3:
                    raise SystemExit
                real(connection, rows)

            broken.setattr(match_rows, "put", put)
        else:
            name = "events_of" if where == "events" else "record"

            def stop(*_: Any, **__: Any) -> Any:
                raise SystemExit

            broken.setattr(running, name, stop)
        run = ask(world, somebody("data_scientist"))
        with pytest.raises(SystemExit):
            work(world)
    with world.database.read() as connection:
        found = match_runs.get(connection, run.run_id)
    assert found is not None
    assert found.state == "waiting"
    assert "matched_events" not in History.open(world).ledger.tables
    clock.move(minutes=2)  # The dead worker's hold is over.
    work(world)
    with world.database.read() as connection:
        assert [one.state for one in match_runs.recent(connection, 9)] == ["done"]
    table = History.open(world).ledger.contents("matched_events")
    assert (
        len(set(table.column("row_id").to_pylist())) == table.num_rows == list(decisions(world).values()).count("same")
    )


def test_a_run_that_was_done_is_not_done_again(world: Context) -> None:
    """A job that comes once more finds it done: no second set of events."""
    from service.store import jobs

    run = matched(world)
    before = events(world)
    with world.database.write() as connection:
        jobs.add(connection, "match", {"run": run.run_id}, world.clock.now())
    work(world)
    assert events(world) == before
    with world.database.read() as connection:
        assert match_runs.get(connection, run.run_id) == run


def test_one_waits_at_a_time(world: Context) -> None:
    first = ask(world, somebody("data_scientist"))
    assert ask(world, somebody("administrator")).run_id == first.run_id
    with world.database.read() as connection:
        assert len(list(connection.execute(select(MATCH_RUNS.c.run_id)))) == 1


def test_who_may_ask_and_for_what(context: Context, world: Context) -> None:
    with pytest.raises(MatchingError) as refused:
        ask(world, somebody("data_scientist", divisions=("519921000000",)))
    assert refused.value.kind == "not-allowed"


def test_without_lists_there_is_nothing_to_match(context: Context, tmp_path: Path) -> None:
    with pytest.raises(MatchingError) as refused:
        ask(context, somebody("data_scientist"))
    assert refused.value.kind == "conflict"


def test_what_is_too_large_is_said(world: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, and nothing of the lists goes to a disk instead: the run says so, and nothing is changed."""
    monkeypatch.setattr(running, "MEMORY_GB", 0.000001)
    run = ask(world, somebody("data_scientist"))
    work(world)
    with world.database.read() as connection:
        found = match_runs.get(connection, run.run_id)
    assert found is not None
    assert found.state == "failed"
    assert found.problem == running.TOO_LARGE
    assert rows_of(world) == []


def test_cleared_pairs_stay_cleared_until_the_data_change(world: Context, clock: SetClock, tmp_path: Path) -> None:
    """Somebody says that the person of a right number is another: the event is taken back, and stays so; when the
    register's entry changes, the pair is looked at again."""
    matched(world)
    assert events(world)["R-liu"] == number("liu")
    say(world, "R-liu", "different")
    assert decisions(world)["R-liu"] == "none"
    later(world, clock)
    assert decisions(world)["R-liu"] != "same"
    assert events(world)["R-liu"] is None
    run = matched(world)
    assert run.cleared == 1
    assert decisions(world)["R-liu"] != "same"
    person = next(one for one in persons() if one["person_id"] == number("liu"))
    person |= {"phone": "13999990000", "recorded_at": "2019-06-30T08:00:00+08:00"}
    hand_over(world, tmp_path, {"persons": [person]})
    matched(world)
    assert decisions(world)["R-liu"] == "same"
    assert events(world)["R-liu"] == number("liu")


def test_what_somebody_confirmed_stays(world: Context, clock: SetClock, tmp_path: Path) -> None:
    """Of two namesakes one is confirmed: no longer a question, not even when the list's other rows come again."""
    matched(world)
    twins = standing(world, "R-twins")
    say(world, "R-twins", "same")
    assert decisions(world)["R-twins"] == "same"
    later(world, clock)
    assert decisions(world)["R-twins"] == "same"
    assert standing(world, "R-twins").person_hash == twins.person_hash
    meant = events(world)["R-twins"]
    assert meant is not None
    assert world.seal.hash("person", meant) == twins.person_hash
    hand_over(world, tmp_path, {"department_rows": [*lists(), row("R-new", "chen")]})
    run = matched(world)
    assert run.confirmed == 1
    assert decisions(world)["R-twins"] == "same"
    said = match_answers_of(world)[0]
    undo(world, VERIFIER, said)
    assert decisions(world)["R-twins"] == "unsure", "what was found before anybody spoke"
    later(world, clock)
    assert decisions(world)["R-twins"] == "unsure"
    assert events(world)["R-twins"] is None
    found = {one["row_id"]: one["basis"] for one in History.open(world).ledger.contents("matched_events").to_pylist()}
    assert found["R-twins"] == "details", "a person's word is no identity number: a death by details alone still asks"


def test_an_answer_is_taken_back(world: Context, clock: SetClock) -> None:
    """What was found stands again at once, and counts again with the next run; who took it back is on record."""
    matched(world)
    said = say(world, "R-liu", "different")
    later(world, clock)
    assert events(world)["R-liu"] is None
    undo(world, VERIFIER, said)
    later(world, clock)
    assert decisions(world)["R-liu"] == "same"
    assert events(world)["R-liu"] == number("liu")
    with world.database.read() as connection:
        kept = match_answers.get(connection, said)
        assert kept is not None
        assert (kept.undone_by, kept.undone_at is not None) == ("he.verifier", True)
        actions = list(connection.execute(select(AUDIT_LINES.c.action)).scalars())
    assert actions.count("matching.undone") == 1
    with pytest.raises(MatchingError) as refused:
        undo(world, VERIFIER, said)
    assert refused.value.kind == "conflict"


def test_an_answer_while_a_run_is_under_way_stands(world: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that knew nothing of it writes the row anew; what somebody said stands above it."""
    matched(world)
    real = kept_rows.keep_rows

    def answered_meanwhile(*arguments: Any) -> None:
        real(*arguments)
        say(world, "R-yang", "different")

    monkeypatch.setattr("service.work.matching.run.keep_rows", answered_meanwhile)
    matched(world)
    assert decisions(world)["R-yang"] == "none"


def test_lines_somebody_set_decide_from_then_on(world: Context, clock: SetClock) -> None:
    matched(world)
    twins = standing(world, "R-twins")
    set_lines(world, somebody("data_scientist"), 0.9, min(0.49, twins.probability + 0.01), "抽样复核后调整判定线")
    clock.move(minutes=1)
    work(world)
    with world.database.read() as connection:
        run = match_runs.newest(connection)
    assert run is not None
    assert (run.why, run.none_probability) == ("lines", min(0.49, twins.probability + 0.01))


def test_every_night_where_something_came(world: Context, clock: SetClock, tmp_path: Path) -> None:
    """One run a night, and none where nothing is new."""

    def night() -> int:
        clock.move(days=1)
        begin_recurring(world)
        while work_once(world, all_handlers().every, "test", kinds=(NIGHTLY, "match")):
            pass
        with world.database.read() as connection:
            return len(match_runs.recent(connection, 99))

    begin_recurring(world)
    assert night() == 1
    assert night() == 1
    hand_over(world, tmp_path, {"department_rows": [*lists(), row("R-new", "chen")]})
    assert night() == 2
    assert decisions(world)[world.seal.hash("row", "R-new")] == "same"


def test_it_has_the_lane_of_what_takes_long() -> None:
    assert "match" in LONG
    assert {"match", "match_soon", NIGHTLY} <= set(all_handlers().every)
