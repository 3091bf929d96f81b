"""A recipient's own payments and reports on a phone."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.access import Principal
from service.console.static import files
from service.store import audit_lines
from service.work.context import Context
from service.work.recipients.answer import answer_report, list_reports
from service.work.recipients.report import report
from tests.console.conftest import Browse
from tests.console.recipients_help import VILLAGE, a_village, enter, take
from tests.serving.test_recipients import ONE, payment

STAFF = Principal(9, "supervisor-9", frozenset({"supervisor"}), (VILLAGE,), "session")


@pytest.fixture(autouse=True)
def village(context: Context) -> None:
    """The same village for every test."""
    a_village(context)


def test_own_payments_by_year_and_nobody_elses(context: Context, browse: Browse) -> None:
    """What arrived, when, on which card; the rule of the item; a year a page."""
    row = {"disbursement_id": "D1", "status": "paid", "amount": "500.00", "at": "2019-06-28T10:00:00+08:00"}
    take(context, "settlements", row)
    take(context, "disbursements", payment("D0", ONE, at="2018-06-20T09:00:00+08:00") | {"period": "2018-06"})
    browser = enter(context, browse())
    page = browser.open("/my")
    for part in (
        "高龄津贴",
        "每月 546.00 元，按月发放。",
        "2019年6月",
        "500.00",
        "到账金额少于应发金额",
        "2019-06-28",
        "尾号 0017",
    ):
        assert part in page
    assert "/my/payments/D1" in page
    assert "/my/payments/D2" not in page
    assert "/my/payments/D0" not in page
    older = browser.open("/my?year=2018")
    assert "/my/payments/D0" in older
    assert "/my/payments/D1" not in older
    one = browser.open("/my/payments/D1")
    assert "没有足额到账" in one
    assert "/my/report?payment=D1&amp;kind=too_little" in one


def test_another_ones_payment_is_as_none(context: Context, browse: Browse) -> None:
    """The answer tells nothing of what there is."""
    browser = enter(context, browse())
    pages = [browser.open(f"/my/payments/{one}", 404) for one in ("D2", "nothing")]
    without = [re.sub(r"请求编号：\w+|name=\"form_(key|token)\" value=\"[^\"]*\"", "", page) for page in pages]
    assert without[0] == without[1]
    assert 'href="/my"' in without[0]


def test_both_languages(context: Context, browse: Browse) -> None:
    """English is one click away, and comes back to the page."""
    browser = enter(context, browse(language="en"))
    page = browser.open("/my")
    assert "June 2019" in page
    assert "546.00 yuan a month, paid monthly." in page
    assert "/language/zh?back=%2Fmy" in page


def test_a_report_in_three_fields_is_followed_to_its_answer(context: Context, browse: Browse) -> None:
    """Kind, payment, own words; a number; the same form again makes nothing twice; the answer of staff."""
    browser = enter(context, browse())
    page = browser.open("/my/report?payment=D1&kind=card_held")
    assert 'value="card_held" required checked' in page
    assert '<option value="D1" selected>' in page
    told = {"kind": "card_held", "payment": "D1", "text": "组长拿着我的卡\r\n<script>alert(1)</script>\x00"}
    answer = browser.send(page, "/my/report/send", **told)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/reports")
    again = browser.send(page, "/my/report/send", **told)
    assert again.headers["location"] == "/my/reports"
    found = list_reports(context, STAFF, state=None, after=0, limit=9)
    assert [one.text for one in found] == ["组长拿着我的卡\n<script>alert(1)</script>"]
    listed = browser.open("/my/reports")
    assert f"编号 {found[0].number}。请记下编号" in listed
    assert "已收到" in listed
    answer_report(context, STAFF, found[0].number, "卡已归还。\n<b>请核对</b>")
    listed = browser.open("/my/reports")
    assert "请记下编号" not in listed
    assert "已答复" in listed
    assert "卡已归还。\n&lt;b&gt;请核对&lt;/b&gt;" in listed


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"kind": "", "payment": "", "text": "写了很多"}, 422, "请选择反映的问题"),
        ({"kind": "other", "payment": "", "text": "写" * 2001}, 422, "不超过2000字"),
        ({"kind": "other", "payment": "D2", "text": "写了很多"}, 404, "没有找到这笔补贴"),
    ],
)
def test_a_refused_report_loses_nothing(
    context: Context, browse: Browse, fields: dict[str, str], status: int, says: str
) -> None:
    """What was written stands there again, and can be sent again."""
    browser = enter(context, browse())
    answer = browser.send("/my/report", "/my/report/send", **fields)
    assert answer.status_code == status
    assert says in answer.text
    assert fields["text"] in answer.text
    assert browser.send(answer.text, "/my/report/send", kind="other", text="好").headers["location"] == "/my/reports"


def test_five_reports_a_day(context: Context, browse: Browse) -> None:
    """The sixth is refused with what was written."""
    browser = enter(context, browse())
    statuses = [
        browser.send("/my/report", "/my/report/send", kind="other", text=f"第{n}次").status_code for n in range(6)
    ]
    assert statuses == [303] * 5 + [429]


def test_a_second_tap_waits_for_the_first(context: Context, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both answers lead to the report that was made; it is made once. What broke off may be sent again."""
    browser = enter(context, browse())
    page = browser.open("/my/report")
    began, go_on = threading.Event(), threading.Event()

    def slow(*given: Any) -> Any:
        began.set()
        assert go_on.wait(10)
        return report(*given)

    monkeypatch.setattr("service.console.pages.my_report.report", slow)
    told = {"kind": "other", "text": "卡在别人手里"}
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(browser.send, page, "/my/report/send", **told)
        assert began.wait(10)
        other = pool.submit(browser.send, page, "/my/report/send", **told)
        time.sleep(0.3)
        assert not other.done()
        go_on.set()
        assert [x.result(10).headers["location"] for x in (one, other)] == ["/my/reports"] * 2
    assert len(list_reports(context, STAFF, state=None, after=0, limit=9)) == 1
    assert "请记下编号" in browser.open("/my/reports")


