"""Recipients' reports that name no payment come before a desk; on both kinds of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from service.access import Principal
from service.store import case_reports, cases, division_paths, kin_ties
from service.store.cases import CASES
from service.store.outbox import OUTBOX_EVENTS
from service.work.context import Context
from service.work.jobs import work_once
from service.work.queue.close_case import close_case
from service.work.queue.closing import Closing
from service.work.queue.errors import NotThere
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.move_case import move_case
from service.work.queue.open_case import place_of
from service.work.queue.read_case import read_case
from service.work.queue.split_cases import merge_cases
from service.work.recipients.answer import answer_report, list_reports, read_report
from service.work.recipients.jobs import JOBS
from service.work.recipients.open_cases import open_cases
from service.work.recipients.report import Kind, OwnReport, own_reports, report
from tests.serving.queue_world import (
    COUNTY,
    FAR,
    OTHER,
    VILLAGE,
    audit_actions,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
)

DISCIPLINE = somebody(7, "investigator")
DEPARTMENT = somebody(8, "department_verifier")
SUPERVISOR = somebody(9, "supervisor")


@pytest.fixture(autouse=True)
def tree(context: Context) -> None:
    """The small tree of divisions."""
    lay_out(context)


def me(person: str, village: str = VILLAGE) -> Principal:
    """A recipient of a village."""
    return Principal(0, f"recipient-{person}", frozenset({"recipient"}), (village,), "recipient", person=person)


def told(
    context: Context, person: str, kind: Kind = "card_held", text: str = "卡在组长那里", village: str = VILLAGE
) -> str:
    """Somebody reports something that names no payment; its number."""
    made = report(context, me(person, village), kind, None, text)
    assert isinstance(made, OwnReport)
    return made.number


def work(context: Context) -> None:
    """Do what waits, as the worker does."""
    while work_once(context, JOBS, "w"):
        pass


def every_case(context: Context) -> list[Any]:
    """Cases as they stand, in the order they were opened."""
    with context.database.read() as connection:
        return list(connection.execute(select(CASES).order_by(CASES.c.opened_at, CASES.c.typology)))


def test_a_report_without_a_payment_comes_before_the_right_desk(context: Context) -> None:
    """With what was reported in words, a deadline, a place in the order and an event; nothing of who made it."""
    numbers = [told(context, "a"), told(context, "b", "not_received", "钱没到"), told(context, "c", "other", "看不懂")]
    work(context)
    found = {row.desk: row for row in every_case(context)}
    assert set(found) == {"discipline", "owed", "department"}
    card = found["discipline"]
    assert (card.typology, card.hub_kind, card.hub_key, card.division_code) == ("T25", "village", VILLAGE, VILLAGE)
    assert (card.selected_by, card.state, card.member_count, card.amount_fen) == ("complaint", "new", 0, 0)
    assert card.due_at is not None
    assert card.rank_key == -context.policy["cases.report_yuan"] * 100
    assert "我的卡被他人保管" in card.summary_zh
    assert "somebody holds my card" in card.summary_en
    assert "组长" not in repr(card)
    assert {row.typology for row in found.values()} == {"T25", "T40", ""}
    with context.database.read() as connection:
        events = connection.execute(select(OUTBOX_EVENTS.c.type)).scalars().all()
        assert events.count("org.mingbai.case.opened") == 3
        assert [one.number for one in case_reports.of_case(connection, card.case_id, 9)] == numbers[:1]
    whole = read_case(context, DISCIPLINE, card.case_id)
    assert whole.reports == numbers[:1]


def test_reports_of_one_village_and_kind_are_one_case(context: Context) -> None:
    """Others come to it and raise its place; another village has its own; begun again nothing happens."""
    first = told(context, "a")
    work(context)
    second, elsewhere = told(context, "b"), told(context, "c", village=OTHER)
    work(context)
    work(context)
    assert open_cases(context) == 0
    rows = {row.hub_key: row for row in every_case(context)}
    assert set(rows) == {VILLAGE, OTHER}
    with context.database.read() as connection:
        assert [r.number for r in case_reports.of_case(connection, rows[VILLAGE].case_id, 9)] == [first, second]
        assert [r.number for r in case_reports.of_case(connection, rows[OTHER].case_id, 9)] == [elsewhere]
    assert "2件" in rows[VILLAGE].summary_zh
    assert rows[VILLAGE].rank_key == 2 * rows[OTHER].rank_key
    assert audit_actions(context, rows[VILLAGE].case_id) == ["case.opened", "case.continued"]
    page = find_cases(context, DISCIPLINE, Filter(open=True), None, 10)
    assert [row.hub_key for row in page.cases] == [VILLAGE, OTHER]


def test_a_crash_in_the_middle_loses_and_doubles_nothing(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the transaction held is made when the job is begun again."""
    numbers = {told(context, "a"), told(context, "b")}
    made = case_reports.of_case

    def crash(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("service.work.recipients.open_cases.record", crash)
        with pytest.raises(KeyboardInterrupt):
            open_cases(context)
    assert every_case(context) == []
    assert open_cases(context) == 2
    (row,) = every_case(context)
    with context.database.read() as connection:
        assert {one.number for one in made(connection, row.case_id, 9)} == numbers


def test_several_workers_at_once_put_each_report_before_a_desk_once(context: Context) -> None:
    """Whoever comes second finds it done."""
    kinds: tuple[Kind, ...] = ("card_held", "not_received", "card_held")
    numbers = {told(context, f"p{n}", kind) for n, kind in enumerate(kinds)}
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _: open_cases(context), range(4)))
    assert done == len(numbers)
    rows = every_case(context)
    assert sorted(row.desk for row in rows) == ["discipline", "owed"]
    with context.database.read() as connection:
        assert case_reports.cases_of(connection, numbers).keys() == numbers


