"""Pages of matching: who sees what, one pair at a time, an answer given once, lines set with a reason, hostile text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.store import match_answers, match_lines, match_runs
from service.store.audit_lines import AUDIT_LINES
from service.store.match_answers import MATCH_ANSWERS
from service.work.context import Context
from tests.console.conftest import Browse
from tests.serving.matching_world import (
    EVIL,
    FAR_COUNTY,
    NAMES,
    TOWN,
    decisions,
    lists,
    matched,
    mistyped,
    number,
    put_on_record,
    row,
    standing,
    work,
)

pytestmark = pytest.mark.any_database

PAGES = ("/matching", "/matching/review", "/matching/pairs", "/matching/lines")


@pytest.fixture
def world(context: Context, tmp_path: Path) -> Context:
    """The tiny county, matched; one list and one address bring markup."""
    evil = row("R-evil", "zhou", address=EVIL, id_number="", phone="", source=EVIL, division_code="", birth_date="")
    put_on_record(context, tmp_path, [*lists(), evil])
    matched(context)
    return context


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def answers(context: Context) -> int:
    """How many answers there are."""
    with context.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(MATCH_ANSWERS)).scalar_one())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_sees_which_page(world: Context, browse: Browse, language: str) -> None:
    """Counts for many, people for those who judge, buttons for those who manage."""
    judge = browse("department_verifier", language=language)
    for path in PAGES:
        page = judge.open(path)
        assert "/matching/run" not in page
        assert "/matching/lines/set" not in page
    for role in ("data_scientist", "administrator", "auditor"):
        other = browse(role, language=language)
        manages = role != "auditor"
        assert ("/matching/run" in other.open("/matching")) is manages
        assert ("/matching/lines/set" in other.open("/matching/lines")) is manages
        assert "/matching/review" not in other.open("/matching")
        for path in ("/matching/review", "/matching/pairs"):
            other.open(path, 403)
        assert other.again("/matching/review/answer", form_key="k", row="x").status_code == 403
    for path in PAGES:
        browse("investigator").open(path, 403)


def test_counts_of_the_last_run(world: Context, browse: Browse) -> None:
    page = browse("data_scientist").open("/matching")
    found = list(decisions(world).values())
    assert f"<b>{found.count('same')}</b>" in page
    assert "民政" in page
    assert "青川县" in page
    assert "白水县" in page
    assert "柳树村" in browse("supervisor", divisions=(TOWN,)).open("/matching")
    assert EVIL not in page


def test_today_says_what_is_unsure(world: Context, browse: Browse) -> None:
    """To whoever judges, in their divisions, until somebody answered; to nobody else."""
    judge = browse("department_verifier")
    assert "/matching/review?of=unsure" in judge.open("/overview")
    for other in (browse("data_scientist"), browse("supervisor", divisions=(FAR_COUNTY,))):
        assert "/matching/review?of=unsure" not in other.open("/overview")
    while "data-answers" in (page := judge.open("/matching/review?of=unsure")):
        assert judge.send(page, "/matching/review/answer", answer="unclear").status_code == 303
    assert "/matching/review?of=unsure" not in judge.open("/overview")


def test_before_anything_was_matched(context: Context, browse: Browse) -> None:
    """Nothing to show is said, and asking without a list is refused with a reason."""
    manager = browse("data_scientist")
    assert "还没有比对过名单" in manager.open("/matching")
    answer = manager.send("/matching", "/matching/run")
    assert answer.status_code == 409
    assert "尚未报送部门名单" in answer.text
    assert "抽样的都已复核" in browse("supervisor").open("/matching/review")
    assert "还没有人复核抽样" in manager.open("/matching/lines")


def test_a_run_is_asked_for_once(world: Context, browse: Browse) -> None:
    manager = browse("administrator")
    page = manager.open("/matching")
    assert manager.send(page, "/matching/run").status_code == 303
    assert manager.send(page, "/matching/run").status_code == 303
    assert "正在后台进行" in manager.open("/matching")
    with world.database.read() as connection:
        assert [one.state for one in match_runs.recent(connection, 9)] == ["waiting", "done"]
    work(world)
    assert "正在后台进行" not in manager.open("/matching")


def test_one_pair_after_the_other(world: Context, browse: Browse) -> None:
    """Answer, go on, see one's own, take one back and look at it again; the same form twice is one answer."""
    judge = browse("department_verifier")
    page = judge.open("/matching/review")
    first = hidden(page, "row")
    done = judge.send(page, "/matching/review/answer", answer="same")
    assert done.headers["location"] == "/matching/review?of=sample"
    again = judge.send(page, "/matching/review/answer", answer="different")
    assert again.headers["location"] == "/matching/review?of=sample"
    assert answers(world) == 1, "a form that comes twice is done once"
    after = judge.open("/matching/review")
    assert hidden(after, "row") != first
    assert "已记录：是同一人" in after
    assert f"/matching/review?pair={first}" in after
    back = judge.send(after, "/matching/review/undo")
    assert back.headers["location"] == f"/matching/review?pair={first}"
    shown = judge.open(back.headers["location"])
    assert "判断已撤回" in shown
    assert judge.send(shown, "/matching/review/answer", answer="unclear").status_code == 303


