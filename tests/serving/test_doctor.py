"""`mingbai doctor` names what is wrong and what to do, tells no secret, and leaves with 1 where something is."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from service.api.routes import health
from service.cli import run
from service.clock import SetClock
from service.running import doctor
from service.running.doctor import Finding, examine, settings_shown
from service.running.serve import listen
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, jobs, migrate
from service.store.journal import Entry, Journal
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.webhooks.subscribe import subscribe
from tests.serving.conftest import KEY
from tests.serving.live import live
from tests.serving.test_webhooks_delivery import ADMIN

Environment = dict[str, str]


@pytest.fixture
def sound(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The environment of a deployment with nothing wrong."""
    monkeypatch.setattr(migrate, "current", lambda _: "1")
    monkeypatch.setattr(migrate, "newest", lambda: "1")
    (tmp_path / "home").mkdir(mode=0o700)
    return {
        "MINGBAI_HOME": str(tmp_path / "home"),
        "MINGBAI_MLRUNS": str(tmp_path / "mlruns"),
        "MINGBAI_DATABASE": database_url,
        "MINGBAI_KEY": KEY,
        "MINGBAI_PORT": "0",
    }


@pytest.fixture
def alone(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The same on SQLite alone, for what has nothing to do with the database."""
    monkeypatch.setattr(migrate, "current", lambda _: "1")
    monkeypatch.setattr(migrate, "newest", lambda: "1")
    (tmp_path / "home" / "service").mkdir(mode=0o700, parents=True)
    shutil.copy(sqlite_template, tmp_path / "home" / "service" / "mingbai.db")
    return {
        "MINGBAI_HOME": str(tmp_path / "home"),
        "MINGBAI_MLRUNS": str(tmp_path / "mlruns"),
        "MINGBAI_KEY": KEY,
        "MINGBAI_PORT": "0",
    }


def bad(environment: Environment, clock: SetClock | None = None) -> list[Finding]:
    """What keeps it from working."""
    return [one for one in examine(environment, clock) if one.state == "bad"]


def test_a_sound_deployment_is_found_sound(sound: Environment, context: Context) -> None:
    """Everything is looked at, and nothing is wrong."""
    found = examine(sound)
    assert [one for one in found if one.state == "bad"] == []
    looked = {one.what for one in found}
    assert looked >= {"settings", "key", "home", "space", "port", "policy", "model", "database", "tables", "clock"}


Spoil = Callable[[Environment, Path], None]


def _newer_policy(environment: Environment, folder: Path) -> None:
    (folder / "policy.toml").write_text("surprise = 1")
    environment["MINGBAI_POLICY"] = str(folder / "policy.toml")


def _open_key(environment: Environment, folder: Path) -> None:
    (folder / "key").write_text(f"{KEY}\n")
    (folder / "key").chmod(0o644)
    del environment["MINGBAI_KEY"]
    environment["MINGBAI_KEY_FILE"] = str(folder / "key")


def _file_for_a_home(environment: Environment, folder: Path) -> None:
    (folder / "file").write_text("")
    environment["MINGBAI_DATABASE"] = f"sqlite:///{folder / 'home' / 'service' / 'mingbai.db'}"
    environment["MINGBAI_HOME"] = str(folder / "file")


def _set(**more: str) -> Spoil:
    def spoil(environment: Environment, _folder: Path) -> None:
        environment.update({f"MINGBAI_{name}": value for name, value in more.items()})

    return spoil


@pytest.mark.parametrize(
    ("spoil", "what", "says"),
    [
        (_set(PROT="80"), "settings", "MINGBAI_PROT"),
        (_set(PORT="many"), "settings", "a whole number"),
        (_set(WEB_WORKERS="2"), "settings", "one writer"),
        (_set(WEBHOOK_NETWORKS="inside"), "settings", "10.1.0.0/16"),
        (_set(OIDC_ISSUER="https://id.example"), "settings", "together"),
        (_set(PUBLIC_URL="mingbai.example"), "settings", "https://"),
        (_set(KEY=""), "key", "mingbai key make"),
        (_set(KEY="short"), "key", "key"),
        (_open_key, "key", "chmod 600"),
        (_file_for_a_home, "home", "MINGBAI_HOME"),
        (_set(UPLOAD_LIMIT_MB="900000000"), "space", "GB free"),
        (_newer_policy, "policy", "surprise"),
        (_set(DATABASE="postgresql+psycopg://nobody@127.0.0.1:9/none"), "database", "does not answer"),
        (_set(DATABASE="mysql://x/y"), "database", "expected sqlite or postgresql"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    alone: Environment, tmp_path: Path, spoil: Spoil, what: str, says: str
) -> None:
    """Each thing that can be wrong, by itself."""
    spoil(alone, tmp_path)
    found = bad(alone)
    assert {one.what for one in found} == {what}, found
    assert says in " ".join(one.english for one in found)
    assert all(one.chinese for one in found)


def test_an_address_nobody_set_is_told_of_where_others_can_reach_the_service(alone: Environment) -> None:
    """Without it the Host header says which pages are our own, and that is the caller's word."""

    def told() -> bool:
        odd = [one for one in examine(alone) if one.state == "odd" and one.chinese]
        return any("Host header" in one.english for one in odd)

    assert not told()
    for host in ("0.0.0.0", "192.168.1.5", "::"):  # noqa: S104 - looked at, not listened on
        alone["MINGBAI_HOST"] = host
        assert told(), host
    alone["MINGBAI_PUBLIC_URL"] = "https://mingbai.example"
    assert not told()
    del alone["MINGBAI_PUBLIC_URL"]
    for host in ("127.0.0.1", "::1", "localhost"):
        alone["MINGBAI_HOST"] = host
        assert not told(), host


def test_a_clock_that_runs_behind_is_told_of_and_is_wrong_where_others_reach_it(alone: Environment) -> None:
    """For a trial on one machine it is worth knowing; at an address people use it is wrong."""

    def told() -> list[str]:
        return [one.state for one in examine(alone) if "CLOCK_DAYS_BACK" in one.english and one.chinese]

    assert told() == []
    alone["MINGBAI_CLOCK_DAYS_BACK"] = "2600"
    assert told() == ["odd"]
    alone["MINGBAI_HOST"] = "192.168.1.5"
    assert told() == ["bad"]
    del alone["MINGBAI_HOST"]
    alone["MINGBAI_PUBLIC_URL"] = "https://mingbai.example"
    assert told() == ["bad"]


def test_a_port_in_use_and_a_service_that_answers_there(alone: Environment) -> None:
    """Somebody else's port is wrong; our own service on it is not."""
    taken = listen("127.0.0.1", 0)
    alone["MINGBAI_PORT"] = str(taken.getsockname()[1])
    assert [one.what for one in bad(alone)] == ["port"]
    taken.close()
    app = FastAPI()
    app.include_router(health.router)
    with live(app) as port:
        alone["MINGBAI_PORT"] = str(port)
        assert bad(alone) == []
        assert "the service answers" in " ".join(one.english for one in examine(alone))


def test_the_wrong_keys_are_found_by_what_is_on_record(sound: Environment, context: Context) -> None:
    """A key that reads well and opens nothing is the worst of all: found before anything is sealed with it."""
    subscribe(context, ADMIN, name="n", url="https://a.example/", types=["*"], division_code=None)
    assert bad(sound) == []
    sound["MINGBAI_KEY"] = Seal.new_key()
    (found,) = bad(sound)
    assert (found.what, "right key file" in found.english) == ("key", True)


def test_a_clock_that_went_back_is_found(sound: Environment, context: Context, clock: SetClock) -> None:
    """The log knows of a later moment than the machine."""
    clock.at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    with context.database.write() as connection:
        record(context, connection, Line("a", "b", "c", "d"))
    (found,) = bad(sound)
    assert (found.what, "went back" in found.english) == ("clock", True)


def test_tables_of_another_release_and_work_that_failed(
    sound: Environment, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one is wrong, the other worth a look."""
    with context.database.write() as connection:
        jobs.add(connection, "kind", {}, context.clock.now())
        connection.execute(jobs.JOBS.update().values(state="failed"))
    odd = [one for one in examine(sound) if one.state == "odd"]
    assert "1 jobs failed" in " ".join(one.english for one in odd)
    monkeypatch.setattr(migrate, "newest", lambda: "2")
    assert [one.what for one in bad(sound)] == ["tables"]


def test_answers_that_stay_in_the_journal_are_told_of(alone: Environment) -> None:
    """They are of payments somebody was told a score of: it is bad, and the log says which entries."""
    state = Settings.read(alone).state
    journal = Journal(state / "journal.db")
    assert journal.own()
    journal.set_aside(journal.add(Entry("live:a", b"", "[]")), "ValueError")
    journal.close()
    (found,) = [one for one in examine(alone) if one.what == "journal"]
    assert (found.state, found.english[:10]) == ("bad", "1 answers ")


def test_a_model_that_cannot_be_loaded(alone: Environment, tmp_path: Path) -> None:
    """Found before a payment is scored by rules alone."""
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mlruns" / "champion.json").write_text("no json")
    (tmp_path / "mlruns" / "releases.jsonl").write_text("no json\n")
    assert [one.what for one in bad(alone)] == ["model"]


def test_a_look_that_fails_hides_no_other(alone: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a finding itself."""

    def fail(_: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(doctor, "_policy", fail)
    found = examine(alone)
    assert [one.what for one in found if one.state == "bad"] == ["policy"]
    assert "database" in {one.what for one in found}


def test_no_secret_is_shown() -> None:
    """Neither in the list of settings nor in what is wrong with them."""
    secrets = {name: f"secret-{n}" for n, name in enumerate(s.variable for s in settings_shown({}))}
    shown = {one.variable: one.value for one in settings_shown(secrets)}
    assert shown["MINGBAI_KEY"] == shown["MINGBAI_DATABASE"] == shown["MINGBAI_METRICS_TOKEN"] == "set"
    told = " ".join(one.english for one in examine({"MINGBAI_KEY": "secret-1", "MINGBAI_DATABASE": "secret-2"}))
    assert "secret-" not in told


def test_the_command_leaves_with_one_where_something_is_wrong(
    alone: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And with 0 where nothing is; the same as JSON."""
    for name, value in alone.items():
        monkeypatch.setenv(name, value)
    assert run(["doctor", "--json", str(tmp_path / "found.json")]) == 0
    told = json.loads((tmp_path / "found.json").read_text())
    assert {one["what"] for one in told["found"]} >= {"database", "model"}
    assert KEY not in capsys.readouterr().out + json.dumps(told)
    monkeypatch.setenv("MINGBAI_PROT", "1")
    assert run(["doctor"]) == 1
    assert "MINGBAI_PROT" in capsys.readouterr().out


def test_every_setting_is_documented() -> None:
    """Each says what it does."""
    assert all(len(one.doc) > 10 for one in settings_shown({}))
