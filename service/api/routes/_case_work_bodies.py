"""What is sent and answered in work on cases."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.routes._queue_bodies import Account, Case, Number, Reason, Version
from service.api.texts import Lines
from service.work.queue.link_cases import LinkKind
from service.work.queue.states import OpenState, Outcome


class _Asked(BaseModel):
    """`version` is that of the case as it was read: 409 when it was changed since."""

    model_config = ConfigDict(extra="forbid")

    version: Version


class MoveBody(_Asked):
    """The state a case goes to. `held` needs `until`, the day it comes back by itself."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 3, "to": "with_department", "reason": "请民政核实死亡登记。"}]}
    )

    to: OpenState
    reason: Reason
    until: dt.date | None = None


class ExplainedBody(BaseModel):
    """An innocent explanation to be remembered: of the pattern at the hub, or of each person, card or household of the
    case; `evidence` are numbers of its attachments."""

    model_config = ConfigDict(extra="forbid")

    about: Literal["hub", "person", "card", "household"]
    why: Annotated[Lines, Field(min_length=1, max_length=2000)]
    evidence: Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(max_length=100)] = []


class CloseBody(_Asked):
    """How a case is closed. `differing` names payments found otherwise than the rest."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 3,
                    "outcome": "cleared",
                    "reason": "监护人代领，有授权。",
                    "explained": {"about": "card", "why": "法定监护人，授权书已附", "evidence": [5]},
                }
            ]
        }
    )

    outcome: Outcome
    reason: Reason
    typology: Annotated[str, Field(pattern=r"^T[0-9]{2}$")] | None = None
    suspect_role: Literal["official", "agent", "household", "department"] | None = None
    differing: Annotated[dict[Number, Literal["confirmed", "cleared", "error"]], Field(max_length=10_000)] = {}
    explained: ExplainedBody | None = None


class ClosedBody(BaseModel):
    """The case's version and state; `waits` for a second person where the level asks for one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"case_id": "C7K3M9QZ4TB", "version": 4, "state": "preliminary_check", "waits": True}]
        }
    )

    case_id: Case
    version: int
    state: str
    waits: bool


class ReasonedBody(_Asked):
    """A change that needs nothing but its reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 4, "reason": "银行回单没有附上。"}]})

    reason: Reason


class SignBody(_Asked):
    """Agreement to what was proposed, as it was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 4}]})


class AssignBody(_Asked):
    """Who gets the case; null takes it from whoever has it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "account_id": 12, "reason": "按分工承办"}]}
    )

    account_id: Account | None
    reason: Reason


class NoteBody(BaseModel):
    """A note; kept sealed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "已电话联系村会计，约周三看台账。"}]}
    )

    text: Annotated[Lines, Field(min_length=1, max_length=10_000)]


class WrittenBody(BaseModel):
    """The note's number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note_id": 31}]})

    note_id: int


class NoteReadBody(BaseModel):
    """A note as it was written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"note_id": 31, "at": "2019-07-02T02:30:00Z", "who": "li.wen", "text": "约周三看台账。"}]
        }
    )

    note_id: int
    at: dt.datetime
    who: str
    text: str


class NotesBody(BaseModel):
    """Notes of a case, in order; `next` goes into `after`, null at the end."""

    notes: list[NoteReadBody]
    next: int | None


class LinkWantedBody(BaseModel):
    """The other case, and how the two belong together."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"other_id": "C0000000001", "kind": "related"}]}
    )

    other_id: Case
    kind: LinkKind


class LinkedBody(BaseModel):
    """Whether anything was changed: false where it was so already."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"changed": True}]})

    changed: bool


class MergeBody(_Asked):
    """The open case of the same desk that takes this one's payments."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 3, "into": "C0000000001", "reason": "同一经办人员"}]}
    )

    into: Case
    reason: Reason


class SplitBody(_Asked):
    """Payments that go into a case of their own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 3, "payments": ["D00004283"], "reason": "另案处理"}]}
    )

    payments: Annotated[list[Number], Field(min_length=1, max_length=10_000)]
    reason: Reason


class WhichBody(BaseModel):
    """A case and the version it was read with."""

    model_config = ConfigDict(extra="forbid")

    case_id: Case
    version: Version


class ManyBody(BaseModel):
    """The same work on many cases: `assign` (to `account_id`) or `move` (to the state `to`, held ones `until`)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "work": "move",
                    "cases": [{"case_id": "C7K3M9QZ4TB", "version": 1}],
                    "to": "with_department",
                    "reason": "集中移交民政核实",
                }
            ]
        },
    )

    work: Literal["assign", "move"]
    cases: Annotated[list[WhichBody], Field(min_length=1, max_length=500)]
    reason: Reason
    account_id: Account | None = None
    to: OpenState = "with_department"
    until: dt.date | None = None


class AnswerBody(BaseModel):
    """What became of one case: its new version, or why not."""

    case_id: Case
    version: int | None
    problem: str
    detail: str
    detail_zh: str


class AnswersBody(BaseModel):
    """One answer a case, in the order asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"answers": [{"case_id": "C7K3M9QZ4TB", "version": 2, "problem": "", "detail": "", "detail_zh": ""}]}
            ]
        }
    )

    answers: list[AnswerBody]
