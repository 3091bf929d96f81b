"""What is done to a case from its page: once, by whom it may be, and nothing typed is lost where it is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.store import closing_proposals, counter_evidence
from service.work.context import Context
from service.work.queue.move_case import move_case
from service.work.queue.read_case import read_case
from service.work.queue.write_note import read_notes
from tests.console.case_world import a_case
from tests.console.conftest import Browse, Browser
from tests.serving.queue_world import COUNTY, audit_actions, case_row, lay_out, member, new_case, opened, somebody

pytestmark = pytest.mark.any_database

ANNA, BEN = somebody(1, "investigator"), somebody(2, "supervisor")


def sent(browser: Browser, case_id: str, verb: str, **fields: object) -> Any:
    """Send a form of the case's page."""
    return browser.send(f"/cases/{case_id}", f"/cases/{case_id}/{verb}", version=version_of(browser, case_id), **fields)


def version_of(browser: Browser, case_id: str) -> str:
    """The version the forms of the page hold."""
    found = re.search(r'name="version" value="(\d+)"', browser.open(f"/cases/{case_id}"))
    assert found is not None
    return found.group(1)


def test_taken_moved_and_given_back(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,), name="li.wen")
    done = sent(browser, number, "take")
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{number}")
    page = browser.open(f"/cases/{number}")
    assert "本件现由您承办" in page
    assert "由我承办" in page
    assert "本件现由您承办" not in browser.open(f"/cases/{number}")
    assert case_row(context, number).assignee == "li.wen"
    sent(browser, number, "move", move_to="preliminary_check", move_reason="名册不符", move_until="")
    row = case_row(context, number)
    assert (row.state, row.version) == ("preliminary_check", 3)
    sent(browser, number, "give-back", give_reason="请假")
    assert case_row(context, number).assignee is None


