"""Recipients' reports, for staff: read, answered, made a case of."""

from __future__ import annotations

from typing import Any

import pytest

from service.access import Principal
from service.store import cases, kin_ties, scores
from service.work.context import Context
from service.work.queue.errors import Unfit
from service.work.queue.open_by_hand import open_by_hand
from service.work.recipients.open_cases import open_cases
from service.work.recipients.report import Kind, OwnReport, own_reports, report
from tests.console.conftest import Browse
from tests.console.recipients_help import VILLAGE, a_village
from tests.serving.queue_world import audit_actions
from tests.serving.test_queue_work import score_row
from tests.serving.test_recipients import NO_PHONE, ONE, TWO, sent

EVIL = "卡在组长手里\n<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def village(context: Context) -> None:
    """The same village for every test."""
    a_village(context)


def reported(
    context: Context, text: str = EVIL, kind: Kind = "card_held", payment: str | None = "D1", who: str = ONE
) -> str:
    """Somebody reports something; its number."""
    made = report(context, recipient(context, who), kind, payment, text)
    assert isinstance(made, OwnReport)
    return made.number


def recipient(context: Context, number: str = ONE) -> Principal:
    """Somebody of the village."""
    person = context.seal.hash("person", number)
    return Principal(0, "recipient-1", frozenset({"recipient"}), (VILLAGE,), "recipient", person=person)


def test_a_report_is_read_looked_into_and_answered(context: Context, browse: Browse) -> None:
    """Who made it is not shown; each look stands in the log; the recipient reads the answer."""
    number = reported(context)
    staff = browse("investigator", divisions=(VILLAGE,))
    listed = staff.open("/reports")
    assert number in listed
    assert "&lt;script&gt;" in listed
    page = staff.open(f"/reports/{number}")
    for part in ("卡在组长手里", "/payments/D1", number):
        assert part in page
    assert not any(part in page for part in ("刘学福", ONE, "13900000001", "<script>alert"))
    assert staff.send(page, f"/reports/{number}/look").headers["location"] == f"/reports/{number}"
    assert number not in staff.open("/reports")
    assert number in staff.open("/reports?tab=looked_at")
    page = staff.open(f"/reports/{number}")
    assert f"/reports/{number}/look" not in page
    assert staff.send(page, f"/reports/{number}/answer", text="  ").status_code == 422
    done = staff.send(page, f"/reports/{number}/answer", text="卡已归还，\r\n请核对。")
    assert done.headers["location"] == f"/reports/{number}"
    assert own_reports(context, recipient(context))[0].answer == "卡已归还，\n请核对。"
    assert "已答复，反映人可以看到" in staff.open(f"/reports/{number}")
    assert number in staff.open("/reports?tab=answered")
    corrected = staff.send(f"/reports/{number}", f"/reports/{number}/answer", text="更正：卡已挂失。")
    assert corrected.status_code == 303
    actions = audit_actions(context, number)
    assert actions[:3] == ["report.make", "report.read", "report.look"]
    assert actions.count("report.answer") == 2


def test_whoever_reported_is_told_to_look_and_no_more(context: Context, browse: Browse) -> None:
    """Once for each answer, by the phone on record; the message tells nobody of a report."""
    number = reported(context)
    staff = browse("investigator", divisions=(VILLAGE,))
    staff.send(f"/reports/{number}", f"/reports/{number}/look")
    assert sent(context, "report") == []
    page = staff.open(f"/reports/{number}")
    for _ in range(2):
        assert staff.send(page, f"/reports/{number}/answer", text="卡已归还。").status_code == 303
    told = sent(context, "report")
    assert len(told) == 1
    assert not any(word in told[0] for word in ("反映", "答复", "卡", number))


def test_a_case_is_opened_over_the_payment(context: Context, browse: Browse) -> None:
    """At a desk of one's own; what the queue refuses is shown with what was entered."""
    number = reported(context)
    staff = browse("supervisor", divisions=(VILLAGE,))
    page = staff.open(f"/reports/{number}")
    assert '<option value="discipline" selected>' in page
    assert '<option value="t25" selected>' in page
    fields = {"desk": "discipline", "typology": "t25", "why": f"群众反映 {number}"}
    refused = staff.send(page, f"/reports/{number}/case", **fields)
    assert refused.status_code == 422
    assert "未经评分" in refused.text
    assert f"群众反映 {number}" in refused.text
    other = staff.send(refused.text, f"/reports/{number}/case", **(fields | {"desk": "moon"}))
    assert other.status_code == 422
    assert "应为您所在的处置部门" in other.text
    scored(context, "D1", ONE)
    done = staff.send(other.text, f"/reports/{number}/case", **fields)
    assert done.status_code == 303, done.text[:3000]
    with context.database.read() as connection:
        case = cases.get(connection, done.headers["location"].removeprefix("/cases/"))
    assert case is not None
    assert (case.desk, case.typology, case.selected_by) == ("discipline", "T25", "complaint")
    again = staff.send(page, f"/reports/{number}/case", **fields)
    assert again.status_code == 409
    assert "已在未结核查件中" in again.text
    assert f"/reports/{number}/case" not in again.text


