"""Alive, ready, degraded, and what Prometheus reads."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service.api import exposition
from service.api.app import create_app
from service.running.handlers import all_handlers, begin_recurring
from service.store import Database, jobs, migrate, outbox
from service.work import readiness
from service.work.context import Context
from service.work.jobs import work_once
from service.work.scoring.asked import Answered, Asked, UnavailableError

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STATE = {"ready": True, "lacking": [], "degraded": None, "model_version": "7", "waiting": 3, "payments": 12}


class Scorer:
    """A scorer that stands as it is told; None where it is away."""

    def __init__(self, state: dict[str, Any] | None) -> None:
        self.told = state

    async def score(self, asked: Asked) -> Answered:
        """Never asked here."""
        raise NotImplementedError

    async def state(self) -> dict[str, Any]:
        """As told."""
        if self.told is None:
            raise UnavailableError("scorer-away", "The scorer does not answer.", "评分进程没有响应。", 2)
        return self.told


@pytest.fixture
def here(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A caller on this machine, of a deployment whose tables are current."""
    monkeypatch.setattr(migrate, "is_current", lambda _: True)
    app.state.scorer = Scorer(STATE)
    return TestClient(app, client=("127.0.0.1", 1))


def figures(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_ready_when_everything_is_there(here: TestClient) -> None:
    """200 with the model in force."""
    found = here.get("/readyz")
    assert found.status_code == 200
    assert found.json() == {
        "ready": True,
        "degraded": False,
        "degraded_because": None,
        "model_version": "7",
        "lacking": [],
        "checks": ["database", "tables", "space", "scorer"],
    }


def test_degraded_is_ready_and_says_so(here: TestClient, app: FastAPI) -> None:
    """Rules alone score: work goes on, and everybody can see it."""
    app.state.scorer = Scorer({**STATE, "degraded": ["no model can be loaded", "无法加载模型"], "lacking": ["cards"]})
    found = here.get("/readyz").json()
    assert (found["ready"], found["degraded"], found["lacking"]) == (True, True, ["cards"])
    assert found["degraded_because"] == ["no model can be loaded", "无法加载模型"]
    assert figures(here.get("/metrics").text)["mingbai_degraded", ()] == 1


@pytest.mark.parametrize("missing", ["database", "tables", "space", "scorer"])
def test_what_is_missing_is_named(
    here: TestClient, app: FastAPI, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, a flaw for it and for nothing else, and a time to come back; the process is alive all the same."""
    match missing:
        case "database":
            monkeypatch.setattr(Database, "answers", lambda _: False)
        case "tables":
            monkeypatch.setattr(migrate, "is_current", lambda _: False)
        case "space":
            monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
        case "scorer":
            app.state.scorer = Scorer(None)
    found = here.get("/readyz")
    assert found.status_code == 503
    assert found.headers["retry-after"]
    named = {flaw["where"] for flaw in found.json()["flaws"]}
    assert named == ({"database", "tables"} if missing == "database" else {missing})
    assert here.get("/healthz").json() == {"alive": True}


def test_a_database_that_is_away_is_503_everywhere(context: Context, tmp_path: Path) -> None:
    """Routes that need it say when to come back; figures are told without it."""
    away = Database(f"sqlite:///{tmp_path / 'gone' / 'x.db'}")
    (tmp_path / "gone").rmdir()
    client = TestClient(create_app(replace(context, database=away)), client=("127.0.0.1", 1))
    client.app.state.scorer = Scorer(STATE)  # type: ignore[attr-defined]  # an application has a state
    found = client.get("/v1/webhooks", headers={"authorization": "Bearer mb_1_0123456789abcdef0123456789abcdef"})
    assert (found.status_code, found.json()["type"]) in (
        (503, "/problems/database-away"),
        (401, "/problems/not-signed-in"),
    )
    assert client.get("/readyz").status_code == 503
    assert figures(client.get("/metrics").text)["mingbai_database_up", ()] == 0


def test_figures_are_for_this_machine_or_for_a_token(context: Context) -> None:
    """Without a token nobody from elsewhere, with one nobody without it."""
    alone = create_app(context)
    assert TestClient(alone, client=("10.1.2.3", 1)).get("/metrics").status_code == 403
    assert TestClient(alone, client=("::1", 1)).get("/metrics").status_code == 200
    guarded = create_app(replace(context, settings=replace(context.settings, metrics_token="a-token")))  # noqa: S106
    far = TestClient(guarded, client=("10.1.2.3", 1))
    assert far.get("/metrics").status_code == 401
    assert far.get("/metrics", headers={"authorization": "Bearer other"}).status_code == 401
    assert far.get("/metrics", headers={"authorization": "Bearer a-token"}).status_code == 200
    assert TestClient(guarded, client=("127.0.0.1", 1)).get("/metrics").status_code == 401


def test_figures_count_routes_not_paths(
    here: TestClient, app: FastAPI, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels are bounded, and what a caller puts into a path or a query gets into none."""
    monkeypatch.setattr(exposition, "FRESH_SECONDS", -1.0)
    personal = "519921195303041232"
    before = figures(here.get("/metrics").text)  # other tests of this process were counted too
    here.get(f"/v1/webhooks/{personal}?id={personal}")
    here.get(f"/{personal}")
    here.request("BREW", "/healthz")
    with context.database.write() as connection:
        jobs.add(connection, "score_run", {}, context.clock.now())
        outbox.add(connection, "org.mingbai.run.scored", "runs/1", {}, context.clock.now())
    text = here.get("/metrics").text
    assert personal not in text
    found = figures(text)
    asked = {
        dict(key[1])["route"]
        for key, value in found.items()
        if key[0] == "mingbai_requests_total" and value > before.get(key, 0)
    }
    assert asked >= {"-"}
    assert asked <= {"-", "/openapi.json", *app.openapi()["paths"]}
    methods = {dict(labels)["method"] for name, labels in found if name == "mingbai_requests_total"}
    assert methods <= {*METHODS, "-"}
    assert found["mingbai_jobs", (("kind", "score_run"), ("state", "waiting"))] == 1
    assert found["mingbai_outbox_unplaced", ()] == 1
    assert found["mingbai_scorer_waiting", ()] == 3
    assert all(re.fullmatch(r"(mingbai|python|process)_\w+", name) for name, _ in found)


def test_every_package_with_jobs_is_found_and_what_recurs_waits_once(context: Context) -> None:
    """The worker knows all kinds; starting again and again adds nothing twice, and each comes again by itself."""
    handlers = all_handlers()
    packages = Path(readiness.__file__).parent
    assert {path.parent.name for path in packages.glob("*/jobs.py")} >= {"runs", "webhooks", "audit"}
    assert {"score_run", "release_due", "forget_events"} <= handlers.every.keys()
    assert handlers.long | handlers.quick == handlers.every.keys()
    for _ in range(3):
        begin_recurring(context)
    with context.database.read() as connection:
        waiting = jobs.counts(connection)
    assert waiting
    assert set(waiting.values()) == {1}
    assert {kind for kind, _ in waiting} <= handlers.every.keys()
    while work_once(context, handlers.every, "w", kinds=["forget_events"]):
        pass
    with context.database.read() as connection:
        assert jobs.counts(connection)["forget_events", "waiting"] == 1
