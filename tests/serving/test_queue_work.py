"""Work on cases: deadlines, assignment, notes, links, bulk, cases opened by hand."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.store import jobs, scores
from service.store.audit_lines import AUDIT_LINES
from service.store.case_notes import CASE_NOTES
from service.store.outbox import OUTBOX_EVENTS
from service.work.context import Context
from service.work.jobs import work_once
from service.work.queue import jobs as queue_jobs
from service.work.queue.assign_case import assign_case, assign_waiting
from service.work.queue.bulk import assign_many, move_many
from service.work.queue.close_case import close_case
from service.work.queue.closing import Closing
from service.work.queue.deadlines import pass_deadlines
from service.work.queue.errors import Conflict, NotAllowed, NotThere, Unfit
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.link_cases import link_cases
from service.work.queue.move_case import move_case
from service.work.queue.open_by_hand import open_by_hand
from service.work.queue.read_case import read_case, read_history
from service.work.queue.split_cases import merge_cases, split_case
from service.work.queue.working_days import WorkingDays, working_days
from service.work.queue.write_note import read_notes, write_note
from tests.serving.queue_world import (
    COUNTY,
    FAR,
    VILLAGE,
    case_row,
    kin,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
    with_account,
)

ANNA, BEN = somebody(1, "investigator"), somebody(2, "supervisor")


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def many(context: Context, count: int) -> list[str]:
    """So many cases, the most urgent first."""
    return [opened(context, new_case(member(n, loss_fen=10_000 - n), hub_id=f"O{n}")).case_id for n in range(count)]


# Deadlines


def test_a_deadline_counts_working_days(context: Context, clock: SetClock) -> None:
    """Five working days over the National Day holidays: weekends worked in their place count."""
    clock.at = dt.datetime(2019, 9, 27, 2, 0, tzinfo=dt.UTC)
    number = opened(context, new_case(member(1))).case_id
    # Sunday 29 and Monday 30 September, then 8, 9, 10 October.
    assert case_row(context, number).due_at == dt.datetime(2019, 10, 10, 16, 0, tzinfo=dt.UTC)


def test_a_deployment_names_its_own_holidays(context: Context) -> None:
    """A file in the home replaces the years it names, and the others stay."""
    context.settings.home.mkdir(parents=True, exist_ok=True)
    (context.settings.home / "holidays.toml").write_text('[2030]\noff = ["2030-01-01/2030-01-04"]\n', encoding="utf-8")
    days = working_days(context)
    assert days.after(dt.date(2029, 12, 31), 1) == dt.date(2030, 1, 7)
    assert days.works(dt.date(2019, 9, 29))
    assert WorkingDays(frozenset(), frozenset()).after(dt.date(2030, 1, 4), 1) == dt.date(2030, 1, 7)


def test_what_is_overdue_is_told_once(context: Context, clock: SetClock) -> None:
    """Once, however often it is looked at and whether the clock jumps back; a change of state ends it."""
    number = opened(context, new_case(member(1))).case_id
    clock.move(days=20)
    assert pass_deadlines(context) == 1
    assert pass_deadlines(context) == 0
    clock.move(days=-20)
    assert pass_deadlines(context) == 0
    clock.move(days=21)
    assert pass_deadlines(context) == 0
    with context.database.read() as connection:
        events = list(connection.execute(select(OUTBOX_EVENTS.c.type)).scalars())
    assert events.count("org.mingbai.case.overdue") == 1
    assert [row.case_id for row in find_cases(context, BEN, Filter(escalated=True), None, 10).cases] == [number]
    move_case(context, ANNA, number, 2, "preliminary_check", "开始核实")
    assert find_cases(context, BEN, Filter(escalated=True), None, 10).cases == []
    clock.move(days=120)
    assert pass_deadlines(context) == 1


def test_a_held_case_comes_back_by_itself(context: Context, clock: SetClock) -> None:
    """To the state it was held from, at the start of the day, once; a day in the past is no day."""
    number = opened(context, new_case(member(1))).case_id
    move_case(context, ANNA, number, 1, "preliminary_check", "看")
    for until in (None, dt.date(2019, 7, 1), dt.date(2021, 1, 1)):
        with pytest.raises(Unfit):
            move_case(context, ANNA, number, 2, "held", "等雨季过去", until=until)
    move_case(context, ANNA, number, 2, "held", "等雨季过去", until=dt.date(2019, 9, 2))
    clock.move(days=60)
    assert pass_deadlines(context) == 0
    clock.at = dt.datetime(2019, 9, 1, 16, 0, tzinfo=dt.UTC)
    assert pass_deadlines(context) == 1
    row = case_row(context, number)
    assert (row.state, row.held_from, row.escalated_at) == ("preliminary_check", None, None)
    assert row.due_at > clock.now()
    assert [step.action for step in read_history(context, ANNA, number, 0, 10)] == [
        "opened", "moved", "moved", "returned",
    ]  # fmt: skip


def test_the_job_of_deadlines_comes_again_at_the_next_one(context: Context, clock: SetClock) -> None:
    """Begun once it goes on by itself, and a worker that dies loses no deadline."""
    number = opened(context, new_case(member(1))).case_id
    queue_jobs.begin_recurring(context)
    queue_jobs.begin_recurring(context)
    with context.database.read() as connection:
        kinds = list(connection.execute(select(jobs.JOBS.c.kind)).scalars())
    assert sorted(kinds) == ["queue_deadlines", "refresh_queue", "sweep_attachments"]
    handlers = {"queue_deadlines": queue_jobs.JOBS["queue_deadlines"]}
    clock.move(days=20)
    with context.database.write() as connection:
        taken = jobs.take(connection, "dead", clock.now(), dt.timedelta(seconds=30))
    assert taken is not None
    clock.move(minutes=5)
    while work_once(context, handlers | dict.fromkeys(("refresh_queue", "sweep_attachments"), _nothing), "alive"):
        pass
    assert case_row(context, number).escalated_at is not None
    with context.database.read() as connection:
        waiting = connection.execute(
            select(jobs.JOBS.c.due_at).where(jobs.JOBS.c.kind == "queue_deadlines", jobs.JOBS.c.state == "waiting")
        ).scalar_one()
    assert waiting == clock.now() + dt.timedelta(hours=1)


def _nothing(*_: object) -> None:
    """Does a job of another kind."""


# Assignment


def test_cases_go_to_who_has_least_within_capacity(context: Context) -> None:
    """The most urgent first, evenly, nobody above their own capacity, no desk above its week's."""
    values = {**context.policy.values, "cases.discipline_week_capacity": 5, "cases.per_person_capacity": 3}
    context = replace(context, policy=replace(context.policy, values=values))
    numbers = many(context, 9)
    people = [with_account(context, somebody(n, "investigator")) for n in range(2)]
    with_account(context, somebody(5, "investigator", divisions=(FAR,)))
    with_account(context, somebody(6, "investigator", desks=("owed",)))
    given = assign_waiting(context, BEN)
    assert [one.case_id for one in given] == numbers[:5]
    assert sorted(one.account_id for one in given) == sorted(
        [p.account_id for p in people] * 2 + [people[0].account_id]
    )
    assert assign_waiting(context, BEN) == []


