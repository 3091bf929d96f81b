"""The queue of a desk: what stands in it for whom, filters in the address, several cases at once, kept views."""

from __future__ import annotations

import html
import re

import pytest

from service.clock import SetClock
from service.work.context import Context
from service.work.queue.assign_case import assign_case
from service.work.queue.bulk import move_many
from service.work.queue.deadlines import pass_deadlines
from tests.console.conftest import Browse, Browser
from tests.serving.queue_world import (
    COUNTY,
    ELSEWHERE,
    FAR,
    OTHER,
    TOWNSHIP,
    VILLAGE,
    case_row,
    kin,
    lay_out,
    member,
    new_case,
    opened,
    somebody,
)

BOSS = somebody(900, "supervisor")


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def made(context: Context, number: int, **more: object) -> str:
    """A case of its own."""
    return opened(context, new_case(member(number), **({"hub_id": f"O{number}"} | more))).case_id


def listed(page: str) -> list[str]:
    """Numbers of the cases on a page, in order."""
    return re.findall(r'<tr data-href="/cases/(C[0-9A-Z]{10})"', page)


def ticks(context: Context, *numbers: str) -> list[str]:
    """What the boxes of cases hold."""
    return [f"{one}:{case_row(context, one).version}" for one in numbers]


def bulk(browser: Browser, page: str, verb: str, **fields: object) -> object:
    """Send the form of several cases to one of its two buttons."""
    text = browser.open(page)
    form = re.search(r'<form method="post" action="/queue/\w+/assign" data-bulk>(.*?)</form>', text, re.S)
    assert form is not None
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.group(1)))
    keys = {name: html.unescape(value) for name, value in hidden.items()}
    return browser.again(f"{page.partition('?')[0]}/{verb}", **(keys | fields))


