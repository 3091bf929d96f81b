"""Pages of supervision: as of any date, within scope, every look and every export on the log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.clock import SetClock
from service.store.audit_lines import AUDIT_LINES, AUDIT_REASONS
from service.work.context import Context
from service.work.funds.late import open_late_cases
from service.work.funds.sums import sums, whole_and_programs
from tests.console.conftest import Browse
from tests.serving.queue_world import somebody
from tests.serving.test_late_runs import paid, run

__all__ = ["run"]


@pytest.fixture(autouse=True)
def record_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty record of models and rules."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))


@pytest.fixture
def county(run: Context, clock: SetClock) -> Context:
    """A late run whose case was opened on 1 July; its money came on 2 July; today is 3 July."""
    open_late_cases(run)
    clock.move(days=1)
    paid(run, 0, 1, 2, 3)
    open_late_cases(run)
    clock.move(days=1)
    return run


def lines(context: Context, action: str) -> list[Any]:
    """Lines of an action."""
    with context.database.read() as connection:
        return list(connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == action)).all())


def test_the_state_now_and_at_an_earlier_day(browse: Browse, county: Context) -> None:
    auditor = browse("auditor")
    now = auditor.open("/supervision")
    assert "应发未发" in now
    assert "计算当日资金" not in now
    then = auditor.open("/supervision?at=2019-07-01")
    assert "2019-07-01 日终" in then
    assert "计算当日资金" in then, "money of an earlier day is summed up on request"
    counted = auditor.open("/supervision?at=2019-07-01&money=1")
    assert "计算当日资金" not in counted
    assert re.search(r"<b>400</b><span>待发放", counted), "four payments of a hundred yuan stood still"
    before = auditor.open("/supervision?at=2019-06-30")
    assert "当时没有核查件" in before
    assert len(lines(county, "supervision.look")) == 4, "each look is on the log"


@pytest.mark.parametrize("day", ["", "nonsense", "2999-01-01", "0001-01-01", "%3Cscript%3E"])
def test_what_is_no_earlier_day_is_now(browse: Browse, county: Context, day: str) -> None:
    assert "目前（2019-07-03" in browse("auditor").open(f"/supervision?at={day}")


def test_sums_from_one_look_are_those_of_two(county: Context) -> None:
    who = somebody(9, "auditor", divisions=("*",))
    for at in (None, county.clock.now()):
        whole, programs = whole_and_programs(county, who, at)
        assert [whole] == sums(county, who, by="all", at=at)
        assert programs == sums(county, who, by="program", at=at)


def test_cases_as_they_stood(browse: Browse, county: Context) -> None:
    auditor = browse("auditor")
    assert auditor.open("/supervision/cases").count('data-href="/cases/') == 1
    assert "当时没有核查件" in auditor.open("/supervision/cases?at=2019-06-30")
    english = browse("auditor", language="en").open("/supervision/cases?at=2019-07-01")
    assert "As it stood at the end of 2019-07-01" in english


def test_scope_holds(browse: Browse, county: Context) -> None:
    """Somebody of another county sees neither case nor money."""
    elsewhere = browse("auditor", divisions=("519801",))
    assert "当时没有核查件" in elsewhere.open("/supervision/cases")
    page = elsewhere.open("/supervision")
    assert "没有项目超过时限" in page
    assert "高龄津贴" not in page


def test_rules_and_models_in_force(browse: Browse, county: Context) -> None:
    page = browse("auditor").open("/supervision/in-force?at=2019-07-01")
    assert "当时由随软件提供的模型评分" in page
    assert page.count("生效</span>") > 80


def test_who_supervises(browse: Browse, county: Context) -> None:
    for path in ("/supervision", "/supervision/cases", "/supervision/in-force", "/supervision/exports"):
        for role in ("investigator", "data_scientist", "administrator"):
            browse(role).open(path, 403)
    assert browse("investigator").again("/supervision/exports/take", form_key="k", kind="cases").status_code == 403


def test_an_export_is_logged_with_its_reason_before_it_begins(browse: Browse, county: Context) -> None:
    auditor = browse("auditor")
    page = auditor.open("/supervision/exports")
    fields = {"kind": "payments", "form": "csv", "why": "2019 年度审计，卷宗 17", "at": "", "division": ""}
    answer = auditor.send(page, "/supervision/exports/take", **fields)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="payments.csv"'
    assert answer.text.count("\n") == 5
    assert "p0" not in answer.text.split("\n")[1].split(","), "people stand as keyed hashes"
    # The same form once more leads back: whoever wants another file asks anew.
    again = auditor.send(page, "/supervision/exports/take", **fields)
    assert (again.status_code, again.headers["location"]) == (303, "/supervision/exports")
    assert len(lines(county, "supervision.export")) == 1
    with county.database.read() as connection:
        assert connection.execute(select(AUDIT_REASONS)).first() is not None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "payments", "form": "csv", "why": "审计"}, "写明理由"),
        ({"kind": "graph", "form": "csv", "why": "2019 年度审计"}, "只能导出为 ftm"),
        ({"kind": "everything", "form": "csv", "why": "2019 年度审计"}, "没有这种导出"),
    ],
)
def test_an_export_that_cannot_be_made(browse: Browse, county: Context, fields: dict[str, str], says: str) -> None:
    auditor = browse("auditor")
    answer = auditor.send("/supervision/exports", "/supervision/exports/take", at="", division="519921", **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="519921"' in answer.text, "what was typed is not lost"
    assert not lines(county, "supervision.export")


@pytest.mark.parametrize(("kind", "form"), [("cases", "parquet"), ("scores", "csv"), ("graph", "ftm")])
def test_every_kind_comes_in_its_forms(browse: Browse, county: Context, kind: str, form: str) -> None:
    auditor = browse("auditor")
    answer = auditor.send(
        "/supervision/exports", "/supervision/exports/take", at="2019-07-02", kind=kind, form=form, why="2019 年度审计"
    )
    assert answer.status_code == 200
    assert answer.content
