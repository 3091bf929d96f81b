"""Pages of questions before payment: first deadline first, decided once, by whoever may, until the deadline."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.sealing.column import seal_text
from service.store import scores
from service.store.audit_lines import AUDIT_LINES
from service.store.scores import SCORES
from service.store.verifications import VERIFICATIONS
from service.work.context import Context
from service.work.runs.questions import rules_of
from service.work.runs.release_due import ask_some
from tests.console.conftest import Browse
from tests.serving.queue_world import COUNTY, ELSEWHERE, OTHER, VILLAGE, lay_out
from tests.serving.test_recusal_scores import NUMBER
from tests.serving.test_recusal_scores import row as score_row

EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _asked(context: Context) -> None:
    """Four payments that are asked about, the later numbered the earlier due; the fourth has a number that must be
    escaped in an address."""
    lay_out(context)
    with context.database.write() as connection:
        rows = [_score(context, number) for number in (1, 2, 3)]
        scores.add(connection, [*rows, _score(context, 4, disbursement_id="D/4 é?#")], ["[]"])
    assert ask_some(context) == 4


def _score(context: Context, number: int, **more: Any) -> dict[str, Any]:
    reasons = [
        {
            "code": "T01.paid_after_death",
            "kind": "rule",
            "text_zh": f"死亡已登记{EVIL}",
            "text_en": f"a death is on record{EVIL}",
            "weight": 1.0,
            "evidence": [f"persons:{NUMBER}"],
        },
        {"code": "M", "kind": "model", "text_zh": "面积偏大", "text_en": "a large area", "weight": 0.5, "evidence": []},
    ]
    values = {
        "reasons": seal_text(context.seal, SCORES.c.reasons, json.dumps(reasons)),
        "deadline": context.clock.now() + dt.timedelta(days=6 - number),
        "division_code": VILLAGE if number == 1 else OTHER,
    }
    return score_row(context, number, **values | more)


def order(page: str) -> list[str]:
    """Payments of a list, as their addresses name them."""
    return re.findall(r'data-href="/questions/([^"]+)"', page)


def test_the_first_deadline_comes_first_and_reasons_are_questions(browse: Browse, clock: SetClock) -> None:
    """In the order in which they release themselves; one that is near is marked; nothing personal stands there."""
    browser = browse("department_verifier")
    page = browser.open("/questions")
    assert order(page) == ["D%2F4%20%C3%A9%3F%23", "D3", "D2", "D1"]
    assert "，是否属实？" in page
    assert "任何人都不能在此停发款项" in page
    assert EVIL not in page
    assert NUMBER not in page
    assert page.count('class="mark ask"') == 0
    clock.move(days=1, hours=12)
    assert browse("department_verifier").open("/questions").count('class="mark ask"') == 1


def test_a_decision_by_form_is_made_once(browse: Browse, context: Context) -> None:
    """What was chosen and written stands there again after a refusal; the reason is needed; then it is done, once."""
    browser = browse("department_verifier")
    page = browser.open("/questions/D1")
    assert "这笔发放" in page
    assert "规则：" in page
    assert "模型给出的疑点" in page
    assert NUMBER not in page
    refused = browser.send(page, "/questions/D1/decide", outcome="correct", reason="短")
    assert refused.status_code == 422
    assert "请填写不少于 5 个字的理由" in refused.text
    assert re.search(r'value="correct" required checked', refused.text)
    assert ">短</textarea>" in refused.text
    assert browser.send(page, "/questions/D1/decide", outcome="keep", reason="long enough").status_code == 422
    reason = f"户主已更换，请更正后重报{EVIL}"
    for _ in range(2):
        done = browser.send(page, "/questions/D1/decide", outcome="correct", reason=reason)
        assert (done.status_code, done.headers["location"]) == (303, "/questions")
    said = browser.open("/questions")
    assert "已决定退回主管部门更正" in said
    assert "D1" not in order(said)
    closed = browser.open("/questions?state=closed")
    assert order(closed) == ["D1"]
    after = browser.open("/questions/D1")
    assert "户主已更换" in after
    assert EVIL not in after
    assert 'action="/questions/D1/decide"' not in after
    with context.database.read() as connection:
        made = select(AUDIT_LINES).where(AUDIT_LINES.c.action == "verify.decided")
        assert len(connection.execute(made).all()) == 1


def test_who_comes_second_or_too_late_is_told(browse: Browse, clock: SetClock, context: Context) -> None:
    """Somebody else has decided, or the deadline has passed and it has released itself: 409, with what stands."""
    one, two = browse("department_verifier"), browse("supervisor", language="en")
    held = two.open("/questions/D2")
    one.send("/questions/D2", "/questions/D2/decide", outcome="release", reason="已入户核实本人健在")
    second = two.send(held, "/questions/D2/decide", outcome="correct", reason="not so, I think")
    assert second.status_code == 409
    assert "released by a person" in second.text
    clock.move(days=4, hours=23, minutes=55)
    three = browse("department_verifier", language="en")
    page = three.open("/questions/D3")
    assert 'action="/questions/D3/decide"' not in page
    assert "Due: being released" in page
    page = three.open("/questions/D1")
    clock.move(minutes=10)
    late = three.send(page, "/questions/D1/decide", outcome="correct", reason="too late for that")
    assert late.status_code == 409
    assert "has released itself" in late.text
    with context.database.read() as connection:
        states = dict(connection.execute(select(VERIFICATIONS.c.disbursement_id, VERIFICATIONS.c.state)).all())
    assert states["D1"] == states["D2"] == "released"


def test_a_number_of_any_shape_leads_to_its_page(browse: Browse) -> None:
    """A payment's number may hold what addresses do not: it is written so that it leads back."""
    browser = browse("department_verifier")
    path = f"/questions/{order(browser.open('/questions'))[0]}"
    page = browser.open(path)
    assert "D/4 é?#" in page
    assert browser.send(page, f"{path}/decide", outcome="release", reason="已核实，情况清楚").status_code == 303


