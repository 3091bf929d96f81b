"""Cases found by a number that stands in no address; patterns that were explained, and ending that."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.queue.close_case import close_case
from service.work.queue.closing import Closing, Explained
from service.work.queue.remember import quieten, recall
from tests.console.conftest import Browse
from tests.serving.queue_world import COUNTY, FAR, VILLAGE, case_row, lay_out, member, new_case, opened, somebody

PERSON, CARD = "519921199001011234", "6217000000001232"
ANNA = somebody(901, "investigator")


@pytest.fixture(autouse=True)
def _world(context: Context) -> None:
    lay_out(context)


def test_numbers_find_cases_and_stand_nowhere(context: Context, browse: Browse) -> None:
    seal = context.seal
    person, card = seal.hash("person", PERSON), seal.hash("card", CARD)
    one = opened(context, new_case(member(1, person_hash=person, card_hash=card))).case_id
    browser = browse("supervisor", divisions=(COUNTY,))
    for kind, value in (
        ("person", PERSON), ("person", "519921 19900101 1234"), ("card", "6217 0000 0000 1232"),
        ("household", "H1"), ("payment", "D1"), ("official", "O1"),
    ):  # fmt: skip
        answer = browser.send("/queue-search", "/queue-search/find", kind=kind, value=value)
        assert answer.status_code == 200, (kind, value)
        assert one in answer.text, (kind, value)
        assert PERSON not in answer.text
        assert CARD not in answer.text
    far = browse("supervisor", divisions=(FAR,)).send(
        "/queue-search", "/queue-search/find", kind="person", value=PERSON
    )
    assert one not in far.text
    assert "没有您可以查看的核查件" in far.text
    with context.database.read() as connection:
        lines = connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == "case.searched")).all()
    assert (lines[0].about_kind, lines[0].about) == ("person", person)
    assert PERSON not in str(lines)
    assert CARD not in str(lines)


def test_the_form_may_be_sent_again_and_needs_a_number(context: Context, browse: Browse) -> None:
    browser = browse("supervisor")
    page = browser.open("/queue-search")
    first = browser.send(page, "/queue-search/find", kind="phone", value="13800138000")
    again = browser.send(page, "/queue-search/find", kind="phone", value="13800138000")
    assert first.status_code == again.status_code == 200
    assert "13800138000" not in again.text
    empty = browser.send("/queue-search", "/queue-search/find", kind="card", value="  ")
    assert empty.status_code == 422
    assert '<option value="card" selected>' in empty.text
    assert browser.send("/queue-search", "/queue-search/find", kind="other", value="x").status_code == 200
    browse("data_scientist").open("/queue-search", 403)


def test_closed_cases_are_found_where_asked_for(context: Context, browse: Browse) -> None:
    one = opened(context, new_case(member(1), desk="department")).case_id
    verifier = somebody(902, "department_verifier")
    close_case(context, verifier, one, 1, Closing("cleared"), "已核实")
    browser = browse("department_verifier", divisions=(COUNTY,))
    plain = browser.send("/queue-search", "/queue-search/find", kind="payment", value="D1")
    both = browser.send("/queue-search", "/queue-search/find", kind="payment", value="D1", closed="1")
    assert one not in plain.text
    assert one in both.text
    assert "予以了结" in both.text
    page = browser.open("/queue/department?state=closed")
    assert one in page
    assert "办结日期" in page
    assert "批量办理" not in page


@pytest.fixture
def quiet(context: Context) -> str:
    """A pattern that is quiet because it was explained; the case it was explained in."""
    one = opened(context, new_case(member(1), desk="department")).case_id
    verifier = somebody(902, "department_verifier")
    closing = Closing("cleared", explained=Explained("hub", "村里统一代办"))
    close_case(context, verifier, one, 1, closing, "已核实")
    again = new_case(member(2), desk="department")
    with context.database.write() as connection:
        found = recall(context, connection, again)
        assert found.memory_id is not None
        quieten(context, connection, again, found.memory_id, VILLAGE)
    return one


def test_explained_patterns_are_listed_and_can_be_ended(context: Context, browse: Browse, quiet: str) -> None:
    boss = browse("supervisor", divisions=(COUNTY,))
    page = boss.open("/queue/department/quiet")
    assert quiet in page
    assert "O1" in page
    refused = boss.send(page, "/queue/department/quiet/end", reason=" ")
    assert refused.status_code == 422
    assert "请填写理由" in refused.text
    answer = boss.send("/queue/department/quiet", "/queue/department/quiet/end", reason="情况已变")
    assert answer.headers["location"] == "/queue/department/quiet"
    assert "解释已终止" in boss.open("/queue/department/quiet")
    with context.database.read() as connection:
        assert recall(context, connection, new_case(member(2), desk="department")).memory_id is None


def test_others_neither_see_nor_end_them(context: Context, browse: Browse, quiet: str) -> None:
    assert quiet not in browse("supervisor", divisions=(FAR,)).open("/queue/department/quiet")
    browse("investigator").open("/queue/department/quiet", 404)
    verifier = browse("department_verifier", divisions=(COUNTY,))
    page = verifier.open("/queue/department/quiet")
    assert quiet in page
    assert "/quiet/end" not in page
    assert case_row(context, quiet).state == "cleared"
