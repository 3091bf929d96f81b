"""Whoever is kept off a case is kept off the score and the question it could come of; whole numbers are for senders."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert, select

from service.access import Principal, Role
from service.clock import SetClock
from service.sealing.column import seal_text
from service.store import outbox, runs, scores
from service.store.audit_lines import AUDIT_LINES
from service.store.payments import PAYMENTS
from service.store.run_changes import RUN_CHANGES
from service.store.scores import SCORES
from service.work.chain.follow import follow
from service.work.context import Context
from service.work.runs.decide import decide
from service.work.runs.errors import RunRefusedError
from service.work.runs.questions import questions
from service.work.runs.release_due import ask_some, release_some
from service.work.runs.results import changes_of
from service.work.scoring.read import scores_of
from service.work.supervision.export import entities, rows
from service.work.webhooks.read import pull
from tests.serving.queue_world import COUNTY, FAR, OTHER, VILLAGE, holds, kin, lay_out, lives, somebody

NUMBER = "519921195303041232"
WAYS: dict[str, Callable[[Context], Principal | None]] = {
    "own payment": lambda context: somebody(7, "department_verifier", person="p1"),
    "kin": lambda context: kin(context, "me", "p1"),
    "own household": lambda context: lives(context, "me", FAR, "H1"),
    "own village": lambda context: lives(context, "me", VILLAGE),
    "prepared it": lambda context: somebody(7, "department_verifier", official_id="O1"),
    "kin of who prepared it": lambda context: holds(context, "O1", "village_accountant", FAR, "me"),
}


@pytest.fixture(autouse=True)
def _asked(context: Context) -> None:
    """Two payments that are asked about: D1 (p1 of H1 in the village, prepared by O1) and D2 elsewhere."""
    lay_out(context)
    with context.database.write() as connection:
        scores.add(connection, [row(context, 1), row(context, 2, household_id=None, prepared_by=None)], ["[]"])
    assert ask_some(context) == 2


def row(context: Context, number: int, **more: Any) -> dict[str, Any]:
    """A score that asks."""
    now = context.clock.now()
    reason = {"code": "T01.x", "kind": "rule", "text_zh": "", "text_en": "", "weight": 1.0}
    reasons = json.dumps([{**reason, "evidence": [f"persons:{NUMBER}", f"disbursements:D{number}"]}])
    return {
        "disbursement_id": f"D{number}", "kind": "before", "made_by": "live", "run_id": None, "program_id": "PENSION",
        "period": "2019-07", "division_code": VILLAGE if number == 1 else OTHER, "household_id": f"H{number}",
        "prepared_by": f"O{number}", "person_hash": f"p{number}", "card_hash": f"c{number}",
        "card_last_four": "0001", "amount_fen": 10_000, "submitted_at": now, "score": 0.9, "anomaly": 0.5,
        "recommendation": "verify", "deadline": now + dt.timedelta(days=5), "desk": "discipline", "typology": "T22",
        "suspect_role": "official", "reasons": seal_text(context.seal, SCORES.c.reasons, reasons),
        "not_applicable": scores.text_id("[]"), "model_version": "m", "degraded": False, "as_of": now,
        "scored_at": now, "fact_seq": 1, **more,
    }  # fmt: skip


def tied(context: Context, how: str) -> Principal:
    """A verifier tied to D1 in a way."""
    return WAYS[how](context) or somebody(7, "department_verifier", person="me")


@pytest.mark.parametrize("how", WAYS)
def test_whoever_is_tied_to_a_payment_sees_neither_score_nor_question_and_decides_nothing(
    context: Context, how: str
) -> None:
    """The answer is that there is none; that it was tried is on the log; what is nobody's own stays to be seen."""
    me = tied(context, how)
    assert [one.row.disbursement_id for one in questions(context, me, 0, 10)] == ["D2"]
    assert scores_of(context, me, "D1").scores == []
    assert len(scores_of(context, me, "D2").scores) == 1
    with pytest.raises(RunRefusedError) as refused:
        decide(context, me, "D1", "release", "all in order here")
    assert refused.value.kind == "unknown"
    with context.database.read() as connection:
        said = select(AUDIT_LINES.c.about).where(AUDIT_LINES.c.action == "verify.refused")
        assert connection.execute(said).scalars().all() == ["D1"]
    other = somebody(8, "department_verifier")
    assert len(questions(context, other, 0, 10)) == 2
    assert decide(context, other, "D1", "release", "all in order here").state == "released"


def test_a_refused_decision_holds_up_no_release(context: Context, clock: SetClock) -> None:
    """The question of somebody's own goes on like any other: it releases itself."""
    me = tied(context, "kin")
    clock.move(days=6)
    with pytest.raises(RunRefusedError):
        decide(context, me, "D1", "correct", "to be paid never")
    assert release_some(context) == 2


