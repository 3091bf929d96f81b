"""Single payments: the same numbers as the batch, kept before they are told, once whatever happens."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from service.clock import SetClock, micros
from service.store.awaiting import AWAITING
from service.store.fact_keys import FACT_KEYS
from service.store.outbox import OUTBOX_EVENTS
from service.store.scores import SCORES
from service.work.choose_model import choose_model
from service.work.context import Context
from service.work.facts.follow_live import follow_some
from service.work.score_payments import Payments, score_in_memory
from service.work.scoring import kept
from service.work.scoring.payments import row_numbers
from tests.county import County
from tests.serving.conftest import Signed
from tests.serving.local_scorer import LocalScorer
from tests.serving.scoring_help import NEWS, asks, counted, hand_over, payments, readied, sent, small_county

FIELDS = ("score", "anomaly", "recommendation", "desk", "typology", "suspect_role", "model_version", "as_of")
Count = Callable[..., int]


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


@pytest.fixture
def count(context: Context) -> Count:
    """How many rows of a table meet conditions."""

    return partial(counted, context)


def test_one_at_a_time_in_one_call_and_in_the_batch_are_the_same(
    ready: FastAPI, signed_in: Signed, context: Context, county: County, new: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Payments on record, asked for one at a time and together, get what the command line says, to the last digit."""
    hand_over(context, {"disbursements": county.tables["disbursements"]}, tmp_path / "rest")
    system = signed_in("disbursement_system")
    few = sent(payments(county)[-150:])
    single = [asks(system, [row]).json()["results"][0] for row in few[:12]]
    together = asks(system, few).json()
    ledger = county.ledger
    ids, at = [row["disbursement_id"] for row in few], [micros(row["submitted_at"]) for row in payments(county)[-150:]]
    rows = row_numbers(ledger, ids, at)
    chosen = Payments(rows, ledger.tables["disbursements"].known_at[rows])
    expected = score_in_memory(ledger, choose_model(None, ledger).bundle, context.policy, chosen).to_pylist()
    assert sum(row["recommendation"] != "release" for row in expected) >= 3
    for found, want in zip(together["results"], expected, strict=True):
        assert {name: found[name] for name in FIELDS} == {name: want[name] for name in FIELDS}
        assert found["reasons"] == json.loads(want["reasons"])
        assert together["not_applicable"][found["not_applicable"]] == json.loads(want["not_applicable"])
        assert (found["deadline"] is not None) == (found["recommendation"] == "verify")
    assert [{**row, "seen_before": True} for row in single] == together["results"][:12]


def test_new_payments_are_kept_with_their_scores_and_told_once(
    ready: FastAPI, signed_in: Signed, new: list[dict[str, Any]], count: Count
) -> None:
    """Facts, scores and an event for each that asks for a look; the same again gets the same and adds nothing."""
    system = signed_in("disbursement_system")
    first = asks(system, sent(new)).json()["results"]
    again = asks(system, sent(new)).json()["results"]
    assert [row["state"] for row in first] == ["scored"] * NEWS
    assert [{**row, "seen_before": True} for row in first] == again
    looked_at = sum(row["recommendation"] != "release" for row in first)
    assert count(SCORES) == NEWS
    assert count(OUTBOX_EVENTS) == looked_at


def test_scores_in_the_order_they_come_in_are_those_of_what_was_known(
    ready: FastAPI, signed_in: Signed, context: Context, new: list[dict[str, Any]]
) -> None:
    """A payment counts for those after it: scored as it comes, the last one sees all before it."""
    system = signed_in("disbursement_system")
    for row in sent(new[-10:]):
        assert asks(system, [row]).json()["results"][0]["state"] == "scored"
    last = asks(system, sent(new[-1:])).json()["results"][0]
    from service.work.facts.history import History

    ledger = History.open(context).ledger
    rows = row_numbers(ledger, [new[-1]["disbursement_id"]], [None])
    chosen = Payments(rows, ledger.tables["disbursements"].known_at[rows])
    (want,) = score_in_memory(ledger, choose_model(None, ledger).bundle, context.policy, chosen).to_pylist()
    assert {name: last[name] for name in FIELDS} == {name: want[name] for name in FIELDS}


