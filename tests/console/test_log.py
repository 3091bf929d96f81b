"""The page of the log: what somebody may see of it, marked look-ups first, and whether the chain is sound."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.clock import SetClock
from service.console.words import HERE, words_of
from service.running.handlers import all_handlers
from service.store.audit_lines import AUDIT_LINES
from service.work.audit.anchor import anchor
from service.work.audit.flags import FLAGS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.jobs import work_once
from tests.console.conftest import Browse
from tests.serving.queue_world import FAR, VILLAGE, lay_out
from tests.serving.test_audit import by_force


@pytest.fixture(autouse=True)
def record_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty record of models and rules."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))


def written(context: Context, *lines: Line) -> None:
    """Lines of the log."""
    with context.database.write() as connection:
        record(context, connection, *lines)


@pytest.fixture
def log(context: Context) -> Context:
    """Ten looks of two people in two counties, one of them at kin; the reason of one is markup."""
    lay_out(context)
    for n in range(10):
        written(
            context,
            Line(
                "zhang.san" if n % 2 else "li.si", "case.read", "case", f"C{n}", VILLAGE if n < 8 else FAR,
                reason="<script>alert(1)</script>" if n == 3 else "核对死亡登记",
                flags=("kin", "same_village") if n == 5 else (),
            ),
        )  # fmt: skip
    return context


def test_lines_are_narrowed_by_what_the_address_says(browse: Browse, log: Context) -> None:
    auditor = browse("auditor")
    assert auditor.open("/log?who=zhang.san").count('<a class="code" href="/cases/C') == 5
    assert auditor.open("/log?about=C4&kind=case").count('href="/cases/C4"') == 1
    assert auditor.open("/log?action=case.read").count('<a class="code" href="/cases/C') == 10
    assert "没有符合条件的记录" in auditor.open("/log?who=nobody")
    assert "没有符合条件的记录" in auditor.open("/log?since=2019-07-02")
    assert "没有符合条件的记录" in auditor.open("/log?until=2019-06-30&who=li.si")
    assert auditor.open("/log?since=2019-07-01&until=2019-07-01&who=li.si").count('<a class="code" href="/cases/C') == 5
    for nonsense in ("flag=nonsense", "since=nonsense", "until=0001-01-01"):
        auditor.open(f"/log?{nonsense}")
    auditor.open("/log?before=0", 422)


def test_marked_looks_stand_first(browse: Browse, log: Context) -> None:
    auditor = browse("auditor")
    page = auditor.open("/log")
    marked = page.split("须留意的查询")[1].split('<form method="get"')[0]
    assert marked.count('<a class="code" href="/cases/C5"') == 1
    assert "查亲属" in marked
    assert "须留意的查询" not in auditor.open("/log?who=li.si"), "not where something particular was asked for"
    assert auditor.open("/log?flag=kin").count('<a class="code" href="/cases/C') == 1
    assert auditor.open("/log?looks=1").count('<a class="code" href="/cases/C') == 1


def test_text_stays_text(browse: Browse, log: Context) -> None:
    page = browse("auditor").open("/log")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_scope_holds_and_reasons_are_withheld(browse: Browse, log: Context) -> None:
    near = browse("auditor", divisions=(VILLAGE,)).open("/log")
    assert 'href="/cases/C7"' in near
    assert "C8" not in near
    admin = browse("administrator").open("/log")
    assert "核对死亡登记" not in admin, "an administrator reads the log and no content"
    assert 'href="/cases/' not in admin
    browse("investigator").open("/log", 403)


def test_pages_go_on_where_the_last_one_ended(browse: Browse, context: Context) -> None:
    written(context, *(Line("li.si", "queue.counted", "queue", f"n{n}") for n in range(70)))
    auditor = browse("auditor")
    first = auditor.open("/log?who=li.si")
    assert first.count("queue.counted</a>") == 60
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more is not None
    second = auditor.open(more.group(1).replace("&amp;", "&"))
    assert second.count("queue.counted</a>") == 10
    assert ">n0<" in second
    assert 'rel="next"' not in second


def test_the_same_lines_as_a_file(browse: Browse, log: Context) -> None:
    auditor = browse("auditor")
    where = re.search(r'href="(/v1/audit/lines\.csv[^"]*)"', auditor.open("/log?who=li.si&until=2019-07-01"))
    assert where is not None
    answer = auditor.client.get(where.group(1).replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.text.count("case.read") == 5


def test_verification_from_the_button_to_what_it_found(browse: Browse, log: Context, clock: SetClock) -> None:
    auditor = browse("auditor")
    anchor(log)
    page = auditor.open("/log")
    assert "尚未核验" in page
    assert auditor.send(page, "/log/verify").headers["location"] == "/log"
    waiting = auditor.open("/log")
    assert "核验正在后台进行" in waiting
    assert "立即核验" not in waiting
    assert work_once(log, all_handlers().every, "test", kinds=("audit_verify",))
    assert ">完整</span>" in auditor.open("/log")

    # Somebody changes a line where no trigger sees it.
    def change(connection: object) -> None:
        connection.execute(update(AUDIT_LINES).where(AUDIT_LINES.c.line == 3).values(who="nobody"))  # type: ignore[attr-defined]

    by_force(log, change)
    clock.move(minutes=1)
    auditor.send("/log", "/log/verify")
    while work_once(log, all_handlers().every, "test", kinds=("audit_verify",)):
        pass
    broken = auditor.open("/log")
    assert "处不符" in broken
    assert "第 3 行：" in broken
    assert "Line 3:" in browse("auditor", language="en").open("/log")


def test_a_part_of_the_log_cannot_be_verified(browse: Browse, log: Context) -> None:
    auditor = browse("auditor", divisions=(VILLAGE,))
    page = auditor.open("/log")
    assert "立即核验" not in page
    token = re.search(r'name="form_token" value="([^"]*)"', page)
    assert token is not None
    answer = auditor.again("/log/verify", form_token=token.group(1), form_key="k")
    assert answer.status_code == 403
    assert "链条不可分割" in answer.text


def test_changed_anchors_are_told(browse: Browse, log: Context) -> None:
    from service.work.audit.anchor import anchors_file

    anchor(log)
    path = anchors_file(log)
    path.write_text(path.read_text("utf-8").replace('"line":', '"line": 1'), "utf-8")
    assert "锚点文件被改动" in browse("auditor").open("/log")


def test_what_is_done_has_words() -> None:
    """Actions the service writes are told in words; a new one shows its code until it has some."""
    words = words_of(HERE / "pages" / "log.toml")
    assert {f"flag_{flag}" for flag in FLAGS} <= set(words)
    found = set()
    for path in (HERE.parent / "work").rglob("*.py"):
        found |= set(
            re.findall(r'look_up\(\s*[\w.]+,\s*\w+,\s*[\w.]+,\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
        )
        found |= set(re.findall(r'Line\(\s*[\w.]+,\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")))
    assert len(found) > 40
    missing = sorted(action for action in found if f"action_{action.replace('.', '_')}" not in words)
    assert missing == []


def test_moments_are_local(browse: Browse, context: Context, clock: SetClock) -> None:
    """A line of half past midnight in Sichuan is of that day, not of the day before."""
    clock.at = dt.datetime(2019, 7, 1, 16, 30, tzinfo=dt.UTC)
    written(context, Line("li.si", "queue.counted", "queue", "all"))
    clock.move(hours=2)
    auditor = browse("auditor")
    assert "2019-07-02 00:30" in auditor.open("/log?since=2019-07-02&who=li.si")
    assert "没有符合条件的记录" in auditor.open("/log?until=2019-07-01&who=li.si")
    with context.database.read() as connection:
        assert connection.execute(select(AUDIT_LINES.c.line)).first() is not None