def test_whole_numbers_in_evidence_are_for_who_sends_payments(context: Context) -> None:
    """Everybody else gets the last four digits, and a whole number by unmasking alone, with a reason and a line."""

    def evidence(who: Principal) -> list[str]:
        found: list[str] = scores_of(context, who, "D1").scores[0]["reasons"][0]["evidence"]
        return found

    assert evidence(somebody(1, "disbursement_system")) == [f"persons:{NUMBER}", "disbursements:D1"]
    others: tuple[Role, ...] = ("investigator", "supervisor", "department_verifier", "auditor")
    for role in others:
        assert evidence(somebody(2, role)) == ["persons:····1232", "disbursements:D1"]


TO_THEM = ("own payment", "kin", "own household")


def paid(context: Context) -> None:
    """The two payments on record, and D3 to p1, which was never scored."""
    known = context.clock.now()
    shared = {
        "known_at": known, "program_id": "PENSION", "period": "2019-07", "card": "c1", "card_last_four": "0001",
        "amount_fen": 10_000,
    }  # fmt: skip
    told = [("D1", "p1", VILLAGE), ("D2", "p2", OTHER), ("D3", "p1", VILLAGE)]
    kept = [{**shared, "disbursement_id": one, "person": person, "division_code": at} for one, person, at in told]
    with context.database.write() as connection:
        connection.execute(insert(PAYMENTS), kept)
    lives(context, "p1", VILLAGE, "H1")
    lives(context, "p2", OTHER, "H2")
    kin(context, "p1", "p9")
    kin(context, "p2", "p8")


@pytest.mark.parametrize("how", WAYS)
def test_the_way_of_ones_own_payment_is_not_there_and_of_one_near_tells_of_no_question(
    context: Context, how: str
) -> None:
    """To them, kin or household: none, on the log. By post or village: where it is, not what is asked about it."""
    paid(context)
    me = tied(context, how)
    found = {number: follow(context, me, number) for number in ("D1", "D2", "D3")}
    assert found["D2"] is not None
    assert found["D2"].asks == "verify"
    with context.database.read() as connection:
        said = select(AUDIT_LINES.c.about).where(AUDIT_LINES.c.action == "chain.refused").order_by(AUDIT_LINES.c.line)
        refused = connection.execute(said).scalars().all()
    if how in TO_THEM:
        assert (found["D1"], found["D3"], refused) == (None, None, ["D1", "D3"])
    else:
        assert found["D1"] is not None
        assert found["D3"] is not None
        assert (found["D1"].asks, found["D1"].deadline, refused) == (None, None, [])
    other = follow(context, somebody(8, "department_verifier"), "D1")
    assert other is not None
    assert other.asks == "verify"


@pytest.mark.parametrize("how", WAYS)
def test_exports_hold_no_payment_of_ones_own(context: Context, how: str) -> None:
    """Neither payments nor the graph, in which nobody near them has ties."""
    paid(context)
    me, at = tied(context, how), context.clock.now()
    seen = {str(one[0]) for one in rows(context, me, "payments", at=at)}
    # Who prepared a payment is known by its score alone.
    assert seen == ({"D2", "D3"} if "prepared" in how else {"D2"})
    graph = list(entities(context, me, at=at))
    assert {one["properties"]["recordId"][0] for one in graph if one["schema"] == "Payment"} == seen
    assert "kin-p2-p8" in {one["id"] for one in graph}
    assert (how in TO_THEM) != ("kin-p1-p9" in {one["id"] for one in graph})
    assert len(list(rows(context, somebody(8, "auditor"), "payments", at=at))) == 3


@pytest.mark.parametrize("how", WAYS)
def test_neither_events_nor_what_differs_tell_of_ones_own_payment(context: Context, how: str) -> None:
    """Events of payments; who is new in a run, and whose last payment is gone."""
    now = context.clock.now()
    with context.database.write() as connection:
        for number, place in (("D1", VILLAGE), ("D2", OTHER)):
            outbox.add(connection, "org.mingbai.payment.asks", f"payments/{number}", {}, now, division_code=place)
        run = runs.add(connection, {
            "division_code": COUNTY, "form": "reference", "state": "scored", "notes": [], "upload_bytes": 0,
            "content": "x", "sent_by_id": 1, "sent_by": "sender", "sent_divisions": ["*"], "received_at": now,
        })  # fmt: skip
        shared = {"run": run, "scope_code": COUNTY, "division_code": COUNTY, "rows": 1, "before_rows": 1}
        new = [{**shared, "change": "new", "place": n, "disbursement_id": f"D{n}"} for n in (1, 2)]
        gone = [{**shared, "change": "gone", "place": n, "before_disbursement_id": f"D{n}"} for n in (1, 2)]
        connection.execute(insert(RUN_CHANGES), new)
        connection.execute(insert(RUN_CHANGES), gone)
    for me, expected in ((tied(context, how), [2]), (somebody(8, "department_verifier"), [1, 2])):
        payments = [one.subject for one in pull(context, me, 0, 10)[0] if one.type == "org.mingbai.payment.asks"]
        assert payments == [f"payments/D{n}" for n in expected]
        assert [row.place for row in changes_of(context, me, run, "new", 0, 10)] == expected
        assert [row.place for row in changes_of(context, me, run, "gone", 0, 10)] == expected