def test_payments_on_record_that_two_ask_for_at_once_make_one_event_each(
    ready: FastAPI, signed_in: Signed, context: Context, county: County, count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and keeping another scorer keeps the same: one score and one event are there."""
    from service.work.scoring.asked import checked

    rows = sent(payments(county)[-NEWS - 60 : -NEWS])
    other, rows_of, turns = LocalScorer(context), kept.rows_of, iter([True])

    def first_the_other(*given: Any, **more: Any) -> Any:
        found = rows_of(*given, **more)
        if next(turns, False):
            other.score_now(checked(rows, "other")[0])
        return found

    monkeypatch.setattr(kept, "rows_of", first_the_other)
    found = asks(signed_in("disbursement_system"), rows).json()["results"]
    looked_at = sum(row["recommendation"] != "release" for row in found)
    assert looked_at
    assert count(SCORES) == len(rows)
    assert count(OUTBOX_EVENTS, OUTBOX_EVENTS.c.type == kept.ASKING) == looked_at


def test_a_payment_without_a_moment_is_submitted_now_and_is_the_same_when_sent_again(
    ready: FastAPI, signed_in: Signed, clock: SetClock, new: list[dict[str, Any]], count: Count
) -> None:
    """What the caller does not say is put in once; a correction is a version of its own."""
    system = signed_in("disbursement_system")
    (row,) = sent(new[:1])
    del row["submitted_at"]
    first = asks(system, [row]).json()["results"][0]
    assert dt.datetime.fromisoformat(first["as_of"]) == clock.now()
    clock.move(minutes=3)
    assert asks(system, [row]).json()["results"][0] == {**first, "seen_before": True}
    corrected = asks(system, [{**row, "amount": "1.00"}]).json()["results"][0]
    assert dt.datetime.fromisoformat(corrected["as_of"]) == clock.now()
    assert count(SCORES, SCORES.c.disbursement_id == row["disbursement_id"]) == 2


def test_bad_payments_are_answered_in_their_place(
    ready: FastAPI, signed_in: Signed, clock: SetClock, new: list[dict[str, Any]]
) -> None:
    """Wrong money, a missing column, a conflict, a moment that has not come, the same twice: the others are scored."""
    system = signed_in("disbursement_system")
    rows: list[dict[str, Any]] = list(sent(new[:5]))
    rows[1] = {**rows[1], "amount": 546.0}
    rows[2] = {**rows[2], "person_id": None, "remark": "x"}
    ahead = (clock.now() + dt.timedelta(days=1)).isoformat()
    rows[3] = {**rows[3], "submitted_at": ahead}
    rows += [rows[0], {**rows[4], "amount": "1.23"}]
    found = asks(system, rows).json()["results"]
    assert [row["state"] for row in found] == ["scored", "refused", "refused", "refused", "scored", "scored", "refused"]
    assert [row["flaws"][0]["where"] for row in found if row["state"] == "refused"] == [
        "amount",
        "person_id",
        "submitted_at",
        "disbursement_id",
    ]
    assert found[5] == found[0]
    conflict = asks(system, [{**rows[0], "amount": "7.77"}]).json()["results"][0]
    assert conflict["flaws"][0]["found"].startswith("duplicate_key")
    told = json.dumps(found[1:4])
    assert rows[1]["person_id"] not in told
    assert rows[1]["card_id"] not in told


def test_a_late_payment_is_kept_and_scored_as_of_its_moment(
    ready: FastAPI, signed_in: Signed, new: list[dict[str, Any]], count: Count
) -> None:
    """One submitted before others that are on record waits for a new history, and earlier scores stay."""
    system = signed_in("disbursement_system")
    before = asks(system, sent(new[-1:])).json()["results"]
    answer = asks(system, sent(new[:1]))
    assert answer.status_code == 202
    (late,) = answer.json()["results"]
    assert late["state"] == "waiting"
    looked = system.get(late["look_at"])
    assert (looked.status_code, looked.json()["waiting"]) == (202, True)
    assert asks(system, sent(new[-1:])).json()["results"] == [{**row, "seen_before": True} for row in before]
    (found,) = system.get(late["look_at"]).json()["scores"]
    assert dt.datetime.fromisoformat(found["as_of"]) == new[0]["submitted_at"]
    assert count(AWAITING) == 0


def test_a_crash_before_the_commit_leaves_nothing_and_after_it_everything(
    ready: FastAPI, signed_in: Signed, new: list[dict[str, Any]], count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken between facts and scores nothing is on record; sent again every payment is there once."""
    system = signed_in("disbursement_system")
    before = count(FACT_KEYS)

    def breaks(*_: object, **__: object) -> None:
        raise OperationalError("", None, Exception())

    monkeypatch.setattr("service.store.scores.add", breaks)
    broken = asks(system, sent(new[:3]))
    assert (broken.status_code, broken.headers["retry-after"]) == (503, "2")
    assert (count(SCORES), count(FACT_KEYS)) == (0, before)
    monkeypatch.undo()
    monkeypatch.setenv("MINGBAI_MLRUNS", str(ready.state.context.settings.mlruns))
    assert [row["state"] for row in asks(system, sent(new[:3])).json()["results"]] == ["scored"] * 3
    assert (count(SCORES), count(FACT_KEYS)) == (3, before + 3)


def test_the_same_payments_from_many_at_once_are_there_once(
    ready: FastAPI, signed_in: Signed, context: Context, new: list[dict[str, Any]], count: Count
) -> None:
    """Threads, and a second scorer over the same database: one row each, and everybody hears the same."""
    system = signed_in("disbursement_system")
    other = LocalScorer(context)
    from service.work.scoring.asked import checked

    def ask(n: int) -> list[float]:
        rows = sent(new[(n % 3) * 5 : (n % 3) * 5 + 5])
        if n % 2:
            asked, _ = checked(rows, "other")
            return [row["score"] for row in other.score_now(asked).rows if row["state"] == "scored"]
        return [row["score"] for row in asks(system, rows).json()["results"] if row["state"] == "scored"]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(12)))
    final = [row["score"] for row in asks(system, sent(new[:15])).json()["results"]]
    assert len(final) == 15
    assert count(SCORES) == 15
    ids = [row["disbursement_id"] for row in new[:15]]
    assert sorted(row for row in _on_record(context) if row in ids) == sorted(ids)


