"""Whoever is kept off a case is kept off the score and the question it could come of; whole numbers are for senders."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from service.access import Principal, Role
from service.clock import SetClock
from service.sealing.column import seal_text
from service.store import scores
from service.store.audit_lines import AUDIT_LINES
from service.store.scores import SCORES
from service.work.context import Context
from service.work.runs.decide import decide
from service.work.runs.errors import RunRefusedError
from service.work.runs.questions import questions
from service.work.runs.release_due import ask_some, release_some
from service.work.scoring.read import scores_of
from tests.serving.queue_world import FAR, OTHER, VILLAGE, holds, kin, lay_out, lives, somebody

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
