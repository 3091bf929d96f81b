"""Who is who: departments' lists matched with the register, and what people say of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query

from service.access import Principal
from service.api.asking import Asked, needs
from service.api.problem import Problem, responses
from service.api.routes._matching_bodies import (
    AnswerBody,
    AnswerRequest,
    Decision,
    LinesBody,
    LinesRequest,
    LinesSetBody,
    NextBody,
    PairBody,
    PairsBody,
    RunBody,
    RunsBody,
    SummaryBody,
    UndoneBody,
    UndoRequest,
    lines_body,
    pair_body,
    run_body,
    summary_body,
)
from service.work.matching import answer as answering
from service.work.matching.ask import ask, recent_runs
from service.work.matching.errors import Kind, MatchingError
from service.work.matching.lines import set_lines, told_lines
from service.work.matching.pairs import list_pairs, next_pair, read_pair
from service.work.matching.summary import summary

router = APIRouter(prefix="/v1/matching", tags=["matching"])

STATUS: Final[dict[Kind, tuple[int, str]]] = {
    "not-there": (404, "Nothing here"),
    "conflict": (409, "Conflict with what is on record"),
    "not-allowed": (403, "Not allowed"),
    "not-as-expected": (422, "The request does not hold what is expected"),
}

Reads = Annotated[Principal, Depends(needs("matching.read"))]
Reviews = Annotated[Principal, Depends(needs("matching.review"))]
Manages = Annotated[Principal, Depends(needs("matching.manage"))]
Row = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
After = Annotated[str, Query(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
AnswerId = Annotated[int, Path(ge=1, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal inside the block into the problem that tells it."""
    try:
        yield
    except MatchingError as error:
        status, title = STATUS[error.kind]
        raise Problem(status, error.kind, title, (str(error), error.chinese)) from None


@router.get("", responses=responses(401, 403))
def state(context: Asked, who: Reads) -> SummaryBody:
    """How the lists were matched: counts by list and by place in your divisions."""
    return summary_body(summary(context, who))


@router.get("/runs", responses=responses(401, 403, 422))
def runs(
    context: Asked, who: Reads, before: Annotated[int | None, Query(ge=1, le=2**53)] = None, limit: Limit = 100
) -> RunsBody:
    """Runs, newest first."""
    found = recent_runs(context, limit, before)
    return RunsBody(runs=[run_body(one) for one in found], next=found[-1].run_id if len(found) == limit else None)


@router.post("/runs", status_code=202, responses=responses(401, 403, 409))
def run(context: Asked, who: Manages) -> RunBody:
    """Have the lists matched now; every night they are anyway where something came. One that waits is given again."""
    with told():
        return run_body(ask(context, who))


@router.get("/pairs", responses=responses(401, 403, 422))
def pairs(
    context: Asked,
    who: Reviews,
    decision: Decision = "unsure",
    source: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
    after: After = "",
    limit: Limit = 100,
) -> PairsBody:
    """Rows of lists that stand at a decision, each beside the person it may mean. The look is on the log."""
    found = [pair_body(one) for one in list_pairs(context, who, decision, source, after, limit)]
    return PairsBody(pairs=found, next=found[-1].row if len(found) == limit else None)


@router.get("/pairs/next", responses=responses(401, 403, 422))
def waiting(context: Asked, who: Reviews, of: Literal["sample", "unsure"] = "sample", after: After = "") -> NextBody:
    """The next pair nobody has answered to: of the sample that tells how good matching is, or of all it is not sure of.
    `after` leaves one for later. The look is on the log."""
    found = next_pair(context, who, of, after)
    return NextBody(pair=pair_body(found.pair) if found.pair else None, left=found.left)


@router.get("/pairs/{row_hash}", responses=responses(401, 403, 404, 422))
def pair(context: Asked, who: Reviews, row_hash: Row) -> PairBody:
    """One row beside the person it may mean. The look is on the log."""
    with told():
        return pair_body(read_pair(context, who, row_hash))


@router.post("/pairs/{row_hash}/answers", status_code=201, responses=responses(401, 403, 404, 409, 422))
def answer(context: Asked, who: Reviews, row_hash: Row, body: AnswerRequest) -> AnswerBody:
    """Say whether they are the same. It stands until it is taken back or either record changes."""
    with told():
        number, stands = answering.answer(context, who, row_hash, body.content, body.answer, body.why)
    return AnswerBody(answer_id=number, decision=stands)


@router.post("/answers/{answer_id}/undo", responses=responses(401, 403, 404, 409, 422))
def undo(context: Asked, who: Reviews, answer_id: AnswerId, body: UndoRequest) -> UndoneBody:
    """Take an answer back; somebody else's takes a reason."""
    with told():
        return UndoneBody(row=answering.undo(context, who, answer_id, body.why))


@router.get("/lines", responses=responses(401, 403))
def lines(context: Asked, who: Reads) -> LinesBody:
    """The decision lines in force, and what the review says of others: precision and recall with intervals."""
    return lines_body(told_lines(context, who))


@router.post("/lines", status_code=201, responses=responses(401, 403, 422))
def set_new_lines(context: Asked, who: Manages, body: LinesRequest) -> LinesSetBody:
    """Set the lines of this deployment. The lists are matched by them at once."""
    with told():
        return LinesSetBody(line_id=set_lines(context, who, body.same, body.none, body.why))
