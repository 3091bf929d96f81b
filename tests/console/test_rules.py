"""Pages of rules: each from its own file in both languages, how it does here, moves by two, replays by a worker."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

import models.rules
from models.rules._words import FILE, setting_words, words_of
from models.rules.catalogue import all_rules, default_settings
from service.clock import SetClock
from service.running.handlers import all_handlers
from service.store import studies
from service.store.audit_lines import AUDIT_LINES
from service.store.jobs import JOBS
from service.work.context import Context
from service.work.jobs import work_once
from service.work.moments import EPOCH
from tests.console.conftest import Browse
from tests.county import County, invent

pytestmark = pytest.mark.any_database

CODE = "T01.paid_after_death"


@pytest.fixture(autouse=True)
def record_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty record of models and rules."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county with findings."""
    return invent(tmp_path_factory.mktemp("rules"), households=250, seed=4, months=14)


@pytest.fixture
def known(context: Context, clock: SetClock, county: County, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The county's facts as if they were the service's, after its last payment."""
    clock.at = EPOCH + dt.timedelta(microseconds=county.moment(1.0) + 86_400_000_000)
    here = SimpleNamespace(history=SimpleNamespace(lacking=(), ledger=county.ledger))
    monkeypatch.setattr("service.work.runs.scorer_here.scorer_here", lambda _context: here)
    return context


def worked(context: Context) -> None:
    """Do what is due of studies."""
    while work_once(context, all_handlers().every, "test", kinds=("study",)):
        pass


def kept(context: Context, kind: studies.Kind, about: str, result: dict[str, Any], by: str = "wang.wei") -> int:
    """A study with its answer."""
    with context.database.write() as connection:
        number = studies.add(connection, kind, about, by, context.clock.now(), {"settings": {}})
        studies.keep(connection, number, context.clock.now(), json.dumps(result))
    return number


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_explains_itself_in_chinese(rule: Any) -> None:
    words = words_of(rule)
    for english, chinese in (words.what, words.why, words.blind_to, *(text for _, text in words.cases)):
        assert re.search("[一-鿿]", chinese), english
        assert english
    assert bool(rule.authority) == bool(words.authority[1])
    assert len(words.cases) == len(rule.cases)


@pytest.mark.parametrize("name", sorted(default_settings()))
def test_every_threshold_says_what_it_is(name: str) -> None:
    english, chinese = setting_words(name)
    assert english.endswith((".", ":")) or len(english) > 10, english
    assert re.search("[一-鿿]", chinese)


def test_no_chinese_is_left_over() -> None:
    """A rule or case that is gone takes its Chinese with it."""
    for path in sorted(Path(models.rules.__path__[0]).glob(f"t*/{FILE}")):
        told = tomllib.loads(path.read_text("utf-8"))
        rules = [rule for rule in all_rules() if rule.typology.lower() == path.parent.name]
        assert set(told["rules"]) == {rule.code.partition(".")[2] for rule in rules}, path
        there = path.with_name("settings.toml")
        assert set(told.get("settings", {})) == set(tomllib.loads(there.read_text("utf-8")) if there.exists() else {})
        assert set(told["cases"]) == {case.situation for rule in rules for case in rule.cases}, path


def test_the_list_narrows_by_what_the_address_says(browse: Browse) -> None:
    browser = browse("auditor")
    everything = browser.open("/rules")
    assert everything.count('<tr data-href="/rules/') == len(all_rules())
    owed = browser.open("/rules?desk=owed")
    assert owed.count('<tr data-href="/rules/') == sum(rule.desk == "owed" for rule in all_rules())
    assert browser.open("/rules?typology=T01").count('<tr data-href="/rules/T01.') == 5
    assert CODE in browser.open("/rules?text=死亡后仍发放")
    assert "没有符合条件的规则" in browser.open("/rules?text=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "没有符合条件的规则" in browser.open("/rules?state=retired")
    # Nothing was handed over: each rule that needs a table says so.
    assert browser.open("/rules?off=1").count("停用：缺数据") > 80


@pytest.mark.parametrize(("language", "words"), [("zh", "死亡后仍发放"), ("en", "Paid after death")])
def test_a_rule_says_what_it_lacks_and_how_it_is_read(browse: Browse, language: str, words: str) -> None:
    page = browse("data_scientist", language=language).open(f"/rules/{CODE}")
    assert f"<h1>{words}</h1>" in page
    assert ("该规则停用，缺少：" if language == "zh" else "This rule is off. It lacks:") in page
    assert "T01.months_after_death" in page
    assert "{days_" not in page, "names of facts without values are no words"


def test_who_sees_rules(browse: Browse) -> None:
    for role in ("investigator", "supervisor", "auditor", "data_scientist"):
        browse(role).open("/rules")
    for role in ("department_verifier", "administrator"):
        browse(role).open("/rules", 403)
        browse(role).open(f"/rules/{CODE}", 403)
    browser = browse("investigator")
    assert "action=" not in browser.open(f"/rules/{CODE}").split("</header>")[1], (
        "nobody moves rules but data scientists"
    )
    assert browser.again(f"/rules/{CODE}/move", form_key="y").status_code == 403
    assert browser.again(f"/rules/{CODE}/replay/ask", form_key="y").status_code == 403


@pytest.mark.parametrize("path", ["/rules/T99.nothing", "/rules/%3Cb%3E", "/rules/T99.nothing/replay"])
def test_what_is_not_there(browse: Browse, path: str) -> None:
    assert "没有该规则" in browse("data_scientist").open(path, 404)


def test_a_live_rule_is_silenced_by_two_people_only(browse: Browse, context: Context) -> None:
    one, other = browse("data_scientist", name="li.na"), browse("data_scientist", name="wang.wei")
    path = f"/rules/{CODE}/move"
    asked = one.send(f"/rules/{CODE}", path, after="retired", why="多次被排除", replay="")
    assert (asked.status_code, asked.headers["location"]) == (303, f"/rules/{CODE}")
    again = one.send(f"/rules/{CODE}", path, after="retired", why="我自己批准", replay="")
    assert again.status_code == 409
    assert "须由另一人批准" in again.text
    assert "我自己批准" in again.text, "what was typed is not lost"
    page = other.open(f"/rules/{CODE}")
    assert "li.na 提议" in page
    other.send(page, path, after="retired", why="同意", replay="")
    page = other.open(f"/rules/{CODE}")
    assert "不再运行" in page
    with context.database.read() as connection:
        actions = list(connection.execute(select(AUDIT_LINES.c.action).where(AUDIT_LINES.c.about == CODE)).scalars())
    assert actions == ["rule.move_proposed", "rule.moved"]
    assert browse("auditor").open("/rules?state=retired").count('<tr data-href="/rules/') == 1


@pytest.mark.parametrize(
    ("after", "why", "says"),
    [
        ("draft", "x", "不允许"),
        ("retired", "", "请写明理由"),
        ("retired", "519921199001011234", "八位"),
        ("nonsense", "x", "没有该规则"),
    ],
)
def test_a_move_that_is_refused_says_why(browse: Browse, after: str, why: str, says: str) -> None:
    browser = browse("data_scientist")
    answer = browser.send(f"/rules/{CODE}", f"/rules/{CODE}/move", after=after, why=why, replay="")
    assert answer.status_code == 409
    assert says in answer.text


def test_a_form_sent_twice_moves_once(browse: Browse) -> None:
    browser = browse("data_scientist")
    page = browser.open(f"/rules/{CODE}")
    first = browser.send(page, f"/rules/{CODE}/move", after="shadow", why="先观察", replay="")
    second = browser.send(page, f"/rules/{CODE}/move", after="shadow", why="先观察", replay="")
    assert (first.status_code, second.status_code) == (303, 303)
    assert browser.open(f"/rules/{CODE}").count("先观察") == 1


def test_a_replay_from_the_form_to_the_answer(browse: Browse, known: Context) -> None:
    browser = browse("data_scientist")
    path = f"/rules/{CODE}/replay"
    fields: dict[str, Any] = {"T01.months_after_death": "3", "first": "", "last": "", "days_after": "0", "queue": "1"}
    page = browser.open(path)
    asked = browser.send(page, f"{path}/ask", **fields)
    where = asked.headers["location"]
    assert browser.send(page, f"{path}/ask", **fields).headers["location"] == where, "sent twice it is asked once"
    waiting = browser.open(where)
    assert 'data-refresh="5"' in waiting
    worked(known)
    done = browser.open(where)
    assert 'data-refresh="5"' not in done
    for words in ("试算结果", "已有核查结论者中的查实比例", "各部门工作量", "核查力量", "前后重合"):
        assert words in done, words
    english = browse("auditor", language="en").open(where)
    assert "What it found" in english
    assert "A new replay" not in english
    # A finished replay may be given as evidence.
    assert "第 1 号" in browser.open(f"/rules/{CODE}")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"T01.months_after_death": "<b>x</b>"}, "应为数字"),
        ({"first": "2019-07-01", "last": "2019-01-01"}, "不得晚于"),
        ({"first": "1.7.2019"}, "日期请写作"),
        ({"days_after": "-1"}, "请填写整数"),
        ({"days_after": "99999"}, "发放后天数"),
    ],
)
def test_a_replay_that_makes_no_sense(browse: Browse, context: Context, fields: dict[str, str], says: str) -> None:
    browser = browse("data_scientist")
    path = f"/rules/{CODE}/replay"
    answer = browser.send(path, f"{path}/ask", **fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert "<b>x</b>" not in answer.text
    with context.database.read() as connection:
        assert connection.execute(select(JOBS.c.job_id)).first() is None


def test_a_replay_of_another_rule_is_not_shown(browse: Browse, context: Context) -> None:
    number = kept(context, "replay", "T02.identity_unknown", {"rules": []})
    browser = browse("auditor")
    assert "该回放属于另一条规则" in browser.open(f"/rules/{CODE}/replay?study={number}", 404)
    browser.open(f"/rules/{CODE}/replay?study=4711", 404)


def test_a_review_shows_figures_and_says_what_is_too_few(browse: Browse, known: Context) -> None:
    browser = browse("data_scientist")
    assert browser.send("/rules", "/rules/review").headers["location"] == "/rules"
    worked(known)
    page = browser.open("/rules")
    assert "数据不足" in page
    assert re.search(r"\d+% <small class=\"muted inline\">\d+%–\d+%</small>", page)
    assert "统计于" in page
    code = next(iter(re.findall(r'data-href="/rules/([^"]+)"', page)))
    assert "在本地的表现" in browser.open(f"/rules/{code}")
