"""The lists of a run: asked, decided, released by the deadline, signed by a second person, frozen."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service.clock import SetClock
from service.store import jobs, scores
from service.store.audit_lines import AUDIT_LINES
from service.store.outbox import OUTBOX_EVENTS
from service.store.verifications import VERIFICATIONS
from service.work.context import Context
from tests.serving.conftest import Signed
from tests.serving.run_help import LAST, LATER, Runs, as_csv, invented, lists_of, scored_run, send, work


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


@pytest.fixture
def scored(context: Context, clock: SetClock, signed_in: Signed, runs: Runs) -> tuple[TestClient, int, str]:
    """The sender, a scored run, and the payment in it that is asked about."""
    clock.at = LATER
    return scored_run(context, signed_in("disbursement_system"), runs)


def lines(context: Context, action: str) -> list[Any]:
    """Lines of the log."""
    with context.database.read() as connection:
        return list(connection.execute(select(AUDIT_LINES).where(AUDIT_LINES.c.action == action)))


def events(context: Context, kind: str) -> list[Any]:
    """Events of a type."""
    with context.database.read() as connection:
        return list(connection.execute(select(OUTBOX_EVENTS).where(OUTBOX_EVENTS.c.type == f"org.mingbai.{kind}")))


def test_the_lists_hold_every_payment_once(scored: tuple[TestClient, int, str], runs: Runs) -> None:
    """Release and verify together are the run; sums are exact; the question says why and until when."""
    sender, run, asked = scored
    told = lists_of(sender, run)
    table = runs.of(LAST)
    assert told["release"] + told["verify"] == table.num_rows
    total = sum(table.column("amount").to_pylist())
    assert f"{float(told['release_amount']) + float(told['verify_amount']):.2f}" == f"{total}"
    released = sender.get(f"/v1/runs/{run}/lists/release").json()["items"]
    assert {row["disbursement_id"] for row in released} | {asked} == set(table.column("disbursement_id").to_pylist())
    question = sender.get(f"/v1/runs/{run}/lists/verify").json()["items"][0]
    assert question["deadline"] == "2018-03-06T01:00:00Z"
    assert question["reasons"]
    assert all("evidence" not in reason for reason in question["reasons"])


def test_a_decision_moves_a_payment_and_is_told_once(
    context: Context, scored: tuple[TestClient, int, str], signed_in: Signed
) -> None:
    """With a reason, logged, an event for whoever pays; the same again is the same; another is a conflict."""
    sender, run, asked = scored
    verifier = signed_in("department_verifier")
    short = verifier.post(f"/v1/verify/{asked}/decision", json={"outcome": "release", "reason": " ok "})
    assert short.status_code == 422
    assert sender.post(f"/v1/verify/{asked}/decision", json={"outcome": "release", "reason": "seen"}).status_code == 403
    said = {"outcome": "correct", "reason": "户主已更换，请更正后重报"}
    for _ in range(2):
        answer = verifier.post(f"/v1/verify/{asked}/decision", json=said)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], answer.json()["reason"]) == ("corrected", said["reason"])
    other = signed_in("department_verifier").post(
        f"/v1/verify/{asked}/decision", json={"outcome": "release", "reason": "seen alive"}
    )
    assert (other.status_code, other.json()["type"]) == (409, "/problems/decided")
    told = lists_of(sender, run)
    assert (told["verify"], told["corrected"]) == (0, 1)
    assert len(lines(context, "verify.decided")) == len(events(context, "payment.sent_back")) == 1
    with context.database.read() as connection:
        kept = connection.execute(select(VERIFICATIONS.c.reason)).scalar_one()
    assert "户主".encode() not in kept
    assert verifier.get("/v1/verify").json()["items"] == []
    assert len(verifier.get("/v1/verify", params={"state": "all"}).json()["items"]) == 1


def test_two_people_decide_at_once_and_one_decision_is_kept(
    context: Context, scored: tuple[TestClient, int, str], signed_in: Signed
) -> None:
    """Eight people say one or the other at the same moment: one is told yes, seven are told that it is decided."""
    _, _, asked = scored
    people = [signed_in("department_verifier") for _ in range(8)]
    start, answers = threading.Barrier(8), []

    def deciding(number: int) -> None:
        said = {"outcome": ("release", "correct")[number % 2], "reason": "looked into it"}
        start.wait()
        answers.append(people[number].post(f"/v1/verify/{asked}/decision", json=said).status_code)

    threads = [threading.Thread(target=deciding, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[409] * 7]
    assert len(lines(context, "verify.decided")) == 1


def test_what_nobody_decides_releases_itself_once_whatever_the_clock_does(
    context: Context, clock: SetClock, scored: tuple[TestClient, int, str], signed_in: Signed
) -> None:
    """Not before the deadline; a jump ahead releases it, a jump back and ahead again releases nothing twice; the log
    and an event tell of it; a decision comes too late."""
    sender, run, asked = scored
    clock.move(days=4, hours=23)
    work(context)
    assert lists_of(sender, run)["verify"] == 1
    clock.move(days=30)
    work(context)
    told = lists_of(sender, run)
    assert (told["verify"], told["corrected"]) == (0, 0)
    question = signed_in("supervisor").get("/v1/verify", params={"state": "released"}).json()["items"][0]
    assert (question["state"], question["decided_how"], question["decided_by"]) == ("released", "deadline", None)
    for days in (-60, 61, -3, 90):
        clock.move(days=days)
        work(context)
    assert len(lines(context, "verify.released")) == len(events(context, "payment.released")) == 1
    late = signed_in("department_verifier").post(
        f"/v1/verify/{asked}/decision", json={"outcome": "correct", "reason": "found something"}
    )
    assert (late.status_code, late.json()["type"]) == (409, "/problems/deadline-passed")


def test_a_decision_after_the_deadline_is_late_even_before_the_job_has_come(
    context: Context, clock: SetClock, scored: tuple[TestClient, int, str], signed_in: Signed
) -> None:
    """The deadline decides, not when the worker wakes; the release is on record then, and once."""
    sender, run, asked = scored
    clock.move(days=5)
    late = signed_in("department_verifier").post(
        f"/v1/verify/{asked}/decision", json={"outcome": "correct", "reason": "found something"}
    )
    assert late.status_code == 409
    assert lists_of(sender, run)["verify"] == 0
    work(context)
    assert len(lines(context, "verify.released")) == len(events(context, "payment.released")) == 1


def test_two_workers_release_what_is_due_once(
    context: Context, clock: SetClock, scored: tuple[TestClient, int, str]
) -> None:
    """Four look at the same moment."""
    from service.work.runs.release_due import release_some

    clock.move(days=6)
    start, released = threading.Barrier(4), []

    def releasing() -> None:
        start.wait()
        released.append(release_some(context))

    threads = [threading.Thread(target=releasing) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(released) == [0, 0, 0, 1]
    assert len(lines(context, "verify.released")) == 1


def test_the_release_job_comes_back_by_itself(
    context: Context, clock: SetClock, scored: tuple[TestClient, int, str]
) -> None:
    """However often it ran, exactly one waits."""
    for _ in range(3):
        clock.move(hours=1)
        work(context)
    with context.database.read() as connection:
        waiting = select(func.count()).where(jobs.JOBS.c.kind == "release_due", jobs.JOBS.c.state == "waiting")
        assert connection.execute(waiting).scalar_one() == 1


def test_a_second_person_signs_what_was_looked_at_and_then_it_stays(
    context: Context, clock: SetClock, scored: tuple[TestClient, int, str], signed_in: Signed
) -> None:
    """Counts that are not those of now are refused, and so is whoever sent it, and a key; after signing a deadline and
    a decision change no list."""
    sender, run, asked = scored
    told = lists_of(sender, run)
    signer = signed_in("supervisor")
    both = signed_in("disbursement_system", "supervisor", account_id=1)
    assert sender.post(f"/v1/runs/{run}/sign", json=told).status_code == 403
    assert both.post(f"/v1/runs/{run}/sign", json=told).json()["type"] == "/problems/second-person-needed"
    key = signed_in("supervisor", credential="api_key")
    assert key.post(f"/v1/runs/{run}/sign", json=told).json()["type"] == "/problems/sign-in-to-sign"
    for name in told:
        other = {**told, name: f"{float(told[name]) + 1:.2f}" if "amount" in name else told[name] + 1}
        answer = signer.post(f"/v1/runs/{run}/sign", json=other)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/lists-changed")
    first = signer.post(f"/v1/runs/{run}/sign", json=told)
    assert first.status_code == 200, first.text
    assert first.json()["signed"]["lists"] == told
    assert signer.post(f"/v1/runs/{run}/sign", json=told).json() == first.json()
    assert signed_in("supervisor").post(f"/v1/runs/{run}/sign", json=told).status_code == 409
    clock.move(days=9)
    work(context)
    now = sender.get(f"/v1/runs/{run}").json()
    assert (now["state"], now["lists"], now["signed"]) == ("signed", told, first.json()["signed"])
    question = sender.get(f"/v1/runs/{run}/lists/verify").json()["items"][0]
    assert (question["disbursement_id"], question["state"]) == (asked, "released")
    assert len(lines(context, "run.signed")) == len(events(context, "run.signed")) == 1
    assert sender.post(f"/v1/runs/{run}/cancel").status_code == 409
    assert sender.post(f"/v1/runs/{run}/resume").status_code == 409


def test_a_decision_before_signing_asks_whoever_signs_to_look_again(
    scored: tuple[TestClient, int, str], signed_in: Signed
) -> None:
    """The counts somebody looked at a moment ago are not signed."""
    sender, run, asked = scored
    told = lists_of(sender, run)
    decided = signed_in("department_verifier").post(
        f"/v1/verify/{asked}/decision", json={"outcome": "release", "reason": "seen alive"}
    )
    assert decided.status_code == 200
    signer = signed_in("supervisor")
    assert signer.post(f"/v1/runs/{run}/sign", json=told).status_code == 409
    now = lists_of(sender, run)
    assert (now["verify"], now["release"]) == (0, told["release"] + 1)
    assert signer.post(f"/v1/runs/{run}/sign", json=now).status_code == 200


def test_a_payment_decided_in_one_run_is_not_asked_again_in_the_next(
    context: Context, scored: tuple[TestClient, int, str], signed_in: Signed, runs: Runs
) -> None:
    """The same row sent in a second upload keeps its question and what was decided."""
    sender, _, asked = scored
    signed_in("department_verifier").post(
        f"/v1/verify/{asked}/decision", json={"outcome": "correct", "reason": "another card"}
    )
    again = send(sender, as_csv(runs.of(LAST)) + b"\n", run_id=LAST)["run"]
    work(context)
    told = lists_of(sender, again)
    assert (told["verify"], told["corrected"]) == (0, 1)


def test_a_payment_scored_on_its_own_is_asked_about_too(
    context: Context, clock: SetClock, signed_in: Signed, runs: Runs
) -> None:
    """Whoever had it scored: it can be decided at once, waits in the list, and releases itself at its deadline."""
    clock.at = LATER
    own = ("D-1", "D-2", "D-3")
    with context.database.write() as connection:
        scores.add(connection, [_score_of(context, name, "verify") for name in own], [""])
        scores.add(connection, [_score_of(context, "D-4", "review")], [""])
    verifier = signed_in("department_verifier")
    said = {"outcome": "release", "reason": "seen alive"}
    assert verifier.post("/v1/verify/D-1/decision", json=said).status_code == 200
    assert verifier.post("/v1/verify/D-4/decision", json=said).status_code == 404
    work_on_deadlines(context)
    assert [row["disbursement_id"] for row in verifier.get("/v1/verify").json()["items"]] == ["D-2", "D-3"]
    clock.move(days=5)
    work_on_deadlines(context)
    assert verifier.get("/v1/verify").json()["items"] == []
    assert len(lines(context, "verify.released")) == 2


def work_on_deadlines(context: Context) -> None:
    """What the job does, without waiting for its turn."""
    with context.database.write() as connection:
        jobs.add(connection, "release_due", {}, context.clock.now())
    work(context)


def _score_of(context: Context, name: str, recommendation: str) -> dict[str, Any]:
    """A row of `scores` as single scoring keeps it."""
    now = context.clock.now()
    return {
        "disbursement_id": name,
        "kind": "before",
        "made_by": "live",
        "run_id": None,
        "program_id": "P",
        "period": "2018-02",
        "division_code": "519921100204",
        "household_id": None,
        "prepared_by": None,
        "person_hash": "p",
        "card_hash": "c",
        "card_last_four": "····0017",
        "amount_fen": 54600,
        "submitted_at": now,
        "score": 0.7,
        "anomaly": 0.1,
        "recommendation": recommendation,
        "deadline": now + dt.timedelta(days=5) if recommendation == "verify" else None,
        "desk": "department",
        "typology": "T01",
        "suspect_role": "household",
        "reasons": None,
        "not_applicable": scores.text_id(""),
        "model_version": "m",
        "degraded": False,
        "as_of": now,
        "scored_at": now,
        "fact_seq": 0,
    }