def test_the_first_desk_is_the_roles_own(browse: Browse) -> None:
    for role, desk in (
        ("investigator", "discipline"),
        ("department_verifier", "department"),
        ("auditor", "discipline"),
    ):
        answer = browse(role).client.get("/queue", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/queue/{desk}")
    browse("investigator").open("/queue/department", 404)
    browse("data_scientist").open("/queue", 403)
    browse("supervisor").open("/queue/none", 422)


def test_cases_stand_in_order_with_why_and_only_those_one_may_see(context: Context, browse: Browse) -> None:
    small, large = made(context, 1), made(context, 2, loss_fen=0)
    more = opened(context, new_case(member(3, amount_fen=90_000, loss_fen=80_000), hub_id="O3")).case_id
    far = opened(context, new_case(member(4, division_code=FAR), hub_id="O4")).case_id
    own = opened(context, new_case(member(5, person_hash="me"), hub_id="O5")).case_id
    browser = browse("investigator", divisions=(COUNTY,), person="me")
    page = browser.open("/queue/discipline")
    assert listed(page)[0] == more
    assert set(listed(page)) == {small, large, more}
    assert far not in page
    assert own not in page
    assert "在办 3 件" in page
    for part in ("经办人员", "O3", "900.00", "800.00", "T25", "2019-07-0"):
        assert part in page
    assert listed(browse("supervisor", divisions=(ELSEWHERE,)).open("/queue/discipline")) == [far]


def test_filters_live_in_the_address(context: Context, browse: Browse) -> None:
    one, two, three = made(context, 1), made(context, 2, typology="T22"), made(context, 3)
    there = opened(context, new_case(member(4, division_code=OTHER), hub_id="O4")).case_id
    move_many(context, BOSS, [(two, 1)], "preliminary_check", "核实")
    browser = browse("supervisor", divisions=(COUNTY,))
    assign_case(context, BOSS, three, 1, browser.account_id, "请核实")
    drawn = made(context, 6, offered_as="random", typology="", desk="discipline")

    def found(query: str) -> set[str]:
        return set(listed(browser.open(f"/queue/discipline?{query}")))

    assert found("") == {one, two, three, there, drawn}
    assert found("state=preliminary_check") == found("typology=T22") == {two}
    assert found("assignee=me") == found(f"assignee={browser.account_id}") == {three}
    assert found("assignee=none") == {one, two, there, drawn}
    assert found(f"division={VILLAGE}") == {one, two, three, drawn}
    assert found(f"division={TOWNSHIP}&state=new&assignee=none&typology=T25") == {one, there}
    assert found("offered_as=random") == {drawn}
    assert found("q=O3") == found("q=100.00+O3") == {three}
    assert found(f"q={one.lower()}") == {one}
    assert found("state=closed") == found("late=1") == found("q=%E4%BB%80%E4%B9%88") == set()
    for wrong in ("state=none", "typology=25", "sort=x", "assignee=he", "after=1", "late=2", "division=%3Cb%3E"):
        page = browser.open(f"/queue/discipline?{wrong}", 422)
        assert "无法识别条件" in page or "应为上一页返回" in page


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("sort", ["rank", "due", "amount", "newest"])
def test_every_order_pages_through_every_case_once(
    context: Context, browse: Browse, clock: SetClock, sort: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.console.pages.queue.AT_ONCE", 3)
    # Many cases are read along the order, few are fetched and sorted: both must come to the same.
    monkeypatch.setattr("service.work.queue.find_cases.FEW_ELSEWHERE", few)
    numbers = []
    for n in range(8):
        clock.move(hours=n % 3)
        numbers.append(opened(context, new_case(member(n, amount_fen=10_000 + n % 4), hub_id=f"O{n}")).case_id)
    browser = browse("supervisor")
    for query in ("", "&typology=T25&state=new&offered_as=alert", "&assignee=none", f"&division={VILLAGE}"):
        seen: list[str] = []
        page = browser.open(f"/queue/discipline?sort={sort}{query}")
        while True:
            seen += listed(page)
            following = re.search(r'<a rel="next" href="([^"]+)"', page)
            if following is None:
                break
            page = browser.open(html.unescape(following.group(1)))
            assert "回到开头" in page
        assert sorted(seen) == sorted(numbers)
        rows = [case_row(context, one) for one in seen]
        keys = {
            "rank": [row.rank_key for row in rows],
            "due": [row.due_at for row in rows],
            "amount": [-row.amount_fen for row in rows],
            "newest": [-row.opened_at.timestamp() for row in rows],
        }[sort]
        assert keys == sorted(keys)


def test_what_is_late_is_counted_and_found(context: Context, browse: Browse, clock: SetClock) -> None:
    late = made(context, 1)
    clock.move(days=30)
    recent = made(context, 2)
    pass_deadlines(context)
    browser = browse("investigator", divisions=(COUNTY,))
    page = browser.open("/queue/discipline?late=1&sort=due")
    assert listed(page) == [late]
    assert "在办 2 件 · 待分派 2 · <em>超期 1</em>" in page
    assert set(listed(browser.open("/queue/discipline"))) == {late, recent}
    assert "超期" not in browse("supervisor", divisions=(ELSEWHERE,)).open("/queue/discipline").split("chip")[0]


def test_a_number_of_a_person_is_searched_in_no_address(context: Context, browse: Browse) -> None:
    browser = browse("supervisor")
    for number in ("519921199001011234", "51992119900101123X", "6217000000001232", "13800138000"):
        answer = browser.client.get(f"/queue/discipline?state=new&q={number}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/queue/discipline?state=new")
        page = browser.open("/queue/discipline?state=new")
        assert "不能出现在网址中" in page
        assert number not in page
    assert browser.open("/queue/discipline?q=519901001000")  # a division's code is nobody's number


def test_several_cases_are_given_at_once_and_once(context: Context, browse: Browse) -> None:
    one, two, three = (made(context, n) for n in range(3))
    boss, worker = browse("supervisor", divisions=(COUNTY,)), browse("investigator", name="li.wen")
    page = boss.open("/queue/discipline?state=new")
    assert "li.wen（在办 0/15）" in page
    sent = {"case": ticks(context, one, two), "to": worker.account_id, "reason": "请核实"}
    answer = bulk(boss, "/queue/discipline?state=new", "assign", **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue/discipline?state=new")  # type: ignore[attr-defined]
    assert "已分派 2 件" in boss.open("/queue/discipline?state=new")
    assert [case_row(context, n).assignee for n in (one, two, three)] == ["li.wen", "li.wen", None]
    assert set(listed(worker.open("/queue/discipline?assignee=me"))) == {one, two}
    # An investigator takes what nobody has, and gives nothing to others.
    bulk(worker, "/queue/discipline", "assign", case=ticks(context, three), to="me", reason="我来核实")
    assert case_row(context, three).assignee == "li.wen"
    refused = bulk(
        worker, "/queue/discipline", "assign", case=ticks(context, three), to=boss.account_id, reason="请您看看"
    )
    assert refused.status_code == 422  # type: ignore[attr-defined]
    for part in ("cases.assign", "请您看看", f'value="{three}:{case_row(context, three).version}"', "checked"):
        assert part in refused.text  # type: ignore[attr-defined]
    assert case_row(context, three).assignee == "li.wen"


def test_the_same_form_again_changes_nothing(context: Context, browse: Browse) -> None:
    one = made(context, 1)
    browser = browse("investigator", name="li.wen")
    text = browser.open("/queue/discipline")
    form = re.search(r"data-bulk>(.*?)</form>", text, re.S)
    assert form is not None
    keys = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.group(1)))
    fields = keys | {"case": ticks(context, one), "to": "me", "reason": "我来核实"}
    first = browser.again("/queue/discipline/assign", **fields)
    version = case_row(context, one).version
    again = browser.again("/queue/discipline/assign", **fields)
    assert first.headers["location"] == again.headers["location"] == "/queue/discipline"
    assert case_row(context, one).version == version


def test_what_could_not_be_done_is_said_case_by_case(context: Context, browse: Browse) -> None:
    one, two = made(context, 1), made(context, 2)
    boss = browse("supervisor", divisions=(COUNTY,))
    sent = ticks(context, one, two)
    move_many(context, BOSS, [(two, 1)], "with_department", "请部门核实")
    answer = bulk(boss, "/queue/discipline", "move", case=sent, state="preliminary_check", reason="初核")
    text = answer.text  # type: ignore[attr-defined]
    assert "1 件已办理，1 件未办理" in text
    assert "已被更改" in text
    assert two in text
    assert case_row(context, one).state == "preliminary_check"
    assert case_row(context, two).state == "with_department"


def test_a_refused_move_keeps_what_was_entered(context: Context, browse: Browse) -> None:
    one = made(context, 1)
    boss = browse("supervisor", divisions=(COUNTY,))
    for fields, says in (
        ({"state": "held", "reason": "等待回函", "until": ""}, "恢复日期"),
        ({"state": "held", "reason": "等待回函", "until": "soon"}, "须填写日期"),
        ({"state": "confirmed", "reason": "等待回函"}, "请选择状态"),
        ({"state": "preliminary_check", "reason": " "}, "请填写理由"),
    ):
        answer = bulk(boss, "/queue/discipline", "move", case=ticks(context, one), **fields)
        text = answer.text  # type: ignore[attr-defined]
        assert answer.status_code == 422  # type: ignore[attr-defined]
        assert says in text
        assert re.search(rf'value="{one}:1"[^>]*checked', text)
        if fields["reason"].strip():
            assert 'value="等待回函"' in text
    assert "请先勾选" in bulk(boss, "/queue/discipline", "move", state="held", reason="x").text  # type: ignore[attr-defined]
    wrong = bulk(boss, "/queue/discipline", "assign", case=ticks(context, one), to="", reason="x")
    assert "请选择分派给谁" in wrong.text  # type: ignore[attr-defined]
    assert case_row(context, one).version == 1


def test_supervisors_deal_and_refresh_and_nobody_else(context: Context, browse: Browse) -> None:
    numbers = [made(context, n) for n in range(3)]
    boss, worker = browse("supervisor", divisions=(COUNTY,)), browse("investigator", name="li.wen", divisions=(COUNTY,))
    answer = boss.send("/queue/discipline", "/queue/discipline/deal")
    assert answer.headers["location"] == "/queue/discipline"
    assert "已按在办数量分派 3 件" in boss.open("/queue/discipline")
    assert {case_row(context, n).assignee for n in numbers} == {"li.wen"}
    boss.send("/queue/discipline", "/queue/discipline/refresh")
    assert "正在重新汇总" in boss.open("/queue/discipline")
    page = worker.open("/queue/discipline")
    assert "/deal" not in page
    assert "/refresh" not in page
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token is not None
    for verb in ("deal", "refresh"):
        answer = worker.again(f"/queue/discipline/{verb}", form_token=token.group(1), form_key=verb)
        assert answer.status_code == 403


def test_views_are_kept_as_addresses_and_dropped(context: Context, browse: Browse) -> None:
    made(context, 1)
    browser = browse("supervisor", divisions=(COUNTY,))
    here = f"/queue/discipline?state=new&division={VILLAGE}&assignee=me"
    browser.send(here, "/queue/discipline/keep", name="本村 <b>新件</b>")
    page = browser.open("/queue/discipline")
    assert "本村 &lt;b&gt;新件&lt;/b&gt;" in page
    kept = re.search(r'class="chip"><a href="([^"]+)">本村', page)
    assert kept is not None
    assert html.unescape(kept.group(1)) == here
    assert 'aria-current="true">本村' in browser.open(html.unescape(kept.group(1)))
    assert "本村" not in browse("supervisor").open("/queue/discipline")
    refused = browser.send(here, "/queue/discipline/keep", name="名" * 61)
    assert refused.status_code == 422
    assert "名" * 61 in refused.text
    browser.send("/queue/discipline", "/queue/discipline/drop")
    assert "本村" not in browser.open("/queue/discipline")
    # Words may be a name: nothing of them is kept.
    assert "/queue/discipline/keep" not in browser.open("/queue/discipline?q=%E5%8F%96%E7%8E%B0")


def test_only_whoever_works_cases_chooses_them(context: Context, browse: Browse) -> None:
    made(context, 1)
    page = browse("auditor").open("/queue/discipline")
    assert listed(page)
    assert "data-bulk" in page
    assert 'name="case"' not in page
    assert "批量办理" not in page


def test_hostile_text_stays_text_and_english_is_english(context: Context, browse: Browse) -> None:
    evil = "<script>alert(1)</script>"
    opened(context, new_case(member(1), summary_zh=evil, summary_en=evil, hub_id=evil))
    page = browse("supervisor", language="en").open("/queue/discipline")
    assert evil not in page
    assert html.escape(evil) in page
    assert "Discipline inspection" in page
    assert not re.search("[一-鿿]", re.sub(r"明白|中文|虚构", "", re.sub(r"<[^>]+>", "", page)))


def test_kin_neither_sees_nor_counts(context: Context, browse: Browse) -> None:
    kin(context, "me", "p1")
    made(context, 1)
    page = browse("supervisor", person="me").open("/queue/discipline")
    assert listed(page) == []
    assert "在办 0 件" in page
