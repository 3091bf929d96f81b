"""Input no page was made for: numbers no column holds, letters no database keeps, forms sent by machines."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from service.console.pages import sign_in
from service.console.rendering import frame_of, render
from service.store import Database, accounts, cases, kin_ties
from service.store.form_keys import FORM_KEYS
from service.work.context import Context
from tests.console.case_world import a_case
from tests.console.conftest import Browse
from tests.console.recipients_help import VILLAGE, a_village
from tests.console.test_reports import reported
from tests.serving.queue_world import COUNTY
from tests.serving.test_recipients import ONE

pytestmark = pytest.mark.any_database

ADDRESSES = (
    "/look-up/household/%00", "/look-up/person/" + "9" * 3000, "/look-up/card/%ed%a0%80", "/look-up/moon/x",
    "/payments/%00", "/payments/a%0d%0aSet-Cookie:x=1", "/rules/%00",
    "/rules/T01.paid_after_death/replay?study=" + "9" * 30,
    "/models/drift?study=" + "9" * 4400, "/models/groups?study=-1", "/log?who=%00", "/log?about=%00&since=9999-99-99",
    "/runs?run_id=%00", "/questions/%00", "/questions/x?", "/queue/discipline?after=%00", "/cases/C1/files/" + "9" * 40,
    "/supervision?at=%00", "/supervision/cases?after=%00", "/funds?division=%ff", "/reports/%00", "/accounts/0",
    "/static/%2e%2e/settings.py", "/static/x/..%2f..%2fpage.py", "/my/payments/%00", "/language/xx?back=//evil.example",
)  # fmt: skip


@pytest.mark.parametrize("role", ["supervisor", "auditor", "data_scientist"])
def test_no_address_is_a_failure_or_an_answer_without_a_policy(browse: Browse, role: str) -> None:
    """A page says no; none breaks, is kept anywhere, or may run what stands in it."""
    staff = browse(role)
    for path in ADDRESSES:
        answer = staff.client.get(path, follow_redirects=False)
        assert answer.status_code < 500, (path, answer.text[:300])
        assert answer.headers["cache-control"].endswith("no-store"), path
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("text/html"), path
        assert "evil" not in answer.headers.get("location", "")
        assert "set-cookie" not in answer.headers or "x=1" not in answer.headers["set-cookie"]


def test_a_rule_is_not_moved_by_a_number_that_is_none(browse: Browse) -> None:
    """A digit that is no number, and one no number type holds, are as good as none."""
    staff = browse("data_scientist")
    page = staff.open("/rules/T01.paid_after_death")
    for replay in ("²", "9" * 5000, "-1"):
        answer = staff.send(
            page, "/rules/T01.paid_after_death/move", after="retired", why="试一下不合理的编号", replay=replay
        )
        assert answer.status_code in (303, 409), answer.text[:300]


def test_a_machine_that_sends_forms_fills_no_table(context: Context, browse: Browse) -> None:
    """Nobody signed in: what did nothing leaves nothing."""
    anybody = browse()
    page = anybody.open("/my/sign-in")
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    for n in range(5):
        answer = anybody.again("/my/sign-in/enter", form_token=token[1], form_key=f"k{n}", code="12345678")
        assert answer.headers["location"] == "/my/sign-in"
        anybody.again("/my/sign-in/send", form_token=token[1], form_key=f"s{n}", last_six="x")
        anybody.again("/sign-in/now", form_token=token[1], form_key=f"n{n}", name="nobody", **{"password": "x"})
    with context.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(FORM_KEYS)).scalar_one() == 0


def test_a_file_taken_twice_by_the_same_form_is_taken_once(browse: Browse) -> None:
    """A reload leads to the page at once."""
    auditor = browse("auditor")
    page = auditor.open("/supervision/exports")
    fields = {"kind": "cases", "form": "csv", "why": "例行监督检查", "at": ""}
    assert auditor.send(page, "/supervision/exports/take", **fields).status_code == 200
    again = auditor.send(page, "/supervision/exports/take", **fields)
    assert (again.status_code, again.headers["location"]) == (303, "/supervision/exports")


def test_a_database_that_is_away_is_told_of_by_a_page(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """People read what to do, though nobody can be asked who they are; programs get their problem."""
    staff = browse("supervisor")

    def away(_: Database) -> None:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(Database, "read", away)
    answer = staff.client.get("/queue")
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "数据库暂不可用" in answer.text
    assert answer.headers["retry-after"]
    program = staff.client.get("/v1/queues", headers={"accept": "application/json"})
    assert program.headers["content-type"].startswith("application/problem+json")


def test_a_number_typed_into_the_log_stays_in_no_address(browse: Browse) -> None:
    """It leads back without it, and says where people are looked for; the log holds none anyway."""
    auditor = browse("auditor", language="en")
    for field in ("about", "who", "action"):
        answer = auditor.client.get(f"/log?{field}=519921195303041232&kind=person", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/log?kind=person")
    assert "whole number" in auditor.open("/log?kind=person")


def test_what_was_refused_may_be_sent_again(context: Context, browse: Browse) -> None:
    """A page that says no has done nothing: the same form is answered again, and at once, not led on as if done."""
    a_village(context)
    number = reported(context)
    staff = browse("investigator", divisions=(VILLAGE,))
    page = staff.open(f"/reports/{number}")
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [(context.seal.hash("person", ONE), "me", "sibling", None)])
        accounts.change(connection, staff.account_id, person="me")
    for _ in range(2):
        assert staff.send(page, f"/reports/{number}/look").status_code == 403
    with context.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(FORM_KEYS)).scalar_one() == 0


def test_the_provider_is_told_where_somebody_wanted_to_go() -> None:
    """By the name its route reads; a path too long for it is left out."""
    zone = dt.timezone(dt.timedelta(hours=8))
    for onward, said in (("/queue/owed", "openid?next=%2Fqueue%2Fowed"), ("/" + "x" * 600, 'openid"')):
        now = dt.datetime(2019, 7, 1, tzinfo=dt.UTC)
        frame = frame_of(sign_in.PAGE, who=None, language="zh", form_token="t", path="/sign-in", now=now)  # noqa: S106
        assert said in render(sign_in.PAGE, sign_in.Contents(onward, False, True), frame, zone)


def test_numbers_and_days_no_case_takes_are_said_to_be_wrong(context: Context, browse: Browse) -> None:
    """On its page, with what was entered; no failure, and nothing is done."""
    number = a_case(context)
    staff = browse("supervisor", divisions=(COUNTY,))
    page = staff.open(f"/cases/{number}")
    wrong = (
        ("assign", {"assign_account": "9" * 5000, "assign_reason": "请承办"}),
        ("assign", {"assign_account": "²", "assign_reason": "请承办"}),
        ("assign", {"assign_account": "nobody", "assign_reason": "请承办", "version": "9" * 5000}),
        ("move", {"move_to": "held", "move_reason": "等材料", "move_until": "0001-01-01"}),
        ("move", {"move_to": "held", "move_reason": "等材料", "move_until": "9999-12-31"}),
    )
    for verb, fields in wrong:
        answer = staff.send(page, f"/cases/{number}/{verb}", **fields)
        assert answer.status_code == 422, (verb, fields, answer.status_code)
    page = staff.open("/queue/discipline").partition("data-bulk")[2]
    keys = dict(re.findall(r'name="(form_token|form_key)" value="([^"]*)"', page)[:2])
    for until in ("0001-01-01", "9999-12-31"):
        fields = {"case": f"{number}:1", "state": "held", "until": until, "reason": "等材料"}
        assert staff.again("/queue/discipline/move", **keys, **fields).status_code == 422
    with context.database.read() as connection:
        row = cases.get(connection, number)
    assert row is not None
    assert (row.state, row.assignee_id) == ("new", None)
