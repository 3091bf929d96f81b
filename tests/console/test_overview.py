"""What needs somebody today: by role and scope, the first deadline first, and nothing of one's own."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from service.clock import SetClock
from service.store import division_paths, jobs, runs, verifications
from service.store.cases import CASES
from service.work.audit.record import record
from service.work.context import Context
from service.work.facts.take_rows import take_rows
from service.work.funds.refresh import refresh_some
from service.work.overview.confirmed_share import confirmed_share
from service.work.overview.standing_still import standing_still
from service.work.queue.assign_case import assign_case
from service.work.queue.bulk import move_many
from service.work.queue.close_case import close_case
from service.work.queue.closing import Closing
from tests.console.conftest import Browse, Browser
from tests.serving.conftest import START
from tests.serving.queue_world import (
    COUNTY,
    FAR,
    TREE,
    VILLAGE,
    audit_actions,
    kin,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
)

ANNA, BOSS = somebody(901, "investigator"), somebody(900, "supervisor")


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def figures(page: str) -> dict[str, str]:
    """The key figures of a page by what they are of."""
    found = re.findall(r'<div class="figure[^"]*">(?:<a[^>]*>)?<b>([^<]*)</b><span>([^<]*)</span>', page)
    return {label: value for value, label in found}


def own(context: Context, browser: Browser, number: int, **more: Any) -> str:
    """A case somebody has."""
    case = opened(context, new_case(member(number, **more), hub_id=f"O{number}")).case_id
    assign_case(context, BOSS, case, 1, browser.account_id, "请核实")
    return case


def large(context: Context, number: int = 1) -> str:
    """A case whose closing was proposed and waits for a second person."""
    case = opened(context, new_case(member(number, amount_fen=2_000_000), hub_id=f"O{number}")).case_id
    move_many(context, ANNA, [(case, 1)], "preliminary_check", "看名册")
    close_case(context, ANNA, case, 2, Closing("cleared"), "已说明")
    return case


def test_own_cases_stand_by_deadline_the_late_first(context: Context, browse: Browse, clock: SetClock) -> None:
    first = opened(context, new_case(member(1), hub_id="O1")).case_id
    clock.move(days=20)
    browser = browse("investigator", divisions=(COUNTY,))
    second = own(context, browser, 2)
    assign_case(context, BOSS, first, 1, browser.account_id, "请核实")
    other = opened(context, new_case(member(3), hub_id="O3")).case_id
    page = browser.open("/overview")
    assert re.findall(r'href="/cases/(C\w+)"', page) == [first, second]
    assert other not in page
    assert figures(page)["我承办的核查件"] == "2"
    assert "1 件已超期" in page
    assert "在办 3 件" in page


def test_a_second_word_is_asked_of_those_who_may_give_it(context: Context, browse: Browse) -> None:
    case = large(context)
    boss = browse("supervisor", divisions=(COUNTY,))
    page = boss.open("/overview")
    assert case in page
    assert "予以了结？" in page
    assert figures(page)["待我会签"] == "1"
    assert case not in browse("supervisor", divisions=(FAR,)).open("/overview")
    kin(context, "me", "p1")
    tied = browse("supervisor", divisions=(COUNTY,), person="me").open("/overview")
    assert case not in tied
    assert figures(tied)["待我会签"] == "0"
    # Whoever proposed is no second person, and an investigator is none at all.
    assert "待我会签" not in figures(browse("investigator", divisions=(COUNTY,)).open("/overview"))


def test_whoever_proposed_is_not_asked(context: Context, browse: Browse) -> None:
    boss = browse("supervisor", divisions=(COUNTY,))
    me = somebody(boss.account_id, "supervisor")
    case = opened(context, new_case(member(1, amount_fen=2_000_000), desk="owed")).case_id
    close_case(context, me, case, 1, Closing("cleared"), "已说明")
    assert figures(boss.open("/overview"))["待我会签"] == "0"


def question(number: int, **more: Any) -> dict[str, Any]:
    """A payment that is asked about."""
    return {
        "disbursement_id": f"D{number}", "run": None, "run_id": None, "program_id": "P02", "period": "2019-06",
        "division_code": VILLAGE, "household_id": None, "card_last_four": "····0001", "amount_fen": 12_300,
        "score": 0.6, "desk": "department", "typology": "T01", "suspect_role": "household", "as_of": START,
        "asked_at": START, "deadline": START + dt.timedelta(days=5),
    } | more  # fmt: skip


def test_runs_and_questions_wait_for_those_who_may_decide(context: Context, browse: Browse) -> None:
    with context.database.write() as connection:
        run = {
            "run_id": "R1", "program_id": "P02", "period": "2019-06", "division_code": COUNTY, "form": "csv",
            "state": "scored", "notes": [], "upload_bytes": 1, "content": "a", "sent_by_id": 77, "sent_by": "sender",
            "sent_divisions": [COUNTY], "received_at": START, "rows_taken": 9, "rows_scored": 9, "lists_version": 1,
        }  # fmt: skip
        number = runs.add(connection, run)
        runs.add(connection, run | {"run_id": "R2", "content": "b", "division_code": FAR})
        verifications.add(
            connection,
            [
                question(1, deadline=START + dt.timedelta(hours=5)),
                question(2),
                question(3, division_code=FAR),
            ],
        )
    page = browse("department_verifier", divisions=(COUNTY,)).open("/overview")
    assert figures(page)["待我签发的批次"] == "1"
    assert f'href="/runs/{number}"' in page
    assert figures(page)["发放前待核实"] == "2"
    assert "1 笔一天内到期" in page
    assert "待我签发的批次" not in figures(browse("investigator", divisions=(COUNTY,)).open("/overview"))


PLACES = [
    {"division_code": "519921", "name": "县", "level": "county"},
    {"division_code": "519921100", "name": "甲乡", "level": "township", "parent_code": "519921"},
    {"division_code": "519921200", "name": "乙乡", "level": "township", "parent_code": "519921"},
    {"division_code": "519921100204", "name": "一村", "level": "village", "parent_code": "519921100"},
    {"division_code": "519921100205", "name": "二村", "level": "village", "parent_code": "519921100"},
    {"division_code": "519921200206", "name": "三村", "level": "village", "parent_code": "519921200"},
    {
        "division_code": "519921100299", "name": "旧村", "level": "village", "parent_code": "519921100",
        "successor_code": "519921200206",
    },
]  # fmt: skip


@pytest.fixture
def late(context: Context) -> None:
    """Two runs, funds of 1 May and of 20 June, the limit 30 days; today is 1 July."""

    def payment(number: int, run: str, village: str) -> dict[str, Any]:
        return {
            "disbursement_id": f"D{number}", "run_id": run, "program_id": "P02", "period": "2019-05",
            "person_id": f"p{number}", "card_id": f"c{number}", "amount": "100.00", "division_code": village,
            "submitted_at": "2019-06-20T09:00:00+08:00",
        }  # fmt: skip

    def run(run_id: str, came: str) -> dict[str, Any]:
        return {
            "run_id": run_id, "program_id": "P02", "period": "2019-05", "division_code": "519921",
            "funds_received_on": came, "funds_amount": "400.00", "created_at": "2019-06-20T09:00:00+08:00",
        }  # fmt: skip

    rows = {
        "divisions": PLACES,
        "programs": [
            {
                "program_id": "P02", "name": "高龄津贴", "department": "民政局", "paid_per": "person",
                "quantity_unit": "month", "frequency": "monthly", "release_limit_days": "30",
            }
        ],
        "payment_runs": [run("R1", "2019-05-01"), run("R2", "2019-06-20")],
        "disbursements": [
            payment(1, "R1", "519921100204"), payment(2, "R1", "519921100205"), payment(3, "R2", "519921100204"),
            payment(4, "R2", "519921200206"), payment(5, "R1", "519921100299"), payment(6, "R1", "519921100204"),
        ],
        "settlements": [
            {"disbursement_id": "D6", "status": "paid", "amount": "100.00", "at": "2019-06-21T10:00:00+08:00"}
        ],
    }  # fmt: skip
    with context.database.write() as connection:
        for table, given in rows.items():
            take_rows(context, connection, table, given, source="test")
    while refresh_some(context):
        pass


@pytest.mark.usefixtures("late")
def test_money_stands_still_by_place_next_below(context: Context, browse: Browse) -> None:
    found = standing_still(context, somebody(1, "supervisor", divisions=("519921",)))
    assert found.programs == (("P02", "高龄津贴"),)
    assert found.places == (("519921100", "甲乡"), ("519921200", "乙乡"))
    first, second = found.cells[0]
    assert first is not None
    assert second is not None
    # 1 May to 1 July are 61 days, 31 beyond the limit; the merged village counts where it went.
    assert (first.days_over, first.waiting_fen, first.over_fen, first.runs) == (31, 30_000, 20_000, 2)
    assert (second.days_over, second.waiting_fen, second.over_fen, second.runs) == (31, 20_000, 10_000, 2)
    assert (found.over_fen, found.waiting_fen) == (30_000, 50_000)
    one = standing_still(context, somebody(1, "supervisor", divisions=("519921100205",)))
    assert one.places == (("519921100205", "二村"),)
    assert standing_still(context, somebody(1, "supervisor", divisions=(FAR,))).programs == ()
    page = browse("data_scientist", divisions=("519921",), language="en").open("/overview")
    assert "300 yuan are beyond their limit" in page
    assert "/funds?program=P02&amp;division=519921100" in page
    assert "甲乡" in page


def closed(context: Context, number: int, outcome: Any) -> None:
    """A case of the department's desk that somebody decided."""
    case = opened(context, new_case(member(number), desk="department", hub_id=f"O{number}")).case_id
    close_case(context, somebody(902, "department_verifier"), case, 1, Closing(outcome), "已核实")