def _on_record(context: Context) -> list[str]:
    """The number of every payment on record, as often as it is there."""
    from service.work.facts.batches import read_after

    with context.database.read() as connection:
        parts = [rows for _, _, rows in read_after(context, connection, 0, tables=["disbursements"])]
    return [str(one) for rows in parts for one in rows.column("disbursement_id").to_pylist()]


def test_a_clock_that_leaps_and_comes_back_loses_nothing(
    ready: FastAPI, signed_in: Signed, clock: SetClock, new: list[dict[str, Any]], count: Count
) -> None:
    """A day ahead by mistake: payments go on, and once it is set back they are scored as of the right moment."""
    system = signed_in("disbursement_system")
    rows = [{k: v for k, v in row.items() if k != "submitted_at"} for row in sent(new[:4])]
    clock.move(days=1)
    assert asks(system, rows[:1]).json()["results"][0]["state"] == "scored"
    clock.move(days=-1)
    assert asks(system, rows[1:2]).json()["results"][0]["state"] == "waiting"
    assert asks(system, rows[2:3]).json()["results"][0]["state"] == "scored"
    (late,) = system.get(f"/v1/scores/{rows[1]['disbursement_id']}").json()["scores"]
    assert dt.datetime.fromisoformat(late["as_of"]) == clock.now()
    clock.move(seconds=-2)
    assert asks(system, rows[3:]).json()["results"][0]["state"] == "scored"
    assert count(AWAITING) == 0


def test_a_sender_hears_nothing_of_villages_outside_its_divisions(
    ready: FastAPI, signed_in: Signed, county: County, new: list[dict[str, Any]], count: Count
) -> None:
    """What is known there is not told to it, and the payment is not taken; a village nobody knows is evidence."""
    villages = [row for row in county.tables["divisions"].to_pylist() if row["level"] == "village"]
    mine, other = villages[0]["division_code"], villages[-1]["division_code"]
    system = signed_in("disbursement_system", divisions=(mine,))
    rows = [
        {**row, "division_code": code} for row, code in zip(sent(new[:3]), (mine, other, "519999999999"), strict=True)
    ]
    found = asks(system, rows).json()["results"]
    assert [row["state"] for row in found] == ["scored", "refused", "scored"]
    assert found[1]["flaws"][0]["found"].startswith("outside_divisions")
    assert count(SCORES) == 2