def test_questions_are_seen_where_they_lie_and_by_whom_they_are_asked(browse: Browse) -> None:
    """Other villages, one's own payment, another role: as if there were none; what was tried is refused."""
    village = browse("department_verifier", divisions=(VILLAGE,))
    assert order(village.open("/questions")) == ["D1"]
    village.open("/questions/D2", 404)
    assert order(browse("department_verifier", divisions=(ELSEWHERE,)).open("/questions")) == []
    own = browse("department_verifier", divisions=(COUNTY,), person="p1")
    assert order(own.open("/questions")) == ["D%2F4%20%C3%A9%3F%23", "D3", "D2"]
    own.open("/questions/D1", 404)
    page = own.open("/questions/D2")
    forced = own.client.post(
        "/questions/D1/decide", data=_keys(page) | {"outcome": "release", "reason": "all in order"}
    )
    assert forced.status_code == 404
    for role in ("investigator", "auditor", "data_scientist", "administrator"):
        browse(role).open("/questions", 403)


def _keys(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(form_token|form_key)" value="([^"]*)">', page))


def test_pages_follow_each_other_without_gap(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """By deadline and number, also where an address names a moment no calendar has."""
    monkeypatch.setattr("service.console.pages.questions.AT_ONCE", 1)
    browser = browse("supervisor")
    found, path = [], "/questions"
    while path:
        page = browser.open(path)
        found += order(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert [one[:2] for one in found] == ["D%", "D3", "D2", "D1"]
    assert "没有等待核实" in browser.open("/questions?after=999999999999999999-1")
    browser.open("/questions?after=x", 422)
    assert order(browser.open("/questions?program=OTHER")) == []


def test_a_reason_names_its_rule_and_what_to_do() -> None:
    """Those of the catalogue; none for what a model says or a rule that is no more."""
    found = rules_of([{"code": "T01.paid_after_death"}, {"code": "M"}, {"code": "T99.gone"}, {}])
    assert found[0] is not None
    assert re.search(r"[一-鿿]", found[0].title[0])
    assert len(found[0].steps) >= 2
    assert found[1:] == [None, None, None]