def scored(context: Context, disbursement_id: str, who: str) -> None:
    """Somebody scored the payment."""
    person = context.seal.hash("person", who)
    row = score_row(context, 1, disbursement_id=disbursement_id, division_code=VILLAGE, person_hash=person)
    with context.database.write() as connection:
        scores.add(connection, [row], ["t"])


def test_a_report_without_a_payment_is_read_from_its_case(context: Context, browse: Browse) -> None:
    """The case shows what was reported and leads to the words; the report leads to the case; its maker sees how far it
    is; what is owed when the case is closed is said."""
    number = reported(context, payment=None)
    assert open_cases(context) == 1
    staff = browse("investigator", divisions=(VILLAGE,))
    page = staff.open(f"/reports/{number}")
    case = page.split('href="/cases/')[1].split('"')[0]
    assert f"/reports/{number}/case" not in page
    shown = staff.open(f"/cases/{case}")
    for part in ("我的卡被他人保管", f"/reports/{number}", "待答复", "需核实"):
        assert part in shown
    assert "卡在组长手里" not in shown
    assert number in staff.open(f"/cases/{case}/print")
    auditor = browse("auditor", divisions=(VILLAGE,), language="en")
    assert f"/reports/{number}" not in auditor.open(f"/cases/{case}")
    assert number in auditor.open(f"/cases/{case}")
    (mine,) = own_reports(context, recipient(context))
    assert mine.checking == "waiting"


def test_a_case_over_a_payment_is_followed_too(context: Context, browse: Browse) -> None:
    """Opened on a report, it is shown with it; a report of another payment is refused."""
    number = reported(context)
    scored(context, "D1", ONE)
    staff = browse("supervisor", divisions=(VILLAGE,))
    page = staff.open(f"/reports/{number}")
    done = staff.send(page, f"/reports/{number}/case", desk="discipline", typology="t25", why="群众反映")
    assert number in staff.open(done.headers["location"])
    assert own_reports(context, recipient(context))[0].checking == "waiting"
    other = reported(context, "另一件", "other", "D2", TWO)
    who = Principal(9, "supervisor-9", frozenset({"supervisor"}), (VILLAGE,), "session")
    scored(context, "D3", NO_PHONE)
    with pytest.raises(Unfit):
        open_by_hand(context, who, "discipline", ["D3"], "complaint", "T25", "群众反映", other)


def test_reports_of_elsewhere_and_of_kin_are_not_there(context: Context, browse: Browse) -> None:
    """Neither in the list nor by number; that it was refused stands in the log."""
    number = reported(context)
    own = reported(context, "我的钱少了", "too_little", "D2", TWO)
    elsewhere = browse("investigator", divisions=("519800000000",))
    assert number not in elsewhere.open("/reports?tab=all")
    elsewhere.open(f"/reports/{number}", 404)
    with context.database.write() as connection:
        kin_ties.keep_kin(connection, [(context.seal.hash("person", ONE), "me", "sibling", None)])
    near = browse("investigator", divisions=(VILLAGE,), person="me")
    listed = near.open("/reports?tab=all")
    assert number not in listed
    assert own in listed
    near.open(f"/reports/{number}", 404)
    assert "report.refused" in audit_actions(context, number)
    keys = near.open(f"/reports/{own}").split(f'action="/reports/{own}/answer"')[1]
    fields = {name: keys.split(f'name="{name}" value="')[1].split('"')[0] for name in ("form_token", "form_key")}
    assert near.again(f"/reports/{number}/answer", **fields, text="好").status_code == 403
    assert own_reports(context, recipient(context))[0].answer is None


def test_the_list_is_paged(context: Context, browse: Browse) -> None:
    """Waiting ones oldest first, all of them newest first; nothing is said where there is nothing."""
    staff = browse("department_verifier", divisions=(VILLAGE,), language="en")
    assert "Nothing new was reported." in staff.open("/reports")
    keep_many(context, 60)
    first, newest = staff.open("/reports"), staff.open("/reports?tab=all")
    assert "B-000" in first
    assert "B-059" not in first
    assert "B-059" in newest
    assert "B-000" not in newest
    more = staff.open(newest.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&"))
    assert "B-000" in more
    assert "Somebody holds my card" not in more
    assert "B-059" in staff.open(first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&"))


def keep_many(context: Context, count: int) -> None:
    """Reports as rows."""
    from service.sealing.column import seal_text
    from service.store import reports
    from service.store.reports import REPORTS

    with context.database.write() as connection:
        for n in range(count):
            values: dict[str, Any] = {
                "number": f"B-{n:03d}", "person": f"p{n}", "kind": "other", "disbursement_id": None,
                "division_code": VILLAGE, "text": seal_text(context.seal, REPORTS.c.text, f"第{n}次"),
                "made_at": context.clock.now(),
            }  # fmt: skip
            reports.add(connection, **values)


def test_only_who_works_cases(browse: Browse) -> None:
    """An auditor reads the log, not the reports."""
    other = browse("auditor")
    other.open("/reports", 403)
    other.open("/reports/B-1", 403)
    assert "群众反映" not in other.open("/account")
