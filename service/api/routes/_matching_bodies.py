"""What routes of matching take and give."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.texts import Line, Lines
from service.store.match_runs import MatchRun
from service.work.matching.lines import LinesTold
from service.work.matching.shown import AnswerShown, FieldShown, PairShown
from service.work.matching.summary import Counted, Summary

if TYPE_CHECKING:
    from features.matching.estimate import Share

Decision = Literal["same", "unsure", "none"]
Answer = Literal["same", "different", "unclear"]
RowHash = Annotated[Line, Field(max_length=64, examples=["c41eb575d8eff407c0135174a728a154"])]


class RunBody(BaseModel):
    """A run of matching. Counts are null until it is done; `problem` says why it failed. Events are what scores read
    from it on: new, of another person than before, taken back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run": 3,
                    "state": "done",
                    "why": "night",
                    "asked_by": "mingbai",
                    "asked_at": "2019-07-01T20:00:00Z",
                    "as_of": "2019-07-01T20:00:02Z",
                    "done_at": "2019-07-01T20:01:10Z",
                    "same_probability": 0.9,
                    "none_probability": 0.1,
                    "rows": 626,
                    "same": 518,
                    "unsure": 5,
                    "none": 103,
                    "persons": 24000,
                    "pairs": 9312,
                    "cleared": 4,
                    "confirmed": 11,
                    "events_new": 518,
                    "events_changed": 0,
                    "events_back": 2,
                    "problem_zh": None,
                    "problem_en": None,
                }
            ]
        }
    )

    run: int
    state: Literal["waiting", "done", "failed"]
    why: Literal["asked", "night", "answers", "lines"]
    asked_by: str
    asked_at: dt.datetime
    as_of: dt.datetime | None
    done_at: dt.datetime | None
    same_probability: float | None
    none_probability: float | None
    rows: int | None
    same: int | None
    unsure: int | None
    none: int | None
    persons: int | None
    pairs: int | None
    cleared: int | None
    confirmed: int | None
    events_new: int | None
    events_changed: int | None
    events_back: int | None
    problem_zh: str | None
    problem_en: str | None


class RunsBody(BaseModel):
    """Runs, newest first; `next` goes into `before`, null at the end."""

    runs: list[RunBody]
    next: int | None


class CountedBody(BaseModel):
    """Rows of a list, or of a place and all below it, by what stands of them; `rate` is the share whose person was
    found, null of no rows. `code` is empty for lists and for what lies in no place that is known."""

    name: str = Field(examples=["civil_affairs"])
    code: str = Field(examples=["519921100000"])
    rows: int
    same: int
    unsure: int
    none: int
    rate: float | None = Field(examples=[0.83])


class SummaryBody(BaseModel):
    """How lists were matched, in your divisions. `run` is the one whose rows these are; `sample` pairs were drawn for
    people to look at, of which `sample_answered` were."""

    run: RunBody | None
    waiting: RunBody | None
    failed: RunBody | None
    total: CountedBody
    lists: list[CountedBody]
    places: list[CountedBody]
    answers: dict[str, int] = Field(examples=[{"same": 40, "different": 6, "unclear": 2}])
    sample: int
    sample_answered: int


class FieldBody(BaseModel):
    """One field of both sides, masked; `weight` is a natural logarithm of odds, and `speaks` the same in a word."""

    name: str = Field(examples=["birth"])
    label_zh: str = Field(examples=["出生日期"])
    label_en: str = Field(examples=["Date of birth"])
    row: str = Field(examples=["1953-03-04"])
    person: str = Field(examples=["1953-04-03"])
    level_zh: str = Field(examples=["月和日颠倒"])
    level_en: str = Field(examples=["day and month swapped"])
    note_zh: str
    note_en: str
    weight: float = Field(examples=[3.1])
    speaks: Literal["strongly_for", "for", "little", "against", "strongly_against", "nothing"]