def test_a_week_later_there_is_room_again(context: Context, clock: SetClock) -> None:
    """The week's capacity is of seven days; a person's is of what is open."""
    values = {**context.policy.values, "cases.discipline_week_capacity": 1}
    context = replace(context, policy=replace(context.policy, values=values))
    many(context, 3)
    with_account(context, somebody(1, "investigator"))
    assert len(assign_waiting(context, BEN)) == 1
    clock.move(days=8)
    assert len(assign_waiting(context, BEN)) == 1


def test_somebody_takes_a_case_and_gives_it_back(context: Context) -> None:
    """One's own and one nobody has; the rest takes the permission to assign."""
    me, other = (with_account(context, somebody(n, "investigator")) for n in range(2))
    number = many(context, 1)[0]
    assert assign_case(context, me, number, 1, me.account_id, "我来办") == 2
    assert assign_case(context, me, number, 1, me.account_id, "我来办") == 2
    with pytest.raises(NotAllowed):
        assign_case(context, other, number, 2, other.account_id, "我来办")
    assert assign_case(context, me, number, 2, None, "另有任务") == 3
    assert assign_case(context, BEN, number, 3, other.account_id, "请承办") == 4
    assert case_row(context, number).assignee == other.name


def test_of_many_who_take_a_case_at_once_one_has_it(context: Context) -> None:
    """Threads that race: one gets the case, the others are told that it was changed."""
    people = [with_account(context, somebody(n, "investigator")) for n in range(6)]
    number = many(context, 1)[0]

    def attempt(n: int) -> bool:
        try:
            return assign_case(context, people[n], number, 1, people[n].account_id, "我来办") == 2
        except Conflict:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


