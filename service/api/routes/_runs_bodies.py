"""What routes of runs take and give."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from sqlalchemy import Row

from service.api.money import Yuan, yuan
from service.api.texts import Line
from service.store.runs import State
from service.work.runs.lists import Lists
from service.work.runs.questions import Question
from service.work.runs.summary import Summary

NOTHING_SUMMED = Summary()

_LISTS: JsonDict = {
    "version": 3,
    "release": 1186,
    "release_amount": "470664.10",
    "verify": 14,
    "verify_amount": "5556.00",
    "corrected": 0,
    "corrected_amount": "0.00",
    "quarantined": 2,
}


Sum = Annotated[Yuan, Field(max_length=24)]
"""An amount somebody sends back: no longer than any there is."""


class ListsBody(BaseModel):
    """The lists of a run: rows and amounts of each, quarantined rows, and the version of the lists, which goes up with
    every change. Whoever signs says exactly these again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_LISTS]})

    version: int = Field(ge=0, le=2**53)
    release: int = Field(ge=0, le=2**53)
    release_amount: Sum
    verify: int = Field(ge=0, le=2**53)
    verify_amount: Sum
    corrected: int = Field(ge=0, le=2**53)
    corrected_amount: Sum
    quarantined: int = Field(ge=0, le=2**53)

    @classmethod
    def of(cls, lists: Lists) -> ListsBody:
        """From what the store sums up."""
        return cls(
            version=lists.version,
            release=lists.release,
            release_amount=yuan(lists.release_fen),
            verify=lists.verify,
            verify_amount=yuan(lists.verify_fen),
            corrected=lists.corrected,
            corrected_amount=yuan(lists.corrected_fen),
            quarantined=lists.quarantined,
        )

    def lists(self) -> Lists:
        """As the store sums them up."""
        return Lists(
            self.version,
            self.release,
            fen(self.release_amount),
            self.verify,
            fen(self.verify_amount),
            self.corrected,
            fen(self.corrected_amount),
            self.quarantined,
        )


class Told(BaseModel):
    """A reason or note: a word with dashes, and what it means in both languages."""

    code: str = Field(examples=["tables-missing"])
    en: str
    zh: str
    rows: int | None = None


class Progress(BaseModel):
    """How far a run is: `rows` are on record to be scored; `rows_read` = `rows` + `rows_repeated` +
    `rows_quarantined`. All are known once `reading` is over."""

    rows_read: int
    rows_repeated: int
    rows_quarantined: int
    rows: int
    rows_scored: int


class Signed(BaseModel):
    """The lists as they were signed, by whom and when; `fingerprint` is SHA-256 over every row of them."""

    at: dt.datetime
    by: str
    lists: ListsBody
    fingerprint: str


class RunBody(BaseModel):
    """A payment run. `run` is our number, by which paths name it; `run_id` the contract's. Nothing here stops a
    payment: `cancelled` means that its *scoring* was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run": 17,
                    "run_id": "R00179",
                    "program_id": "P02",
                    "period": "2019-07",
                    "division_code": "519921000000",
                    "planned_on": "2019-07-10",
                    "form": "csv",
                    "state": "scored",
                    "failure": None,
                    "notes": [],
                    "sent_by": "disbursements-519921",
                    "received_at": "2019-07-01T01:00:00Z",
                    "read_at": "2019-07-01T01:00:02Z",
                    "scored_at": "2019-07-01T01:00:04Z",
                    "progress": {
                        "rows_read": 1202,
                        "rows_repeated": 0,
                        "rows_quarantined": 2,
                        "rows": 1200,
                        "rows_scored": 1200,
                    },
                    "recommended": {"release": 1160, "verify": 14, "review": 26},
                    "model_version": "prior/…",
                    "degraded": False,
                    "lists": _LISTS,
                    "signed": None,
                    "compared_with": 12,
                    "changes": {"new": 4, "gone": 2, "amount": 31, "card": 1},
                }
            ]
        }
    )

    run: int
    run_id: str | None
    program_id: str | None
    period: str | None
    division_code: str | None
    planned_on: str | None
    form: Literal["csv", "parquet", "jsonl", "reference"]
    state: State
    failure: Told | None
    notes: list[Told]
    sent_by: str
    received_at: dt.datetime
    read_at: dt.datetime | None
    scored_at: dt.datetime | None
    progress: Progress
    recommended: dict[str, int] | None = Field(description="Rows by recommendation; given for one run that is scored.")
    model_version: str | None
    degraded: bool = Field(description="Scored by rules alone, because no model could be loaded.")
    lists: ListsBody | None = Field(description="Given for one run that is scored.")
    signed: Signed | None
    compared_with: int | None = Field(description="The last run of the same program and division, by our number.")
    changes: dict[str, int] | None = Field(description="People new, gone, with another amount, with another card.")


class RunsBody(BaseModel):
    """A page of runs, newest first; `next` is the `before` of the following page, null on the last."""

    items: list[RunBody]
    next: int | None


class ReferenceBody(BaseModel):
    """A run whose rows were sent before through `/v1/tables/disbursements`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"run_id": "R00179"}]})

    run_id: Annotated[Line, Field(min_length=1, max_length=64)]


