"""The port of those who supervise: as of any date, within scope, every export on the log."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any, cast

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, QueuePool, event, select, true

from service.access import Principal
from service.clock import SetClock
from service.store import jobs, supervision
from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.facts.take_rows import take_rows
from service.work.funds.late import open_late_cases
from service.work.runs.cancel import cancel, resume
from service.work.runs.send import send_reference
from service.work.supervision.export import rows
from service.work.supervision.state import running_state
from tests.serving.run_help import work
from tests.serving.test_indexes import plan_of
from tests.serving.test_late_runs import PLACES, paid, run

__all__ = ["run"]


@pytest.fixture(autouse=True)
def record_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """An empty record of models and rules."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))


@pytest.fixture
def county(run: Context, clock: SetClock) -> Context:
    """A late run, kin, a post; the case of the run was opened on 1 July, the money came on 2 July."""
    with run.database.write() as connection:
        take_rows(
            run,
            connection,
            "persons",
            [
                {"person_id": f"p{n}", "name": f"人{n}", "division_code": PLACES[2 + n % 2]["division_code"]}
                for n in range(4)
            ],
            source="test",
        )
        take_rows(
            run, connection, "kinship", [{"person_id": "p0", "relative_id": "p2", "relation": "sibling"}], source="test"
        )
        take_rows(
            run,
            connection,
            "officials",
            [
                {
                    "official_id": "O1", "person_id": "p2", "name": "人2", "post": "village_secretary",
                    "division_code": "519921100204", "from_date": "2018-01-01",
                }
            ],
            source="test",
        )  # fmt: skip
    open_late_cases(run)
    clock.move(days=1)
    paid(run, 0, 1, 2, 3)
    open_late_cases(run)
    clock.move(days=1)
    return run


def test_state_as_of_any_date(county: Context, signed_in: Callable[..., TestClient]) -> None:
    """On 1 July money stood still; today it has arrived. The case was not there a day before."""
    auditor = signed_in("auditor")
    then = auditor.get("/v1/supervision/state", params={"at": "2019-07-01T12:00:00+08:00"}).json()
    now = auditor.get("/v1/supervision/state").json()
    assert (then["money"]["waiting_money"], now["money"]["waiting_money"]) == ("400.00", "0.00")
    assert then["cases"] == {"owed": {"new": 1}}
    before = auditor.get("/v1/supervision/state", params={"at": "2019-06-30T00:00:00Z"}).json()
    assert before["cases"] == {}
    covered = {one["table"]: one["rows"] for one in now["coverage"]}
    assert (covered["disbursements"], covered["cards"]) == (4, 0)
    assert now["rules_live"] > 80


def test_cases_and_rules_as_of_any_date(county: Context, signed_in: Callable[..., TestClient]) -> None:
    """Cases with the state they had; rules with theirs."""
    auditor = signed_in("auditor")
    assert len(auditor.get("/v1/supervision/cases").json()["cases"]) == 1
    assert auditor.get("/v1/supervision/cases", params={"at": "2019-06-01T00:00:00Z"}).json()["cases"] == []
    rules = auditor.get("/v1/supervision/in-force").json()["rules"]
    assert {"code", "title_zh", "title_en", "state", "why"} == set(rules[0])


def test_exports_hold_what_they_say_and_are_logged(county: Context, signed_in: Callable[..., TestClient]) -> None:
    """CSV, Parquet and FollowTheMoney: payments in scope with keyed hashes; a line on the log for each."""
    village = signed_in("auditor", divisions=("519921100204",))
    ask = {"kind": "payments", "form": "csv", "reason": "Annual audit"}
    text = village.post("/v1/supervision/exports", json=ask).content.decode("utf-8-sig")
    assert len(text.strip().splitlines()) == 1 + 2
    everywhere = signed_in("auditor")
    content = everywhere.post("/v1/supervision/exports", json={**ask, "form": "parquet"}).content
    table = pq.read_table(io.BytesIO(content))
    assert sorted(table.column("amount").to_pylist()) == ["100.00"] * 4
    graph = everywhere.post("/v1/supervision/exports", json={**ask, "kind": "graph", "form": "ftm"}).text
    entities = [json.loads(line) for line in graph.splitlines()]
    ids = {one["id"] for one in entities}
    assert len(ids) == len(entities)
    assert {one["schema"] for one in entities} == {
        "Person", "BankAccount", "Payment", "Family", "Position", "Occupancy", "PublicBody",
    }  # fmt: skip
    for one in entities:
        for name in ("payer", "beneficiary", "beneficiaryAccount", "person", "relative", "holder", "post"):
            assert set(one["properties"].get(name, [])) <= ids
    with county.database.read() as connection:
        logged = connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == "supervision.export")).all()
    assert [row.about for row in logged] == ["payments", "payments", "graph"]
    assert everywhere.post("/v1/supervision/exports", json={**ask, "form": "ftm"}).status_code == 422