# Notes


def test_a_note_is_sealed_and_with_its_word_written_once(context: Context) -> None:
    """Sent twice with one word it is one note; the text stands nowhere in clear; hostile text comes back as it was."""
    number, other = many(context, 2)
    text = "<script>alert(1)</script> '; drop table cases; -- 张三 519912199001011232"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: write_note(context, ANNA, number, text, "k1"), range(4)))
    assert len(set(made)) == 1
    assert write_note(context, ANNA, other, "另一件", "k1") != made[0]
    assert write_note(context, ANNA, number, text) != made[0]
    assert [one.text for one in read_notes(context, ANNA, number, 0, 10)] == [text, text]
    with context.database.read() as connection:
        rows = connection.execute(select(CASE_NOTES)).all()
        lines = connection.execute(select(AUDIT_LINES)).all()
    assert not any(b"519912" in bytes(row.text) for row in rows)
    assert not any("519912" in str(tuple(line)) for line in lines)


# Links, parts, bulk


def test_links_run_in_no_circle(context: Context) -> None:
    """A duplicate of a duplicate is fine, back to the first is not; related goes both ways and is there once."""
    one, two, three = many(context, 3)
    assert link_cases(context, ANNA, one, two, "duplicate_of")
    assert link_cases(context, ANNA, two, three, "duplicate_of")
    with pytest.raises(Conflict):
        link_cases(context, ANNA, three, one, "duplicate_of")
    assert link_cases(context, ANNA, three, one, "related")
    assert not link_cases(context, ANNA, one, three, "related")
    with pytest.raises(Unfit):
        link_cases(context, ANNA, one, one, "related")
    assert len(read_case(context, ANNA, one).links) == 2


def test_merging_and_splitting_keep_every_payment(context: Context) -> None:
    """Asked twice it is done once; what was split off is not merged back by a refresh."""
    whole = opened(context, new_case(member(1), member(2), member(3))).case_id
    part = split_case(context, BEN, whole, 1, ["D3"], "另案")
    assert split_case(context, BEN, whole, 1, ["D3"], "另案") == part
    with pytest.raises(Unfit):
        split_case(context, BEN, part, 2, ["D3"], "全部")
    again = opened(context, new_case(member(1), member(2), member(3), member(4)))
    assert (again.case_id, again.added) == (whole, 1)
    assert [case_row(context, n).member_count for n in (whole, part)] == [3, 1]
    assert merge_cases(context, BEN, part, 2, whole, "并案") == merge_cases(context, BEN, part, 2, whole, "并案")
    assert [case_row(context, n).member_count for n in (whole, part)] == [4, 0]
    assert case_row(context, part).state == "merged"
    other = opened(context, new_case(member(20), hub_id="O20")).case_id
    with pytest.raises(NotAllowed):
        merge_cases(context, ANNA, whole, case_row(context, whole).version, other, "并案")


def test_bulk_answers_each_on_its_own(context: Context) -> None:
    """One that is stale, one that is not there and one of another county hold up no other."""
    numbers = many(context, 3)
    away = opened(context, new_case(member("x", division_code=FAR), hub_id="OX")).case_id
    me = with_account(context, somebody(0, "investigator"))
    asked = [(numbers[0], 1), (numbers[1], 7), ("C0000000000", 1), (away, 1), (numbers[2], 1)]
    answers = move_many(context, BEN, asked, "with_department", "集中核实")
    assert [one.problem for one in answers] == ["", "stale", "not-found", "not-found", ""]
    again = move_many(context, BEN, asked, "with_department", "集中核实")
    assert [one.version for one in again] == [2, None, None, None, 2]
    given = assign_many(context, BEN, [(numbers[0], 2), (numbers[1], 1)], me.account_id, "请承办")
    assert [one.version for one in given] == [3, 2]
    with pytest.raises(Unfit):
        assign_many(context, BEN, [(numbers[0], 3)] * 501, None, "请承办")