def test_held_needs_a_day_and_what_was_typed_stands_there_again(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    reason = 'wait for the "bank" <b>& others</b>'
    answer = sent(browser, number, "move", form="move", move_to="held", move_until="", move_reason=reason)
    assert answer.status_code == 422
    assert "暂存待查须填写恢复日期" in answer.text
    assert "wait for the &#34;bank&#34; &lt;b&gt;&amp; others&lt;/b&gt;" in answer.text
    assert '<option value="held" selected>' in answer.text
    assert re.search(r"<details open>\s*<summary>转办", answer.text)
    # The form was not done: the same may be sent again, mended.
    again = browser.send(answer.text, f"/cases/{number}/move", version=1, move_to="held", move_until="2019-07-20",
                         move_reason="等银行回单")  # fmt: skip
    assert again.status_code == 303
    assert case_row(context, number).state == "held"
    for wrong in ("nowhere", "confirmed", ""):
        assert sent(browser, number, "move", move_to=wrong, move_reason="x").status_code == 422


def test_sent_twice_is_done_once(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    page = browser.open(f"/cases/{number}")
    fields = {"note_text": "约周三看台账"}
    first = browser.send(page, f"/cases/{number}/note", **fields)
    second = browser.send(page, f"/cases/{number}/note", **fields)
    assert first.headers["location"] == second.headers["location"] == f"/cases/{number}"
    assert len(read_notes(context, ANNA, number, 0, 10)) == 1


def test_whoever_was_slower_sees_what_changed_and_keeps_what_was_typed(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    page = browser.open(f"/cases/{number}")
    move_case(context, BEN, number, 1, "with_department", "请民政核实死亡登记")
    answer = browser.send(
        page, f"/cases/{number}/move", version=1, move_to="talk_by_letter", move_reason="发函询问经办人"
    )
    assert answer.status_code == 409
    assert "请民政核实死亡登记" in answer.text.partition('id="meanwhile"')[2].partition("</div>")[0]
    assert "发函询问经办人" in answer.text
    assert 'name="version" value="2"' in answer.text
    again = browser.send(
        answer.text, f"/cases/{number}/move", version=2, move_to="talk_by_letter", move_reason="发函询问经办人"
    )
    assert again.status_code == 303


def test_a_supervisor_gives_it_to_somebody_who_sees_it(context: Context, browse: Browse) -> None:
    number = a_case(context)
    worker = browse("investigator", divisions=(COUNTY,), name="li.wen")
    browse("investigator", divisions=("519800000000",), name="far.away")
    browse("data_scientist", name="data")
    kin = browse("investigator", divisions=(COUNTY,), name="kin.of", person="p1")
    chief = browse("supervisor", divisions=(COUNTY,))
    page = chief.open(f"/cases/{number}")
    offered = re.findall(r'<option value="\d+">([^<]*)</option>', page)
    assert "li.wen" in offered
    assert {"far.away", "data"}.isdisjoint(offered)
    # A list that lacks somebody would tell whose kin they are.
    assert "kin.of" in offered
    refused = sent(chief, number, "assign", assign_account=kin.account_id, assign_reason="按分工")
    assert refused.status_code == 422
    assert "该账号不能承办此件" in refused.text
    for wrong in ("", "x", "-1", "99999999999999999999"):
        assert sent(chief, number, "assign", assign_account=wrong, assign_reason="按分工").status_code == 422
    sent(chief, number, "assign", assign_account=worker.account_id, assign_reason="按分工")
    assert case_row(context, number).assignee == "li.wen"
    sent(chief, number, "assign", assign_account="nobody", assign_reason="收回")
    assert case_row(context, number).assignee is None
    # An investigator gives nothing to others, whatever form they make.
    assert worker.again(f"/cases/{number}/assign", form_token="t").status_code == 403  # noqa: S106


def closes(browser: Browser, case_id: str, **fields: object) -> Any:
    """Send the closing form."""
    page = f"/cases/{case_id}/close"
    return browser.send(page, f"{page}/send", version=version_of(browser, case_id), **fields)


def test_closed_with_a_finding_others_for_some_and_what_explained_it(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    done = closes(
        browser, number, close_outcome="cleared", close_reason="均为本人支取", close_typology="T25", close_role="",
        explained_about="card", explained_why="赶集日结伴", lines="D3 工作差错",
        **{"found-D2": "error", "found-D1": ""},
    )  # fmt: skip
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{number}")
    assert case_row(context, number).state == "cleared"
    with context.database.read() as connection:
        from service.store import case_members

        found = {m.disbursement_id: m.outcome for m in case_members.of_case(connection, number)}
        assert found == {"D1": "cleared", "D2": "error", "D3": "error"}
        assert len(counter_evidence.of_case(connection, number)) == 3


def test_a_closing_that_does_not_fit_is_told_with_everything_still_there(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    given = {"close_outcome": "cleared", "close_reason": "已核对", "found-D2": "confirmed", "explained_about": "hub",
             "explained_why": "赶集日"}  # fmt: skip
    answer = closes(browser, number, **given)
    assert answer.status_code == 422
    assert "只有查实的核查件才可有查实明细" in answer.text
    assert "已核对" in answer.text
    assert '<option value="confirmed" selected>' in answer.text
    assert re.search(r'value="cleared" required checked', answer.text)
    assert "赶集日" in answer.text
    for wrong in (
        {"close_outcome": "", "close_reason": "x"},
        {"close_outcome": "cleared", "close_reason": ""},
        {"close_outcome": "error", "close_reason": "x", "explained_about": "hub", "explained_why": "y"},
        {"close_outcome": "cleared", "close_reason": "x", "explained_why": "y"},
        {"close_outcome": "cleared", "close_reason": "x", "explained_about": "moon", "explained_why": "y"},
        {"close_outcome": "cleared", "close_reason": "x", "found-D2": "guilty"},
        {"close_outcome": "cleared", "close_reason": "x", "found-D99": "error"},
        {"close_outcome": "cleared", "close_reason": "x", "lines": "D1"},
        {"close_outcome": "confirmed", "close_reason": "x", "close_role": "neighbour"},
    ):
        assert closes(browser, number, **wrong).status_code in (409, 422)
    assert case_row(context, number).version == 1


def large(context: Context) -> str:
    """A case above the level, looked into."""
    lay_out(context)
    number = opened(context, new_case(member(1, amount_fen=2_000_000), member(2))).case_id
    move_case(context, ANNA, number, 1, "preliminary_check", "看一看名册")
    return number


def test_a_high_case_takes_two_people(context: Context, browse: Browse) -> None:
    number = large(context)
    proposer = browse("supervisor", divisions=(COUNTY,), name="zhou.min")
    done = closes(proposer, number, close_outcome="confirmed", close_reason="回单与台账不符")
    assert done.status_code == 303
    own = proposer.open(f"/cases/{number}")
    assert "结案等待会签" in own
    assert f'action="/cases/{number}/sign"' not in own
    assert f'action="/cases/{number}/move"' not in own
    assert f'action="/cases/{number}/withdraw"' in own
    # Who proposed cannot countersign, whatever form they make of the one there is.
    form = re.search(rf'action="/cases/{number}/withdraw">(.*?)</form>', own, re.S)
    assert form is not None
    keys = dict(re.findall(r'name="(form_token|form_key)" value="([^"]*)"', form.group(1)))
    answer = proposer.again(f"/cases/{number}/sign", **keys, version=3)
    assert answer.status_code == 403
    assert "提出人不得会签" in answer.text
    worker = browse("investigator", divisions=(COUNTY,)).open(f"/cases/{number}")
    assert f'action="/cases/{number}/sign"' not in worker
    second = browse("supervisor", divisions=(COUNTY,), name="wang.wei")
    page = second.open(f"/cases/{number}")
    assert "回单与台账不符" in page
    assert "查实" in page.partition('id="waiting"')[2].partition("</section>")[0]
    assert sent(second, number, "sign").status_code == 303
    assert case_row(context, number).state == "confirmed"
    assert "zhou.min 提出，已会签" in second.open(f"/cases/{number}")


@pytest.mark.parametrize("how", ["refuse", "withdraw"])
def test_a_closing_is_refused_or_taken_back(context: Context, browse: Browse, how: str) -> None:
    number = large(context)
    proposer = browse("supervisor", divisions=(COUNTY,), name="zhou.min")
    closes(proposer, number, close_outcome="cleared", close_reason="没有问题")
    who = browse("supervisor", divisions=(COUNTY,)) if how == "refuse" else proposer
    empty = sent(who, number, how, **{f"{how}_reason": " "})
    assert empty.status_code == 422
    assert sent(who, number, how, **{f"{how}_reason": "银行回单没有附上"}).status_code == 303
    with context.database.read() as connection:
        assert closing_proposals.waiting(connection, number) is None
    assert f'action="/cases/{number}/move"' in who.open(f"/cases/{number}")


def test_reopened_and_cleared_by_name(context: Context, browse: Browse) -> None:
    number = a_case(context)
    chief = browse("supervisor", divisions=(COUNTY,))
    closes(chief, number, close_outcome="cleared", close_reason="没有问题")
    assert sent(chief, number, "clear-by-name", name_reason="公开说明").status_code == 303
    assert case_row(context, number).state == "cleared_by_name"
    assert sent(chief, number, "reopen", reopen_reason="新的回单").status_code == 303
    assert case_row(context, number).state == "new"
    assert f'action="/cases/{number}/reopen"' not in chief.open(f"/cases/{number}")


def test_linked_and_unlinked_in_the_direction_it_was_made(context: Context, browse: Browse) -> None:
    number = a_case(context)
    other = opened(context, new_case(member(7), hub_id="O7")).case_id
    browser = browse("investigator", divisions=(COUNTY,))
    wrong = sent(browser, number, "link", link_other="C9999999999", link_kind="related")
    assert wrong.status_code == 404
    assert sent(browser, number, "link", link_other=other.lower(), link_kind="part_of").status_code == 303
    assert [(one.other_id, one.kind) for one in read_case(context, ANNA, number).links] == [(other, "part_of")]
    # From the other end it reads the other way round, and goes away from there too.
    page = browser.open(f"/cases/{other}")
    assert "包含" in page
    fields = dict(re.findall(r'name="(unlink_\w+)" value="([^"]*)"', page))
    assert browser.send(page, f"/cases/{other}/unlink", **fields).status_code == 303
    assert read_case(context, ANNA, number).links == []


def test_merged_and_split_by_supervisors(context: Context, browse: Browse) -> None:
    number = a_case(context)
    other = opened(context, new_case(member(7), hub_id="O7")).case_id
    chief = browse("supervisor", divisions=(COUNTY,))
    page = f"/cases/{number}/split"
    none = chief.send(page, f"{page}/send", version=1, split_reason="另案处理")
    assert none.status_code == 422
    assert "另案处理" in none.text
    done = chief.send(page, f"{page}/send", version=1, split_reason="另案处理", pick="D2", lines="D3")
    part = done.headers["location"].removeprefix("/cases/")
    assert case_row(context, part).member_count == 2
    assert "已分出另立本件" in chief.open(f"/cases/{part}")
    merged = sent(chief, part, "merge", merge_into=other, merge_reason="同一经办人员")
    assert merged.headers["location"] == f"/cases/{other}"
    assert case_row(context, other).member_count == 3
    assert case_row(context, part).state == "merged"
    closed = chief.open(f"/cases/{part}")
    assert not re.findall(rf'action="/cases/{part}/(move|reopen|merge)"', closed)


def test_one_whole_number_is_shown_once_with_a_reason(context: Context, browse: Browse) -> None:
    from service.sealing.column import seal_text
    from service.store import personal_values
    from service.store.personal_values import PERSONAL_VALUES

    number = a_case(context)
    whole = "519921195303041232"
    sealed = seal_text(context.seal, PERSONAL_VALUES.c.value, whole)
    assert sealed is not None
    with context.database.write() as connection:
        personal_values.keep(connection, "identity_number", [("p1", sealed, "519901001000", "p1", context.clock.now())])
    browser = browse("investigator", divisions=(COUNTY,))
    given = {"form": "unmask", "unmask_payment": "D1", "unmask_field": "identity_number"}
    short = sent(browser, number, "unmask", **given, unmask_reason="看看")
    assert short.status_code == 422
    assert "不少于10个字" in short.text
    assert whole not in short.text
    for wrong in ({"unmask_payment": "D99"}, {"unmask_field": "blood_group"}, {"unmask_payment": "hub"}):
        answer = sent(browser, number, "unmask", **(given | wrong), unmask_reason="核对死亡登记与发放对象是否一致")
        assert answer.status_code == 422
        assert whole not in answer.text
    page = browser.open(f"/cases/{number}")
    fields = given | {"unmask_reason": "核对死亡登记与发放对象是否一致"}
    answer = browser.send(page, f"/cases/{number}/unmask", **fields)
    assert answer.status_code == 200
    assert whole in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers or whole not in answer.headers["set-cookie"]
    # Reload and back show the case, not the number.
    again = browser.send(page, f"/cases/{number}/unmask", **fields)
    assert again.status_code == 303
    assert whole not in browser.open(f"/cases/{number}")
    assert audit_actions(context, "p1").count("person.unmask") == 1
    assert f'action="/cases/{number}/unmask"' not in browse("department_verifier", divisions=(COUNTY,),
                                                            desks=("discipline",)).open(f"/cases/{number}")  # fmt: skip


def test_a_form_without_its_version_changes_nothing(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    for wrong in ("", "0", "x", "-1", "99999999999"):
        page = browser.open(f"/cases/{number}")
        answer = browser.send(
            page, f"/cases/{number}/move", version=wrong, move_to="with_department", move_reason="请核实"
        )
        assert answer.status_code == 422
    assert case_row(context, number).version == 1


def test_another_countys_case_takes_no_form(context: Context, browse: Browse) -> None:
    number = a_case(context)
    far = browse("supervisor", divisions=("519800000000",))
    token = re.search(r'name="form_token" value="([^"]*)"', far.open("/account"))
    assert token is not None
    for at, verb in enumerate(
        ("move", "take", "note", "link", "merge", "reopen", "unmask", "close/send", "split/send")
    ):
        answer = far.again(
            f"/cases/{number}/{verb}", form_token=token.group(1), form_key=f"k{at}", version=1, move_to="held",
            move_reason="x", note_text="x", link_other="C0000000001", link_kind="related", merge_into="C0000000001",
            merge_reason="x", reopen_reason="x", unmask_payment="D1", unmask_field="name", pick="D1",
            unmask_reason="核对死亡登记与发放对象是否一致", close_outcome="cleared", close_reason="x", split_reason="x",
        )  # fmt: skip
        assert answer.status_code == 404, verb
    assert case_row(context, number).version == 1