def test_whoever_is_near_who_reported_does_not_see_the_case(context: Context) -> None:
    """Kin, household and village, as with the report itself; the refusal stands in the log."""
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [("a", "kin", "sibling", None)])
        kin_ties.keep_places(connection, [("a", "H1", VILLAGE, None), ("home", "H1", FAR, None)])
        kin_ties.keep_places(connection, [("neighbour", "H2", VILLAGE, None)])
    told(context, "a")
    work(context)
    (row,) = every_case(context)
    for person in ("a", "kin", "home", "neighbour"):
        near = somebody(11, "investigator", person=person)
        assert find_cases(context, near, Filter(open=True), None, 10).cases == []
        with pytest.raises(NotThere):
            read_case(context, near, row.case_id)
    assert audit_actions(context, row.case_id).count("case.refused") == 4
    elsewhere = somebody(12, "investigator", divisions=(FAR,))
    assert find_cases(context, elsewhere, Filter(open=True), None, 10).cases == []


def test_who_reported_follows_the_case_and_learns_no_finding(context: Context) -> None:
    """Waiting, under way, done; the answer is what a person writes."""
    number = told(context, "a", "not_received", "钱没到")

    def far() -> str:
        (one,) = own_reports(context, me("a"))
        return one.checking

    assert far() == "none"
    work(context)
    (row,) = every_case(context)
    assert far() == "waiting"
    move_case(context, SUPERVISOR, row.case_id, row.version, "with_department", "请核实")
    assert far() == "under_way"
    (row,) = every_case(context)
    closed = close_case(context, SUPERVISOR, row.case_id, row.version, Closing("cleared"), "核实过，已补发")
    assert closed.state == "cleared"
    assert far() == "done"
    assert own_reports(context, me("a"))[0].answer is None
    answer_report(context, SUPERVISOR, number, "已补发，请核对。")
    assert own_reports(context, me("a"))[0].state == "answered"


def test_a_new_report_after_a_closed_case_opens_another(context: Context) -> None:
    """What was answered does not answer somebody who says that it goes on."""
    told(context, "a", "not_received")
    work(context)
    (row,) = every_case(context)
    close_case(context, SUPERVISOR, row.case_id, row.version, Closing("cleared"), "已核实")
    told(context, "b", "not_received")
    work(context)
    assert [one.is_open for one in every_case(context)].count(True) == 1
    assert len(every_case(context)) == 2


def test_staff_see_the_case_of_a_report_where_they_may(context: Context) -> None:
    """Whoever works at another desk reads the report, and is not told of the case."""
    number = told(context, "a")
    work(context)
    (row,) = every_case(context)
    seen = read_report(context, DISCIPLINE, number)
    other = read_report(context, DEPARTMENT, number)
    assert seen is not None
    assert other is not None
    assert (seen.case_id, other.case_id) == (row.case_id, None)
    assert [one.case_id for one in list_reports(context, DISCIPLINE, state=None, after=0, limit=9)] == [row.case_id]


def test_a_merged_case_keeps_its_reports_and_their_place(context: Context) -> None:
    """They are of the case that took the other in."""
    number = told(context, "a")
    work(context)
    (row,) = every_case(context)
    other = opened(context, new_case(member(1), member(2)))
    with context.database.read() as connection:
        version = cases.get(connection, other.case_id)
    assert version is not None
    merge_cases(context, SUPERVISOR, row.case_id, row.version, other.case_id, "同一件事")
    with context.database.read() as connection:
        assert case_reports.cases_of(connection, [number])[number].case_id == other.case_id
        joined = cases.get(connection, other.case_id)
    assert joined is not None
    assert joined.rank_key == place_of(context, joined.loss_fen, [f"report:{number}"])
    assert joined.rank_key < -joined.loss_fen


def test_an_answered_report_opens_nothing(context: Context) -> None:
    """It has its answer."""
    number = told(context, "a")
    answer_report(context, SUPERVISOR, number, "卡已归还。")
    work(context)
    assert every_case(context) == []


def test_somebody_nobody_knows_a_place_for_is_heard_where_all_is_seen(context: Context) -> None:
    """Seen by those who see everywhere."""
    with context.database.write() as connection:
        division_paths.replace(connection, [{"division_code": COUNTY}])
    who = Principal(0, "recipient-x", frozenset({"recipient"}), (), "recipient", person="x")
    assert isinstance(report(context, who, "other", None, "在外打工"), OwnReport)
    work(context)
    (row,) = every_case(context)
    assert row.division_code is None
    assert "所在村不详" in row.summary_zh
    everywhere = somebody(13, "supervisor", divisions=("*",))
    assert [one.case_id for one in find_cases(context, everywhere, Filter(open=True), None, 9).cases] == [row.case_id]
    assert find_cases(context, SUPERVISOR, Filter(open=True), None, 9).cases == []
