"""A trial: the demo's county in a service of its own, brought to life once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from service.clock import SystemClock
from service.running.trial import settings as kept
from service.running.trial.make import make_trial
from service.running.trial.outbox import channel
from service.settings import Settings
from service.store import Database, reports, runs
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.invent_county import invent_county
from service.work.notices.channel import Notice


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A folder as a demo leaves it, but for the model: scoring is by rules alone."""
    made = invent_county(tmp_path / "demo" / "county", households=200, seed=3, months=36)
    made.truth.rename(tmp_path / "demo" / "truth.parquet")
    return tmp_path / "demo"


@pytest.mark.slow
def test_a_trial_is_alive_at_the_end_of_its_history(county: Path) -> None:
    made = make_trial(county, "test", lambda _what, _share: None, lived=dt.timedelta(days=40))
    variables = kept.read(county)
    assert variables is not None
    settings = Settings.read(variables)
    now = SystemClock(settings.clock_days_back).now()
    last = dt.datetime(2019, 12, 1, tzinfo=dt.UTC)
    assert last < now < last + dt.timedelta(days=60), "its clock stands at the end of the invented history"
    assert {one.roles[0] for one, _ in made.accounts} >= {"investigator", "supervisor", "auditor", "administrator"}
    assert made.recipient is not None
    database = Database(settings.database_url)
    with database.read() as connection:
        states = {row.state for row in connection.execute(runs.RUNS.select())}
        assert states == {"scored", "signed"}, "some lists were signed, some wait"
        assert connection.execute(reports.REPORTS.select()).all()
    database.close()
    # What lies in it is the trial's owner's alone.
    assert (kept.home_of(county) / "trial.json").stat().st_mode & 0o077 == 0


def test_a_folder_without_a_demo_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WrongUsageError, match="mingbai demo"):
        make_trial(tmp_path, "test", lambda _what, _share: None)
    assert kept.read(tmp_path) is None


def test_settings_that_are_none_say_what_to_do(tmp_path: Path) -> None:
    kept.home_of(tmp_path).mkdir()
    (kept.home_of(tmp_path) / "trial.json").write_text(json.dumps([1]), "utf-8")
    with pytest.raises(UnusableDataError, match="remove the folder"):
        kept.read(tmp_path)


def test_notices_of_a_trial_lie_in_a_file(tmp_path: Path) -> None:
    out = channel(Settings(home=tmp_path))
    out.send(Notice(1, "139", "验证码是 12345678", "the code is 12345678"))
    out.send(Notice(2, "139", "第二条", "the second"))
    assert (tmp_path / "outbox.txt").read_text("utf-8").count("\n") == 4
    assert "139" not in (tmp_path / "outbox.txt").read_text("utf-8")


def test_a_clock_that_runs_behind_still_runs() -> None:
    behind, here = SystemClock(100), SystemClock()
    first = behind.now()
    assert dt.timedelta(days=99, hours=23) < here.now() - first < dt.timedelta(days=100, minutes=1)
    assert behind.now() >= first