class AnsweredBody(BaseModel):
    """What somebody said of a pair as it is; `own`: you did."""

    answer_id: int
    answer: Answer
    by: str
    at: dt.datetime
    why: str
    own: bool


class PairBody(BaseModel):
    """A row of a list and the person it may mean, by keyed hashes; `content` goes with an answer, so that it is about
    what you saw. `found` is what the run says, `decision` what stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "row": "c41eb575d8eff407c0135174a728a154",
                    "person": "d3fe6ef2bc71ed8656a3a35819fb2e81",
                    "content": "2b8696f9826c45c00f83745a33ab6f99",
                    "source": "civil_affairs",
                    "kind_zh": "死亡",
                    "kind_en": "death",
                    "effective_on": "2019-03-05",
                    "place": "青山镇柳树村",
                    "division_code": "519921100202",
                    "probability": 0.4571,
                    "found": "unsure",
                    "decision": "unsure",
                    "remarks_zh": ["另有相近的人，把握因此降低"],
                    "remarks_en": ["somebody else is nearly as likely, which makes this less sure"],
                    "drawn": True,
                    "fields": [
                        {
                            "name": "name",
                            "label_zh": "姓名",
                            "label_en": "Name",
                            "row": "何玉真",
                            "person": "何玉珍",
                            "level_zh": "同音不同字",
                            "level_en": "sounds the same",
                            "note_zh": "",
                            "note_en": "",
                            "weight": 3.27,
                            "speaks": "for",
                        }
                    ],
                    "answer": None,
                }
            ]
        }
    )

    row: RowHash
    person: RowHash
    content: RowHash
    source: str
    kind_zh: str = Field(examples=["死亡"])
    kind_en: str = Field(examples=["death"])
    effective_on: str = Field(examples=["2019-03-05"])
    place: str
    division_code: str | None
    probability: float
    found: Decision
    decision: Decision
    remarks_zh: list[str]
    remarks_en: list[str]
    drawn: bool
    fields: list[FieldBody]
    answer: AnsweredBody | None


class PairsBody(BaseModel):
    """Pairs in order of their hashes; `next` goes into `after`, null at the end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pairs": [], "next": None}]})

    pairs: list[PairBody]
    next: str | None


class NextBody(BaseModel):
    """The next pair that waits, null where none does; `left` counts those that wait."""

    pair: PairBody | None
    left: int


class AnswerRequest(BaseModel):
    """What you say of a pair as you saw it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"content": "2b8696f9826c45c00f83745a33ab6f99", "answer": "same", "why": "户口簿上是同一人"}]
        },
    )

    content: RowHash
    answer: Answer
    why: Annotated[Lines, Field(max_length=1000)] = ""


class AnswerBody(BaseModel):
    """The number of an answer, and what stands of the row now."""

    answer_id: int
    decision: Decision


class UndoRequest(BaseModel):
    """Why an answer is taken back; needed where somebody else gave it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "核对户籍后发现有误"}]})

    why: Annotated[Lines, Field(max_length=1000)] = ""


class UndoneBody(BaseModel):
    """The row whose answer was taken back."""

    row: RowHash


class ShareBody(BaseModel):
    """A share with its 95 % interval and the verdicts behind it; `value` is null of none."""

    value: float | None
    low: float
    high: float
    verdicts: int


class CandidateBody(BaseModel):
    """A line for `same` and what it would do: pairs at or above it, how many of them are right, how many of the right
    ones they are, rows that would become `same` or (negative) would not be any more."""

    line: float
    links: int
    precision: ShareBody
    recall: ShareBody
    enough: bool
    more: int
    in_force: bool
    of_policy: bool


class StratumBody(BaseModel):
    """A stretch of probability: pairs in it, looked at, right."""

    low: float
    high: float
    pairs: int
    looked: int
    right: int


class LinesBody(BaseModel):
    """The decision lines in force, the policy's, and what the review says of others."""

    same: float = Field(examples=[0.9])
    none: float = Field(examples=[0.1])
    policy_same: float
    policy_none: float
    set_by: str | None
    set_at: dt.datetime | None
    verdicts: int
    unsure: int
    candidates: list[CandidateBody]
    strata: list[StratumBody]