# Opened by hand


def score_row(context: Context, number: int, **more: object) -> dict[str, object]:
    """A released payment's score."""
    now = context.clock.now()
    return {
        "disbursement_id": f"D{number}", "kind": "before", "made_by": "live", "program_id": "P", "period": "2019-07",
        "division_code": VILLAGE, "household_id": "H1", "prepared_by": "O1", "person_hash": f"p{number}",
        "card_hash": f"c{number}", "card_last_four": "····0001", "amount_fen": 10_000, "submitted_at": now,
        "score": 0.01, "anomaly": 0.1, "recommendation": "release", "desk": "none", "typology": "",
        "suspect_role": "", "reasons": None, "not_applicable": "t", "model_version": "m", "degraded": False,
        "as_of": now, "scored_at": now, "fact_seq": 1, "run_id": None, "deadline": None, **more,
    }  # fmt: skip


def test_a_complaint_opens_a_case_over_its_payments(context: Context) -> None:
    """Under what they share; the findings will say that a complaint led there; opened twice it is one case."""
    with context.database.write() as connection:
        rows = [
            score_row(context, 1),
            score_row(context, 2),
            score_row(context, 3, household_id="H3", prepared_by=None),
        ]
        scores.add(connection, rows, ["t"])
        scores.add(connection, [score_row(context, 4, division_code=FAR)])
    done = open_by_hand(context, BEN, "department", ["D1", "D2"], "complaint", "T40", "群众反映未到账")
    row = case_row(context, done.case_id)
    assert (row.hub_kind, row.hub_key, row.selected_by, row.member_count) == ("household", "H1", "complaint", 2)
    with pytest.raises(Conflict) as caught:
        open_by_hand(context, BEN, "department", ["D2"], "complaint", "T40", "群众反映未到账")
    assert done.case_id in str(caught.value)
    for wanted in (["D4"], ["D99"], []):
        with pytest.raises(Unfit):
            open_by_hand(context, BEN, "department", wanted, "audit", "", "审计抽查")
    with pytest.raises(Unfit):
        open_by_hand(context, ANNA, "owed", ["D3"], "audit", "", "审计抽查")


def test_nobody_opens_a_case_about_their_own(context: Context) -> None:
    """Nothing is kept of it but the refusal in the log."""
    with context.database.write() as connection:
        scores.add(connection, [score_row(context, 1)], ["t"])
    kin(context, "me", "p1")
    with pytest.raises(NotThere):
        open_by_hand(context, somebody(5, "supervisor", person="me"), "owed", ["D1"], "audit", "", "审计抽查")
    assert find_cases(context, BEN, Filter(), None, 10).cases == []
    assert open_by_hand(
        context, somebody(6, "supervisor", divisions=(COUNTY,)), "owed", ["D1"], "audit", "", "审计"
    ).new
    # Not that it is open either: "in open cases already" would tell them so.
    with pytest.raises(NotThere):
        open_by_hand(context, somebody(5, "supervisor", person="me"), "owed", ["D1"], "audit", "", "审计抽查")


def test_an_answered_question_about_a_run_is_not_asked_again_until_it_grows(context: Context, clock: SetClock) -> None:
    """Money that stood still and was explained opens no second case an hour later; twice as much does."""
    late = new_case(hub_kind="run", hub_id="R1", desk="owed", typology="T39", amount_fen=50_000, division_code=COUNTY)
    number = opened(context, late).case_id
    assert opened(context, late).case_id == number
    close_case(context, BEN, number, 1, Closing("cleared"), "名单有争议，已公示")
    assert opened(context, late).new is False
    assert opened(context, replace(late, amount_fen=100_000)).new
    clock.move(days=400)
    other = new_case(hub_kind="run", hub_id="R2", desk="owed", typology="T39", amount_fen=50_000, division_code=COUNTY)
    second = opened(context, other).case_id
    close_case(context, BEN, second, 1, Closing("cleared"), "名单有争议，已公示")
    clock.move(days=366)
    assert opened(context, other).new