def test_pages_are_small_and_need_no_script(context: Context, browse: Browse) -> None:
    """The heaviest pages there are, with their style, stay under 50 kB, packed or not."""
    many = [
        payment(f"E{n:04d}", ONE, at=f"2019-{n % 12 + 1:02d}-20T09:00:00+08:00") | {"period": f"2019-{n % 12 + 1:02d}"}
        for n in range(300)
    ]
    take(context, "disbursements", *[one for one in many if one["submitted_at"] < "2019-07"])
    browser = enter(context, browse())
    style = len(files()["phone.css"].content) + len(files()["sign.svg"].content)
    for path in ("/my", "/my/payments/D1", "/my/report", "/my/reports", "/my/help", "/my/sign-in"):
        page = browser.open(path)
        assert "<script" not in page
        assert "mingbai.css" not in page
        assert len(page.encode()) + style < 50_000, path
    first = browser.open("/my")
    assert 'rel="next" href="/my?year=2019&amp;after=80"' in first
    assert "/my/payments/" in browser.open("/my?year=2019&after=80")


def test_looks_are_logged_and_addresses_hold_nothing_personal(context: Context, browse: Browse) -> None:
    """A line for each look; no number, name or phone in it."""
    browser = enter(context, browse())
    browser.open("/my")
    browser.open("/my/payments/D1")
    with context.database.read() as connection:
        lines = [row for row in connection.execute(audit_lines.AUDIT_LINES.select())]
    looks = [row for row in lines if row.action == "recipient.look"]
    assert len(looks) == 2
    assert not any(part in repr(lines) for part in (ONE, "041232", "刘学福", "13900000001"))


def test_signing_out_ends_it(context: Context, browse: Browse) -> None:
    """The session is over, not only the cookie."""
    browser = enter(context, browse())
    token = browser.client.cookies["mingbai_session"]
    answer = browser.send("/my", "/sign-out/now")
    assert answer.headers["location"] == "/my/sign-in"
    browser.client.cookies.set("mingbai_session", token)
    assert browser.client.get("/my", follow_redirects=False).headers["location"] == "/my/sign-in?next=/my"


def test_pages_of_staff_lead_a_recipient_home(context: Context, browse: Browse) -> None:
    """Those for whoever is signed in as well; what takes a role is refused."""
    browser = enter(context, browse())
    for path in ("/account", "/overview"):
        assert browser.client.get(path, follow_redirects=False).headers["location"] == "/my"
    assert 'href="/my"' in browser.open("/reports", 403)
    assert browser.client.get("/").url.path == "/my"


def test_somebody_without_payments_and_staff(context: Context, browse: Browse) -> None:
    """Nothing to show is said; staff have no own payments here and are asked who they are."""
    take(
        context, "persons", {"person_id": "519921197001015678", "name": "张三", "division_code": VILLAGE, "phone": "1"}
    )
    browser = enter(context, browse(), "015678", "张三")
    assert "目前没有您的补贴发放记录" in browser.open("/my")
    assert "您还没有反映过问题" in browser.open("/my/reports")
    staff = browse("investigator")
    answer = staff.client.get("/my", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/sign-in")