def test_an_export_that_is_read_slowly_holds_no_connection(county: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page in short reads, and nothing is left out or told twice between them."""
    monkeypatch.setattr("service.work.supervision.export._PAGE", 3)
    auditor = Principal(1, "auditor", frozenset({"auditor"}), ("*",), "session")
    pool = cast(QueuePool, county.database.engine.pool)
    found = []
    for row in rows(county, auditor, "payments", at=county.clock.now()):
        assert pool.checkedout() == 0
        found.append(row[0])
    assert sorted(found) == ["D0", "D1", "D2", "D3"]


def test_others_do_not_see_the_port(county: Context, signed_in: Callable[..., TestClient]) -> None:
    """Only those who supervise."""
    for role in ("investigator", "supervisor", "administrator", "recipient", "data_scientist"):
        assert signed_in(role).get("/v1/supervision/state").status_code == 403


def test_a_page_of_cases_reads_the_history_of_its_cases_alone(county: Context) -> None:
    """The database says so itself: history is looked up by case along its index, whole at no place."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with county.database.read() as connection:
        event.listen(county.database.engine, "before_cursor_execute", note)
        found = supervision.cases_at(connection, lambda _: true(), county.clock.now(), true(), "", 10)
        event.remove(county.database.engine, "before_cursor_execute", note)
    plan = plan_of(county, *asked[-1])
    assert "ix_case_history_case_id" in plan
    assert "SCAN case_history" not in plan
    assert "Aggregate" not in plan.partition("SubPlan")[0]
    assert len(found) == 1


def test_runs_stand_as_they_stood_whatever_becomes_of_them(context: Context, clock: SetClock) -> None:
    """Cancelled, taken up again, failed, taken up again: each day says later what it said then."""
    who = Principal(1, "sender", frozenset({"disbursement_system"}), ("*",), "session")
    auditor = Principal(2, "auditor", frozenset({"auditor"}), ("*",), "session")
    sent = send_reference(context, who, "R-1", None).run.run
    days: list[tuple[dt.datetime, dict[str, int]]] = []

    def day(expected: str) -> None:
        days.append((clock.now(), {expected: 1}))
        assert running_state(context, auditor, None).runs == {expected: 1}
        clock.move(days=1)

    def fail() -> None:
        with context.database.write() as connection:
            jobs.add(connection, "score_run", {"run": sent}, clock.now(), name=f"score_run:{sent}")
        work(context)

    day("received")
    cancel(context, who, sent)
    day("cancelled")
    resume(context, who, sent)
    day("received")
    fail()
    day("failed")
    resume(context, who, sent)
    day("received")
    for at, expected in days:
        assert running_state(context, auditor, at).runs == expected
    assert running_state(context, auditor, days[0][0] - dt.timedelta(days=1)).runs == {}


def test_as_of_is_the_same_later(county: Context, signed_in: Callable[..., TestClient], clock: SetClock) -> None:
    """What was so on a date stays so, whatever comes in afterwards."""
    auditor = signed_in("auditor")
    at = {"at": "2019-07-01T12:00:00+08:00"}
    first = auditor.get("/v1/supervision/state", params=at).json()
    clock.move(days=100)
    late = {"disbursement_id": "D0", "status": "returned", "at": clock.now().isoformat()}
    with county.database.write() as connection:
        take_rows(county, connection, "settlements", [late], source="test")
    again = auditor.get("/v1/supervision/state", params=at).json()
    assert {**first, "coverage": 0} == {**again, "coverage": 0}
    assert dt.datetime.fromisoformat(first["at"]) < clock.now()