def test_one_is_left_for_later(world: Context, browse: Browse) -> None:
    judge = browse("supervisor", language="en")
    page = judge.open("/matching/review")
    later = re.search(r'class="later" href="([^"]+)"', page)
    assert later is not None
    assert hidden(judge.open(later[1].replace("&amp;", "&")), "row") != hidden(page, "row")


def test_a_refusal_keeps_what_was_typed(world: Context, browse: Browse) -> None:
    """Somebody else was first: said on the page, with the pair as it now stands; nothing chosen: the same."""
    judge, other = browse("department_verifier", name="he.one"), browse("supervisor", name="li.two")
    page = judge.open("/matching/review")
    none = judge.send(page, "/matching/review/answer", why="看过户口簿")
    assert none.status_code == 422
    assert "看过户口簿" in none.text
    page = judge.open("/matching/review")
    assert other.send("/matching/review", "/matching/review/answer", answer="same", why="核对过").status_code == 303
    late = judge.send(page, "/matching/review/answer", answer="different")
    assert late.status_code == 409
    assert "已有人作出判断" in late.text
    assert "li.two" in late.text
    assert "核对过" in late.text
    refused = judge.send(late.text, "/matching/review/undo", undo_why="短")
    assert refused.status_code == 422
    assert "不少于5个字" in refused.text
    assert judge.send(refused.text, "/matching/review/undo", undo_why="户籍显示是两个人").status_code == 303
    with world.database.read() as connection:
        assert match_answers.tally(connection) == {}


def test_nothing_whole_stands_on_a_page(world: Context, browse: Browse) -> None:
    """Four digits of numbers and phones; addresses hold hashes; every look is on the log."""
    judge = browse("department_verifier", name="he.verifier")
    wang = standing(world, "R-wang").row_hash
    told = judge.open(f"/matching/review?pair={wang}")
    assert number("wang")[-4:] in told
    assert "第15位不同" in told
    for of in ("same", "unsure", "none"):
        told += judge.open(f"/matching/pairs?decision={of}")
    for one in NAMES:
        assert number(one) not in told
        assert not NAMES[one][3] or NAMES[one][3] not in told
    assert mistyped("wang") not in told
    with world.database.read() as connection:
        asked = select(AUDIT_LINES.c.action).where(AUDIT_LINES.c.who == "he.verifier")
        seen = list(connection.execute(asked).scalars())
    assert seen.count("matching.looked") == 1
    assert seen.count("matching.listed") >= 2


def test_markup_in_a_list_stays_text(world: Context, browse: Browse) -> None:
    judge = browse("department_verifier")
    evil = standing(world, "R-evil")
    page = judge.open(f"/matching/review?pair={evil.row_hash}") + judge.open(
        "/matching/pairs?decision=" + evil.decision
    )
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_another_county_sees_nothing_of_it(world: Context, browse: Browse) -> None:
    far = browse("department_verifier", divisions=(FAR_COUNTY,))
    liu = standing(world, "R-liu").row_hash
    far.open(f"/matching/review?pair={liu}", 404)
    page = far.open("/matching/pairs?decision=same")
    assert NAMES["far"][0] in page
    assert NAMES["liu"][0] not in page
    assert far.again("/matching/review/answer", form_key="k", row=liu).status_code in (403, 303)
    assert answers(world) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/matching/review?pair=zz",
        "/matching/review?of=all",
        "/matching/pairs?decision=guilty",
        "/matching/pairs?after=%00",
    ],
)
def test_addresses_that_make_no_sense(context: Context, browse: Browse, path: str) -> None:
    browse("supervisor").open(path, 422)


def test_lines_are_set_and_refused(world: Context, browse: Browse) -> None:
    """With a reason and within bounds; what was typed stays after a refusal."""
    judge = browse("department_verifier")
    judge.send("/matching/review", "/matching/review/answer", answer="same")
    manager = browse("data_scientist", name="wang.wei")
    page = manager.open("/matching/lines")
    assert "尚不充分" in page
    bad = manager.send(page, "/matching/lines/set", same="abc", none="0.1", why="复核两百对，查准率达到要求")
    assert bad.status_code == 422
    assert "复核两百对" in bad.text
    assert 'value="abc"' in bad.text
    short = manager.send("/matching/lines", "/matching/lines/set", same="0.95", none="0.05", why="好")
    assert short.status_code == 422
    done = manager.send(
        "/matching/lines", "/matching/lines/set", same="0.95", none="0.05", why="复核两百对，查准率达到要求"
    )
    assert done.headers["location"] == "/matching/lines"
    page = manager.open("/matching/lines")
    assert "wang.wei" in page
    with world.database.read() as connection:
        lines = match_lines.newest(connection)
    assert lines is not None
    assert (lines.same_probability, lines.none_probability) == (0.95, 0.05)
    outside = browse("data_scientist", divisions=(FAR_COUNTY,))
    assert "/matching/lines/set" not in outside.open("/matching/lines")
