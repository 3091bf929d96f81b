"""Studies: asked for once, answered by a worker from the facts on record, kept as counts and figures alone."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from models.replay.evidence import evidence_from
from service.access import Principal
from service.clock import SetClock
from service.running.handlers import all_handlers
from service.store import facts, jobs, studies
from service.store.audit_lines import AUDIT_LINES
from service.store.jobs import JOBS
from service.store.studies import Study
from service.work.context import Context
from service.work.jobs import work_once
from service.work.moments import EPOCH
from service.work.studies.ask import MOST_WAITING, ask_drift, ask_groups, ask_replay, ask_review, read_study
from service.work.studies.errors import StudyError
from service.work.studies.jobs import NIGHTLY, begin_recurring
from tests.county import County, invent

WHO = Principal(1, "wang.wei", frozenset({"data_scientist"}), ("*",), "session")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county with findings."""
    return invent(tmp_path_factory.mktemp("studies"), households=300, seed=4, months=18)


@pytest.fixture
def known(context: Context, clock: SetClock, county: County, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Context:
    """The county's facts as if they were the service's, after its last payment; an empty record of models."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))
    clock.at = EPOCH + dt.timedelta(microseconds=county.moment(1.0) + 86_400_000_000)
    here = SimpleNamespace(history=SimpleNamespace(lacking=(), ledger=county.ledger))
    monkeypatch.setattr("service.work.runs.scorer_here.scorer_here", lambda _context: here)
    return context


def worked(context: Context) -> None:
    """Do everything that is due."""
    while work_once(context, all_handlers().every, "test", kinds=("study", NIGHTLY)):
        pass


def one(context: Context, number: int) -> Study:
    """A study with its answer."""
    with context.database.read() as connection:
        found = studies.get(connection, number)
    assert found is not None
    return found


def test_a_replay_is_evidence_for_moving_the_rule(known: Context) -> None:
    """The answer is the file `mingbai replay --json` writes: sealed, and it speaks of the rule."""
    from models.rules.catalogue import all_rules

    rule = next(rule for rule in all_rules() if rule.settings)
    name = rule.settings[0]
    asked = {name: str(known.policy.settings[name] + 1)}
    number = ask_replay(
        known, WHO, code=rule.code, settings=asked, first=None, last=None, days_after=0, with_queue=True
    )
    assert one(known, number).state == "waiting"
    worked(known)
    found = one(known, number)
    assert (found.state, found.problem) == ("done", None)
    assert found.result is not None
    told = json.loads(found.result)
    assert told["rules"][0]["settings"][name][1] == known.policy.settings[name] + 1
    assert told["queue"]["load"] is not None
    assert evidence_from(found.result, rule.code)["kind"] == "replay"


def test_the_review_tells_of_every_rule_that_runs(known: Context) -> None:
    number = ask_review(known, WHO)
    worked(known)
    told = json.loads(one(known, number).result or "")
    assert len(told["rules"]) > 80
    assert sum(told["payments_by_month"]) == told["payments"]
    looked = [rule for rule in told["rules"].values() if rule["share"] is not None]
    assert looked
    for rule in told["rules"].values():
        assert sum(rule["by_month"]) == rule["hits"]
        if rule["share"] is not None:
            assert 0 <= rule["low"] <= rule["share"] <= rule["high"] <= 1


def test_drift_and_groups_end_with_the_newest_payment(known: Context, clock: SetClock) -> None:
    """Years after the last payment there is still something to tell: of the days before it."""
    clock.move(days=900)
    drift = ask_drift(known, WHO, until=None, days=90)
    groups = ask_groups(known, WHO, until=None, days=180)
    worked(known)
    assert json.loads(one(known, drift).result or "")["payments"] > 0
    told = json.loads(one(known, groups).result or "")
    assert set(told) == {"full", "public"}
    assert "township" in told["full"]["rates"]["by"]
    assert "township" not in told["public"]["rates"]["by"]


def test_what_cannot_be_answered_says_why(known: Context) -> None:
    """A period without payments; and before anything was handed over."""
    early = ask_drift(known, WHO, until=dt.date(1999, 1, 1), days=90)
    worked(known)
    found = one(known, early)
    assert found.state == "failed"
    assert found.problem is not None
    assert "没有发放明细" in found.problem[0]


def test_without_facts_nothing_is_studied(context: Context) -> None:
    number = ask_review(context, WHO)
    worked(context)
    found = one(context, number)
    assert found.problem is not None
    assert "尚未报送" in found.problem[0]


def test_the_same_is_asked_once_and_the_queue_ends(known: Context) -> None:
    first = ask_drift(known, WHO, until=None, days=30)
    assert ask_drift(known, WHO, until=None, days=30) == first
    for n in range(1, MOST_WAITING):
        ask_drift(known, WHO, until=None, days=30 + n)
    with pytest.raises(StudyError, match="waiting already"):
        ask_drift(known, WHO, until=None, days=300)
    with known.database.read() as connection:
        actions = list(connection.execute(select(AUDIT_LINES.c.action)).scalars())
        assert len(list(connection.execute(select(JOBS.c.job_id).where(JOBS.c.kind == "study")))) == MOST_WAITING
    assert actions == ["study.drift_asked"] * MOST_WAITING


@pytest.mark.parametrize(
    ("code", "settings", "kind"),
    [
        ("T99.nothing", {}, "not-found"),
        ("T01.paid_after_death", {"T02.most_members": "3"}, "setting"),
        ("T01.paid_after_death", {"T01.months_after_death": "many"}, "setting"),
        ("T01.paid_after_death", {"T01.months_after_death": "inf"}, "setting"),
    ],
)
def test_what_makes_no_sense_is_refused(context: Context, code: str, settings: dict[str, str], kind: str) -> None:
    with pytest.raises(StudyError) as error:
        ask_replay(context, WHO, code=code, settings=settings, first=None, last=None, days_after=0, with_queue=False)
    assert error.value.kind == kind
    assert error.value.chinese


def test_a_study_of_another_kind_is_not_there(context: Context) -> None:
    number = ask_review(context, WHO)
    with pytest.raises(StudyError):
        read_study(context, number, "replay")


def test_begun_again_it_is_answered_once(known: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash behind the answer: the next worker finds it and leaves it."""
    number = ask_drift(known, WHO, until=None, days=90)
    worked(known)
    before = one(known, number)
    with known.database.write() as connection:
        jobs.add(connection, "study", {"study": number}, known.clock.now())
        assert not studies.keep(connection, number, known.clock.now(), "{}")
    worked(known)
    assert one(known, number) == before


def test_a_defect_is_told_and_kept_away_from_the_log(
    known: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from service.work.studies import jobs as own

    def broken(*_: object) -> str:
        raise ZeroDivisionError("519921199001011234")

    monkeypatch.setattr(own, "ANSWERS", {"rules": broken})
    number = ask_review(known, WHO)
    worked(known)
    assert one(known, number).state == "failed"
    assert "ZeroDivisionError" in caplog.text
    assert "5199211990" not in caplog.text


def test_every_night_the_rules_are_reviewed_once(
    known: Context, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restart adds nothing; the next night does."""
    monkeypatch.setattr(facts, "last_seq", lambda _connection: 1)
    begin_recurring(known)
    worked(known)
    begin_recurring(known)
    worked(known)
    with known.database.read() as connection:
        assert len(studies.recent(connection, "rules", 10)) == 1
    clock.move(days=1)
    worked(known)
    with known.database.read() as connection:
        assert [study.state for study in studies.recent(connection, "rules", 10)] == ["done", "done"]
    # Reviews of the night go after two months, but never the newest.
    clock.move(days=70)
    with known.database.write() as connection:
        assert studies.forget(connection, "rules", "mingbai", known.clock.now()) == 1
        assert studies.newest(connection, "rules") is not None


def test_without_facts_no_night_leaves_anything(context: Context) -> None:
    begin_recurring(context)
    worked(context)
    with context.database.read() as connection:
        assert studies.recent(connection, "rules", 10) == []