def run_body(row: Row[Any], summary: Summary = NOTHING_SUMMED) -> RunBody:
    """A run as it is told; with its lists and changes where they were summed up."""
    signed = None
    if row.signed is not None:
        of = {name: row.signed[name] for name in Lists.__slots__}
        signed = Signed(
            at=row.signed_at,
            by=row.signed_by,
            lists=ListsBody.of(Lists(**of)),
            fingerprint=row.signed["fingerprint"],
        )
    return RunBody(
        run=row.run,
        run_id=row.run_id,
        program_id=row.program_id,
        period=row.period,
        division_code=row.division_code,
        planned_on=row.planned_on,
        form=row.form,
        state=row.state,
        failure=None if row.failure is None else Told(**row.failure),
        notes=[Told(**note) for note in row.notes],
        sent_by=row.sent_by,
        received_at=row.received_at,
        read_at=row.read_at,
        scored_at=row.scored_at,
        progress=Progress(
            rows_read=row.rows_read,
            rows_repeated=row.rows_repeated,
            rows_quarantined=row.rows_quarantined,
            rows=row.rows_taken,
            rows_scored=row.rows_scored,
        ),
        recommended=summary.recommended,
        model_version=row.model_version,
        degraded=row.degraded,
        lists=None if summary.lists is None else ListsBody.of(summary.lists),
        signed=signed,
        compared_with=row.compared_with,
        changes=summary.changes,
    )


class QuestionBody(BaseModel):
    """A payment that is asked about. It releases itself at `deadline` unless a person decides before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "verification": 231,
                    "disbursement_id": "D00004283",
                    "run": 17,
                    "run_id": "R00179",
                    "program_id": "P02",
                    "period": "2019-07",
                    "division_code": "519921100204",
                    "household_id": "H211002068812",
                    "card_last_four": "····0017",
                    "amount": "546.00",
                    "score": 0.731,
                    "desk": "department",
                    "typology": "T01",
                    "suspect_role": "household",
                    "reasons": [],
                    "asked_at": "2019-07-01T01:00:04Z",
                    "deadline": "2019-07-06T01:00:04Z",
                    "state": "waiting",
                    "decided_how": None,
                    "decided_by": None,
                    "decided_at": None,
                    "reason": None,
                }
            ]
        }
    )

    verification: int
    disbursement_id: str
    run: int | None
    run_id: str | None
    program_id: str
    period: str
    division_code: str | None
    household_id: str | None
    card_last_four: str
    amount: Yuan
    score: float
    desk: str
    typology: str
    suspect_role: str
    reasons: list[dict[str, Any]] = Field(description="As in the contract's scores, without evidence.")
    asked_at: dt.datetime
    deadline: dt.datetime
    state: Literal["waiting", "released", "corrected"]
    decided_how: Literal["person", "deadline"] | None
    decided_by: str | None
    decided_at: dt.datetime | None
    reason: str | None = Field(description="What the person who decided wrote.")


class QuestionsBody(BaseModel):
    """A page of questions; `next` is the `after` of the following page, null on the last."""

    items: list[QuestionBody]
    next: int | None


def question_body(question: Question) -> QuestionBody:
    """A question as it is told."""
    row = question.row
    return QuestionBody(
        verification=row.verification,
        disbursement_id=row.disbursement_id,
        run=row.run,
        run_id=row.run_id,
        program_id=row.program_id,
        period=row.period,
        division_code=row.division_code,
        household_id=row.household_id,
        card_last_four=row.card_last_four,
        amount=yuan(row.amount_fen),
        score=row.score,
        desk=row.desk,
        typology=row.typology,
        suspect_role=row.suspect_role,
        reasons=question.reasons,
        asked_at=row.asked_at,
        deadline=row.deadline,
        state=row.state,
        decided_how=row.decided_how,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=question.reason,
    )


def fen(amount: str) -> int:
    """Yuan with two decimals as whole fen.

    >>> fen("396.85"), fen("-0.05")
    (39685, -5)
    """
    whole, _, cents = amount.removeprefix("-").partition(".")
    found = int(whole) * 100 + int(cents)
    return -found if amount.startswith("-") else found


def loaded(text: str) -> list[Any]:
    """A JSON list of the contract."""
    found: list[Any] = json.loads(text)
    return found
