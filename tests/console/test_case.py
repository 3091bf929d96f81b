"""The page of a case: what it shows, to whom, in both languages; the pages around it."""

from __future__ import annotations

import re

import pytest

from models.rules.catalogue import all_rules
from service.clock import SetClock
from service.console.pages._case_rules import blind_to, title_of
from service.store import case_history
from service.store.case_notes import CASE_NOTES
from service.work.context import Context
from service.work.queue.close_case import close_case
from service.work.queue.closing import Closing, Explained
from service.work.queue.link_cases import link_cases
from service.work.queue.write_note import write_note
from tests.console.case_world import CARDS, SERIES, a_case, reason, scored
from tests.console.conftest import Browse
from tests.serving.queue_world import (
    COUNTY,
    ELSEWHERE,
    FAR,
    audit_actions,
    kin,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
)

pytestmark = pytest.mark.any_database

ANNA = somebody(1, "investigator")


def texts(page: str) -> str:
    """A page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_says_what_is_asked_and_why_as_questions(context: Context, browse: Browse) -> None:
    number = a_case(context)
    page = texts(browse("investigator", divisions=(COUNTY,)).open(f"/cases/{number}"))
    assert f"需核实：{title_of(SERIES)[0]}" in page
    assert "3 笔中 3 笔" in page
    assert "3 笔中 2 笔" in page
    assert "需核实：经办人员" in page
    rule = next(one for one in all_rules() if one.code == SERIES)
    assert rule.next_steps[0][1] in page
    assert rule.unless[0].zh in page
    assert "未查到记录" in page
    assert blind_to(SERIES)[0] in page
    assert "未共享数据：卡片收支" in page
    assert "本地未启用：shadow since June" in page
    assert "300.00" in page
    assert "尚未分派" in page


def test_speaks_english_one_click_away(context: Context, browse: Browse) -> None:
    number = a_case(context)
    page = texts(browse("investigator", divisions=(COUNTY,), language="en").open(f"/cases/{number}"))
    assert f"To be checked: {title_of(SERIES)[1]}" in page
    assert "2 of 3 payments" in page
    assert "Not shared: card transactions" in page


def test_what_people_wrote_stays_text_and_nothing_personal_is_shown(context: Context, browse: Browse) -> None:
    number = a_case(context)
    write_note(context, ANNA, number, "<script>alert(1)</script>{{ 7*7 }}")
    scored(context, 1, [reason(SERIES, zh="<img src=x onerror=alert(2)>")], made_by="rescore", score=0.9)
    page = browse("investigator", divisions=(COUNTY,)).open(f"/cases/{number}")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    # Keyed hashes are no use to anybody who reads, and lead to nobody's number.
    assert ">p1<" not in page


@pytest.mark.parametrize(
    ("roles", "more", "status"),
    [
        (("investigator",), {"divisions": (COUNTY,)}, 200),
        (("auditor",), {"divisions": (COUNTY,)}, 200),
        (("investigator",), {"divisions": (ELSEWHERE,)}, 404),
        (("investigator",), {"divisions": (COUNTY,), "desks": ("owed",)}, 404),
        (("department_verifier",), {"divisions": (COUNTY,)}, 404),
        (("data_scientist",), {}, 403),
        (("administrator",), {}, 403),
    ],
)
def test_shown_to_whom_it_may_be_shown(
    context: Context, browse: Browse, roles: tuple[str, ...], more: dict[str, tuple[str, ...]], status: int
) -> None:
    number = a_case(context)
    browser = browse(*roles, **more)
    for path in ("", "/payments", "/history", "/graph", "/print", "/evidence?payment=D1"):
        browser.open(f"/cases/{number}{path}", status)


def test_whoever_is_tied_to_it_finds_nothing_and_the_log_says_so(context: Context, browse: Browse) -> None:
    number = a_case(context)
    kin(context, "me", "p2")
    browser = browse("investigator", divisions=(COUNTY,), person="me")
    page = browser.open(f"/cases/{number}", 404)
    assert "没有该核查件，或不在您的管辖范围内" in page
    assert "case.refused" in audit_actions(context, number)
    assert browser.open("/cases/C0000000000", 404).count("没有该核查件") == 1


def test_an_auditor_reads_and_is_offered_nothing_to_do(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("auditor", divisions=(COUNTY,))
    page = browser.open(f"/cases/{number}")
    assert "您可以查看本件，不能办理" in page
    assert re.findall(rf'action="/cases/{number}/', page) == []
    browser.open(f"/cases/{number}/close", 403)


@pytest.mark.parametrize(
    ("role", "offered", "refused"),
    [
        ("investigator", {"take", "move", "note", "attach", "link", "unmask"}, {"assign", "merge", "split", "sign"}),
        ("supervisor", {"take", "move", "assign", "merge", "unmask", "note"}, {"sign", "reopen"}),
    ],
)
def test_offers_what_the_role_may_do(
    context: Context, browse: Browse, role: str, offered: set[str], refused: set[str]
) -> None:
    number = a_case(context)
    page = browse(role, divisions=(COUNTY,)).open(f"/cases/{number}")
    found = set(re.findall(rf'action="/cases/{number}/([a-z-]+)"', page))
    assert offered <= found
    assert not refused & found
    # What an official is asked about is confirmed only after it was looked into.
    form = browse(role, divisions=(COUNTY,)).open(f"/cases/{number}/close")
    assert set(re.findall(r'name="close_outcome" value="(\w+)"', form)) == {"cleared", "error", "cleared_by_name"}


def test_a_closed_case_tells_what_was_found_and_what_is_remembered(context: Context, browse: Browse) -> None:
    number = a_case(context)
    closing = Closing("cleared", explained=Explained("hub", "赶集日结伴取款"), differing={"D2": "error"})
    close_case(context, ANNA, number, 1, closing, "均为本人支取")
    page = texts(browse("supervisor", divisions=(COUNTY,)).open(f"/cases/{number}"))
    assert "排除 2" in page
    assert "工作差错 1" in page
    assert "赶集日结伴取款" in page
    assert "以“予以了结”结案" in page
    assert "需核实：银行" not in page.partition("疑点与依据")[0]
    # Nothing can be closed twice: the form leads back.
    answer = browse("supervisor", divisions=(COUNTY,)).client.get(f"/cases/{number}/close", follow_redirects=False)
    assert answer.headers["location"] == f"/cases/{number}"


def test_a_precedent_says_what_people_found(context: Context, browse: Browse) -> None:
    lay_out(context)
    before = opened(context, new_case(member(9), hub_id="O9")).case_id
    close_case(context, ANNA, before, 1, Closing("cleared"), "本人支取")
    number = a_case(context)
    page = browse("investigator", divisions=(COUNTY,)).open(f"/cases/{number}")
    part = page.partition('id="precedents"')[2].partition("</section>")[0]
    assert before in part
    assert "予以了结" in part


def test_a_link_tells_of_no_case_one_may_not_see(context: Context, browse: Browse) -> None:
    number = a_case(context)
    far = opened(context, new_case(member(8, division_code=FAR), hub_id="O8")).case_id
    both = somebody(5, "investigator", divisions=("*",))
    link_cases(context, both, number, far, "duplicate_of")
    assert far in browse("investigator").open(f"/cases/{number}")
    assert far not in browse("investigator", divisions=(COUNTY,)).open(f"/cases/{number}")
    assert "被其重复" in browse("investigator").open(f"/cases/{far}")


def test_payments_outside_the_scope_are_not_listed(context: Context, browse: Browse) -> None:
    lay_out(context)
    number = opened(context, new_case(member(1), member(2, division_code=FAR), hub_id="O2")).case_id
    everywhere = browse("investigator")
    assert "D2" in everywhere.open(f"/cases/{number}/payments")
    with context.database.read() as connection:
        from service.store import cases

        row = cases.get(connection, number)
    assert row is not None
    near = browse("investigator", divisions=(COUNTY,))
    # The case lies above both counties: whoever sees one of them does not see it.
    near.open(f"/cases/{number}/payments", 404 if row.division_code in (None, ELSEWHERE) else 200)


def test_two_hundred_payments_and_three_hundred_lines_are_paged(
    context: Context, clock: SetClock, browse: Browse
) -> None:
    number = a_case(context, 200)
    with context.database.write() as connection:
        for turn in range(300):
            line = {
                "case_id": number, "at": clock.now(), "who": "investigator-1", "account_id": 1, "action": "moved",
                "from_state": "new", "to_state": "with_department", "version": 2, "details": {"until": f"turn {turn}"},
            }  # fmt: skip
            case_history.add(connection, line)
    browser = browse("investigator", divisions=(COUNTY,))
    page = browser.open(f"/cases/{number}")
    assert len(page.encode()) < 60_000
    assert len(re.findall(r'href="/payments/D\d+"', page)) == 25
    first = browser.open(f"/cases/{number}/payments")
    behind = re.search(r'rel="next" href="([^"]*)"', first)
    assert behind is not None
    second = browser.open(behind.group(1).replace("&amp;", "&"))
    shown = [set(re.findall(r'href="/payments/(D\d+)"', one)) for one in (first, second)]
    assert not shown[0] & shown[1]
    assert len(shown[0] | shown[1]) == 200
    history = browser.open(f"/cases/{number}/history")
    assert "turn 299" in history
    earlier = re.search(r'rel="next" href="([^"]*)"', history)
    assert earlier is not None
    assert "立件" in browser.open(earlier.group(1))


def test_the_history_away_leaves_the_rest_standing(context: Context, browse: Browse) -> None:
    """No scorer runs here: what is drawn says so kindly, everything else is there."""
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    assert "其余内容照常可用" in browser.open(f"/cases/{number}/graph")
    # The number of a case is drawn, and may hold anything.
    assert "D3" in browser.open(f"/cases/{number}/evidence?payment=D1&code={SERIES}").replace(number, "")
    assert "D3" not in browser.open(f"/cases/{number}/evidence?payment=D1&code={CARDS}").replace(number, "")
    browser.open(f"/cases/{number}/evidence?payment=D99", 404)
    printed = texts(browser.open(f"/cases/{number}/print"))
    assert "3 笔中 3 笔" in printed
    assert "以上为提请核实的问题" in printed


def test_one_look_is_one_line_for_the_case_and_one_for_each_question_behind_it(
    context: Context, browse: Browse
) -> None:
    number = a_case(context)
    before = len(audit_actions(context, number))
    browse("investigator", divisions=(COUNTY,)).open(f"/cases/{number}")
    done = audit_actions(context, number)[before:]
    assert done.count("case.read") == 1
    assert len(done) <= 4


def test_the_last_notes_are_shown_and_those_before_lead_on(context: Context, browse: Browse) -> None:
    number = a_case(context)
    for turn in range(52):
        write_note(context, ANNA, number, f"备注第{turn}条。")
    browser = browse("investigator", divisions=(COUNTY,))
    page = browser.open(f"/cases/{number}")
    assert "备注第51条。" in page
    assert "备注第1条。" not in page
    assert "此前还有 2 条备注" in page
    assert "备注第1条。" in browser.open(f"/cases/{number}/print")


def test_notes_are_sealed_at_rest(context: Context, browse: Browse) -> None:
    from sqlalchemy import select

    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    done = browser.send(f"/cases/{number}", f"/cases/{number}/note", note_text="约周三看台账")
    assert done.status_code == 303
    assert "约周三看台账" in browser.open(f"/cases/{number}")
    with context.database.read() as connection:
        kept = connection.execute(select(CASE_NOTES.c.text)).scalar_one()
    assert "台账".encode() not in bytes(kept)
