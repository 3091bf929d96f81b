"""After a payment was scored: what is learned later, and what follows from it elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.clock import SetClock
from service.store import jobs
from service.store.outbox import OUTBOX_EVENTS
from service.store.payments import PAYMENTS
from service.work.chain.keep import keep_payments
from service.work.context import Context
from service.work.facts import follow_live, follow_ups
from service.work.jobs import Handler, work_once
from service.work.scoring.rescore import rescore
from tests.county import County
from tests.serving.conftest import Signed
from tests.serving.scoring_help import NEWS, asks, payments, readied, sent, small_county


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county, invented once."""
    return small_county(tmp_path_factory)


@pytest.fixture(autouse=True)
def record_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty record of models, of this test alone."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))
    return tmp_path / "mlruns"


@pytest.fixture
def new(county: County) -> list[dict[str, Any]]:
    """The last payments of the county, which are not on record yet."""
    return payments(county)[-NEWS:]


@pytest.fixture
def ready(app: FastAPI, context: Context, county: County, tmp_path: Path) -> FastAPI:
    """The application with the county on record but for the last payments, an hour after the last of them."""
    return readied(app, context, county, tmp_path / "sent")


def test_what_is_learned_later_makes_another_score_and_changes_none(
    ready: FastAPI,
    signed_in: Signed,
    context: Context,
    clock: SetClock,
    county: County,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A death recorded after payment: payments of the household are scored again, as of now, once whatever breaks."""
    system = signed_in("disbursement_system")
    living = [row["program_id"] for row in county.tables["programs"].to_pylist() if row["living_only"]]
    some = [row for row in payments(county)[:-NEWS] if row["program_id"] in living][-15:]
    first = {row["disbursement_id"]: row for row in asks(system, sent(some)).json()["results"]}
    chosen = next(row for row in some if first[row["disbursement_id"]]["recommendation"] == "release")
    clock.move(days=20)
    head = "person_id,kind,effective_on,source,recorded_at"
    death = f"{chosen['person_id']},death,2016-12-01,police,{(clock.now() - dt.timedelta(days=1)).isoformat()}"
    other = f"{chosen['person_id']},death,2016-12-01,hospital,{(clock.now() - dt.timedelta(days=1)).isoformat()}"
    body = f"{head}\n{death}\n{other}\n".encode()
    assert system.post("/v1/tables/civil_events", content=body, headers={"content-type": "text/csv"}).is_success
    clock.move(minutes=1)
    handlers: dict[str, Handler] = defaultdict(lambda: lambda *_: None, {"rescore": rescore})

    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("service.store.followers.done", breaks)
    while work_once(context, handlers, "a"):
        pass
    monkeypatch.undo()
    monkeypatch.setenv("MINGBAI_MLRUNS", str(context.settings.mlruns))
    clock.move(minutes=10)
    while work_once(context, handlers, "b"):
        pass
    told = system.get(f"/v1/scores/{chosen['disbursement_id']}").json()["scores"]
    assert [row["kind"] for row in told] == ["after", "before"]
    assert {k: v for k, v in told[1].items() if k != "seen_before"} == {
        k: v for k, v in first[chosen["disbursement_id"]].items() if k not in ("seen_before", "state")
    }
    assert told[0]["score"] > told[1]["score"]
    assert "civil_events:" in json.dumps(told[0]["reasons"])
    with context.database.read() as connection:
        changed = connection.execute(
            select(OUTBOX_EVENTS.c.data).where(OUTBOX_EVENTS.c.type == "org.mingbai.payment.changed")
        ).scalars()
        known = [event for event in changed if event["disbursement_id"] == chosen["disbursement_id"]]
    assert [event["before"] for event in known] == ["release"]
    assert chosen["person_id"] not in json.dumps(known)


def test_what_follows_from_single_payments_is_kept_once_by_a_job(
    ready: FastAPI, signed_in: Signed, context: Context, new: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain of a payment knows it a moment later; broken off in the middle the job does the rest, nothing twice."""
    monkeypatch.setattr(follow_live, "BATCHES", 2)
    system = signed_in("disbursement_system")
    for row in sent(new[-5:]):
        asks(system, [row])
    ids = {row["disbursement_id"] for row in new[-5:]}

    def in_chain() -> list[str]:
        with context.database.read() as connection:
            found = connection.execute(select(PAYMENTS.c.disbursement_id).where(PAYMENTS.c.disbursement_id.in_(ids)))
            return sorted(found.scalars())

    assert in_chain() == []
    assert follow_live.follow_some(context)

    def breaks(*given: Any) -> None:
        keep_payments(*given)
        raise RuntimeError

    monkeypatch.setattr(follow_ups, "keep_payments", breaks)
    with pytest.raises(RuntimeError):
        follow_live.follow_some(context)
    assert len(in_chain()) == 2
    monkeypatch.setattr(follow_ups, "keep_payments", keep_payments)
    handlers: dict[str, Handler] = defaultdict(lambda: lambda *_: None, {follow_live.KIND: follow_live.follow_live})
    with context.database.write() as connection:
        jobs.add(connection, follow_live.KIND, {}, context.clock.now(), name=follow_live.KIND)
    while work_once(context, handlers, "a"):
        pass
    assert in_chain() == sorted(ids)