def test_the_share_confirmed_has_its_interval_and_says_when_it_has_too_few(
    context: Context, browse: Browse, clock: SetClock
) -> None:
    for n in range(9):
        closed(context, n, "confirmed" if n < 5 else "cleared" if n < 8 else "error")
    who = somebody(1, "supervisor")
    assert [one.share for one in confirmed_share(context, who)] == [None, None, None]
    closed(context, 9, "cleared")
    (_, told, _) = confirmed_share(context, who)
    assert (told.confirmed, told.cleared, told.errors, told.share) == (5, 4, 1, 0.5)
    assert told.low is not None
    assert told.high is not None
    # Wilson's interval of five in ten, worked out by hand: 0.2366 to 0.7634.
    assert (round(told.low, 4), round(told.high, 4)) == (0.2366, 0.7634)
    page = browse("supervisor").open("/overview")
    assert "查实 5，了结 4，差错 1" in page
    assert "50% (24%–76%)" in page
    assert confirmed_share(context, somebody(1, "supervisor", divisions=(FAR,)))[1].count == 0
    clock.move(days=91)
    assert confirmed_share(context, who)[1].count == 0


def test_an_administrator_sees_how_the_service_runs_and_no_case(context: Context, browse: Browse) -> None:
    case = large(context)
    with context.database.write() as connection:
        jobs.add(connection, "rescore", {}, START)
        connection.execute(jobs.JOBS.update().values(state="failed"))
    page = browse("administrator").open("/overview")
    assert "任务失败" in page
    assert "rescore" in page
    assert case not in page
    assert "在办" not in page
    assert figures(page) == {}


