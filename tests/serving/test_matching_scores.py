"""What matching finds reaches scores: a listed death asks about payments that were released, and lets go when it is
taken back."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from service.clock import SetClock
from service.running.handlers import all_handlers
from service.work.context import Context
from service.work.jobs import work_once
from service.work.matching.answer import answer
from service.work.matching.ask import ask
from tests.county import County
from tests.serving.conftest import Signed
from tests.serving.matching_world import somebody, standing
from tests.serving.scoring_help import NEWS, asks, payments, readied, sent, small_county

KINDS = ("match", "match_soon", "rescore")


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county, invented once."""
    return small_county(tmp_path_factory)


@pytest.fixture
def ready(app: FastAPI, context: Context, county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application with the county on record but for the last payments; an empty record of models."""
    monkeypatch.setenv("MINGBAI_MLRUNS", str(tmp_path / "mlruns"))
    return readied(app, context, county, tmp_path / "sent")


def work(context: Context, clock: SetClock) -> None:
    """What is due of matching and scoring, and a little later what follows from it."""
    for _ in range(3):
        while work_once(context, all_handlers().every, "test", kinds=KINDS):
            pass
        clock.move(minutes=11)


def test_a_listed_death_asks_until_it_is_taken_back(
    ready: FastAPI, signed_in: Signed, context: Context, clock: SetClock, county: County
) -> None:
    """By number: a payment that was released is scored anew and higher; once somebody says that another is meant, the
    rule is quiet again. By name alone it never reaches the line above which a payment waits."""
    system = signed_in("disbursement_system")
    living = [row["program_id"] for row in county.tables["programs"].to_pylist() if row["living_only"]]
    told = {row["person_id"]: row for row in county.tables["persons"].to_pylist()}
    dead = {row["person_id"] for row in county.tables["civil_events"].to_pylist() if row["kind"] == "death"}
    some = [
        row for row in payments(county)[:-NEWS]
        if row["program_id"] in living and row["person_id"] in told and row["person_id"] not in dead
    ][-40:]  # fmt: skip
    first = {row["disbursement_id"]: row for row in asks(system, sent(some)).json()["results"]}
    quiet = [row for row in some if first[row["disbursement_id"]]["recommendation"] == "release"]
    numbered = quiet[-1]
    named = next(row for row in reversed(quiet) if row["person_id"] != numbered["person_id"])
    rows = [
        line("R-number", told[numbered["person_id"]], clock.now(), number=True),
        line("R-name", told[named["person_id"]], clock.now(), number=False),
    ]
    assert send(system, rows).is_success
    ask(context, somebody("data_scientist"))
    work(context, clock)
    assert standing(context, "R-number").decision == "same"
    assert standing(context, "R-name").decision == "same"

    def scores(payment: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = system.get(f"/v1/scores/{payment['disbursement_id']}").json()["scores"]
        return found

    def codes(payment: dict[str, Any]) -> set[str]:
        return {reason["code"] for reason in scores(payment)[0]["reasons"]}

    assert "T01.numbered_on_a_death_list" in codes(numbered)
    assert scores(numbered)[0]["score"] > scores(numbered)[-1]["score"]
    assert "T01.named_on_a_death_list" in codes(named)
    assert scores(named)[0]["recommendation"] != "verify", "a name alone only asks"
    found = standing(context, "R-number")
    answer(context, somebody("department_verifier"), found.row_hash, found.content, "different")
    clock.move(minutes=11)
    work(context, clock)
    assert "T01.numbered_on_a_death_list" not in codes(numbered)
    assert "T01.named_on_a_death_list" in codes(named)


def line(row_id: str, person: dict[str, Any], now: dt.datetime, *, number: bool) -> dict[str, str]:
    """A row of a list about a death long before the payment."""
    known = {"id_number": person["person_id"], "phone": person["phone"] or ""} if number else {}
    return {
        "row_id": row_id, "source": "civil_affairs", "kind": "death", "name": person["name"],
        "sex": person["sex"] or "", "birth_date": str(person["birth_date"]), "division_code": person["division_code"],
        "effective_on": "2016-12-01", "recorded_at": (now - dt.timedelta(hours=2)).isoformat(), **known,
    }  # fmt: skip


def send(system: Any, rows: list[dict[str, str]]) -> Any:
    """Hand rows of a list over."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return system.post(
        "/v1/tables/department_rows", content=text.getvalue().encode(), headers={"content-type": "text/csv"}
    )