def test_a_payment_of_another_county_is_nobody_elses_to_change(
    ready: FastAPI, signed_in: Signed, context: Context, county: County, new: list[dict[str, Any]], count: Count
) -> None:
    """Sent again with another amount under a village of the sender's own it stays as it is; its own sender may."""
    villages = [row for row in county.tables["divisions"].to_pylist() if row["level"] == "village"]
    mine, other = villages[0]["division_code"], villages[-1]["division_code"]
    (row,) = sent(new[:1])
    theirs = {**row, "division_code": other}
    assert asks(signed_in("disbursement_system"), [theirs]).json()["results"][0]["state"] == "scored"
    while follow_some(context):
        pass
    changed = {
        **theirs,
        "amount": "1.00",
        "submitted_at": (new[0]["submitted_at"] + dt.timedelta(minutes=1)).isoformat(),
    }
    stranger = signed_in("disbursement_system", divisions=(mine,))
    (answer,) = asks(stranger, [{**changed, "division_code": mine}]).json()["results"]
    assert (answer["state"], answer["flaws"][0]["found"].partition(":")[0]) == ("refused", "outside_divisions")
    assert count(SCORES) == 1
    (answer,) = asks(signed_in("disbursement_system", divisions=(other,)), [changed]).json()["results"]
    assert answer["state"] in ("scored", "waiting")


def test_without_facts_to_compare_with_nothing_is_scored(
    app: FastAPI, context: Context, signed_in: Signed, new: list[dict[str, Any]], clock: SetClock, count: Count
) -> None:
    """An empty service says what it lacks instead of guessing, and keeps nothing."""
    clock.at = new[-1]["submitted_at"] + dt.timedelta(hours=1)
    app.state.scorer = LocalScorer(context)
    answer = asks(signed_in("disbursement_system"), sent(new[:1]))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/facts-missing")
    assert "persons" in answer.json()["detail"]
    assert "retry-after" in answer.headers
    assert count(FACT_KEYS) == 0


def test_without_a_scorer_the_caller_is_told_to_come_back(
    app: FastAPI, signed_in: Signed, new: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens on the socket: 503 and Retry-After, not a failure."""
    monkeypatch.setattr("service.work.scoring.client.PATIENCE", 0.1)
    answer = asks(signed_in("disbursement_system"), sent(new[:1]))
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/scorer-away")


def test_a_model_that_cannot_be_read_is_said_and_rules_score(
    ready: FastAPI, signed_in: Signed, new: list[dict[str, Any]], record_of_models: Path, count: Count
) -> None:
    """Degraded: payments are still looked at, by rules alone, and whoever reads the score later can tell."""
    record_of_models.mkdir(parents=True)
    (record_of_models / "releases.jsonl").write_text("no line of a book\n", encoding="utf-8")
    system = signed_in("disbursement_system")
    found = asks(system, sent(new)).json()
    assert "rules alone" in found["degraded"]
    assert {row["model_version"].partition("/")[0] for row in found["results"]} == {"rules-only"}
    assert count(SCORES, SCORES.c.degraded) == NEWS
    state = ready.state.scorer.state_now()
    assert state["degraded"] is not None
    (record_of_models / "releases.jsonl").unlink()
    assert ready.state.scorer.state_now()["degraded"] is None


def test_scores_are_seen_inside_the_scope_and_a_look_is_logged(
    ready: FastAPI, signed_in: Signed, context: Context, new: list[dict[str, Any]]
) -> None:
    """An investigator of the county sees a payment's scores; one of another sees nothing, not even that it is there."""
    from service.store.audit_lines import AUDIT_LINES

    (found,) = asks(signed_in("disbursement_system"), sent(new[:1])).json()["results"]
    path = f"/v1/scores/{found['disbursement_id']}"
    near = signed_in("investigator", divisions=(new[0]["division_code"],))
    far = signed_in("investigator", divisions=("519999",))
    (seen,) = near.get(path).json()["scores"]
    assert seen["score"] == found["score"]
    assert far.get(path).status_code == 404
    with context.database.read() as connection:
        looks = connection.execute(select(AUDIT_LINES.c.who).where(AUDIT_LINES.c.action == "score.read")).scalars()
        assert len(list(looks)) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b'{"disbursements": []}', "application/json", 422),
        (b'{"disbursements": [{}], "x": ' + b"[" * 5000, "application/json", 422),
        (b'{"disbursements": [' + b",".join([b"{}"] * 1001) + b"]}", "application/json", 422),
        (b" " * (5 << 20), "application/json", 413),
        (b"x", "text/csv", 415),
    ],
)
def test_bodies_that_are_no_payments_are_refused(
    app: FastAPI, signed_in: Signed, content: bytes, kind: str, status: int
) -> None:
    """Each with a status that is documented."""
    client = signed_in("disbursement_system")
    answer = client.post("/v1/disbursements/score", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