def test_an_auditor_sees_flagged_looks_and_the_log(context: Context, browse: Browse) -> None:
    page = browse("auditor").open("/overview")
    assert "尚未核验" in page
    assert "近七天查询本人、亲属或邻里的记录 0 条" in page
    assert "我承办的核查件" not in page


def test_everybody_gets_a_page_in_both_languages(context: Context, browse: Browse) -> None:
    large(context)
    for role in ("investigator", "supervisor", "department_verifier", "auditor", "data_scientist", "administrator"):
        for language in ("zh", "en"):
            page = browse(role, language=language).open("/overview")
            assert page.count("<h1") == 1
            if language == "en":
                assert not re.search("[一-鿿]", re.sub(r"明白|中文", "", re.sub(r"<[^>]+>", "", page))), role
    assert browse("disbursement_system").open("/overview")


def test_hostile_names_stay_text(context: Context, browse: Browse) -> None:
    evil = "<img src=x onerror=alert(1)>"
    browser = browse("investigator", divisions=(COUNTY,))
    own(context, browser, 1)
    with context.database.write() as connection:
        connection.execute(CASES.update().values(summary_zh=evil))
        division_paths.replace(connection, TREE)
    page = browser.open("/overview")
    assert evil not in page
    assert "&lt;img" in page


def test_its_looks_are_kept_together_before_anything_is_shown(
    context: Context, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counts, one's own cases and closings that wait make one transaction of the log; where it fails nothing is
    shown."""
    from service.work.overview import today

    kept: list[int] = []

    def counted(context: Context, connection: Any, *lines: Any) -> None:
        kept.append(len(lines))
        record(context, connection, *lines)

    with monkeypatch.context() as patched:
        patched.setattr(today, "record", counted)
        browse("supervisor").open("/overview")
    assert kept == [3]
    assert audit_actions(context, "second") == ["case.listed"]

    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(today, "record", broken)
    page = browse("supervisor").open("/overview", 500)
    assert "纪检监察" not in page