class LinesRequest(BaseModel):
    """Lines for this deployment and why; the reason stands in the log."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"same": 0.95, "none": 0.05, "why": "抽样复核200对，查准率达到要求"}]},
    )

    same: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    none: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    why: Annotated[Line, Field(min_length=1, max_length=1000)]


class LinesSetBody(BaseModel):
    """The number of the lines that were set."""

    line_id: int


def run_body(run: MatchRun) -> RunBody:
    """A run."""
    zh, en = run.problem or (None, None)
    names = set(RunBody.model_fields) - {"run", "problem_zh", "problem_en"}
    return RunBody(run=run.run_id, problem_zh=zh, problem_en=en, **{name: getattr(run, name) for name in names})


def counted_body(one: Counted) -> CountedBody:
    """Counts of a list or a place."""
    return CountedBody(
        name=one.name, code=one.code, rows=one.rows, same=one.same, unsure=one.unsure, none=one.none, rate=one.rate
    )


def summary_body(found: Summary) -> SummaryBody:
    """The counts of a scope."""
    run, waiting, failed = (run_body(one) if one else None for one in (found.run, found.waiting, found.failed))
    return SummaryBody(
        run=run, waiting=waiting, failed=failed, total=counted_body(found.total),
        lists=[counted_body(one) for one in found.lists], places=[counted_body(one) for one in found.places],
        answers=found.answers, sample=found.sample, sample_answered=found.sample_answered,
    )  # fmt: skip


def pair_body(pair: PairShown) -> PairBody:
    """A pair."""
    return PairBody(
        row=pair.row, person=pair.person, content=pair.content, source=pair.source, kind_zh=pair.kind[0],
        kind_en=pair.kind[1], effective_on=pair.effective_on, place=pair.place, division_code=pair.division_code,
        probability=pair.probability, found=pair.found, decision=pair.decision,
        remarks_zh=[zh for zh, _ in pair.remarks], remarks_en=[en for _, en in pair.remarks], drawn=pair.drawn,
        fields=[_field_body(one) for one in pair.fields], answer=_answered_body(pair.answer),
    )  # fmt: skip


def lines_body(told: LinesTold) -> LinesBody:
    """Lines and estimates."""
    return LinesBody(
        same=told.same, none=told.none, policy_same=told.policy_same, policy_none=told.policy_none,
        set_by=told.standing.set_by if told.standing else None, set_at=told.standing.set_at if told.standing else None,
        verdicts=told.verdicts, unsure=told.unsure,
        candidates=[
            CandidateBody(
                line=one.estimate.line, links=one.estimate.links, precision=_share(one.estimate.precision),
                recall=_share(one.estimate.recall), enough=one.estimate.enough, more=one.more,
                in_force=one.in_force, of_policy=one.of_policy,
            )
            for one in told.candidates
        ],
        strata=[
            StratumBody(low=one.low, high=one.high, pairs=one.pairs, looked=one.looked, right=one.right)
            for one in told.strata
        ],
    )  # fmt: skip


def _field_body(one: FieldShown) -> FieldBody:
    return FieldBody(
        name=one.name, label_zh=one.label[0], label_en=one.label[1], row=one.row, person=one.person,
        level_zh=one.level[0], level_en=one.level[1], note_zh=one.note[0], note_en=one.note[1], weight=one.weight,
        speaks=one.speaks,
    )  # fmt: skip


def _answered_body(said: AnswerShown | None) -> AnsweredBody | None:
    if said is None:
        return None
    return AnsweredBody(
        answer_id=said.answer_id, answer=said.answer, by=said.by, at=said.at, why=said.why, own=said.own
    )


def _share(share: Share) -> ShareBody:
    return ShareBody(value=share.value, low=share.low, high=share.high, verdicts=share.verdicts)
