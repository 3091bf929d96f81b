"""Review: one row of a list beside the person it may mean, three answers, by keyboard too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._matching import ANSWERED, EXAMPLE_PAIR, refused, status_of
from service.console.visit import Sent, Visit, sent, visit
from service.store.match_answers import Answer
from service.work.matching import answer as answering
from service.work.matching.errors import MatchingError
from service.work.matching.pairs import Next, next_pair, own_answers, read_pair
from service.work.matching.shown import AnswerShown, PairShown
from service.work.matching.words import source_word

Of = Literal["sample", "unsure"]
Row = Annotated[str, Query(pattern=r"^([0-9a-f]{32})?$")]


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An answer of whoever looks: the row it is about, and what was said."""

    row: str
    said: AnswerShown


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `of`: which pairs are gone through: the `sample`, or all `unsure` ones; `left`: how many wait
    * `pair`: the pair in question, None where nothing waits; `source`: its list in words (Chinese, English)
    * `chosen`: whether this pair was asked for, rather than being the next
    * `own`: the newest answers of whoever looks, to take back; `why_most`: characters a remark may have
    """

    of: str
    left: int
    pair: PairShown | None
    source: tuple[str, str]
    chosen: bool
    own: tuple[OwnAnswer, ...]
    why_most: int


PAGE: Final = Page(
    "matching_review",
    Contents(
        "sample",
        152,
        EXAMPLE_PAIR,
        ("民政", "civil affairs"),
        False,
        (OwnAnswer(EXAMPLE_PAIR.row, ANSWERED),),
        answering.WHY_AT_MOST,
    ),
    "matching.review",
    nav="matching",
)
router: Final = APIRouter()


@router.get("/matching/review")
def show(
    visitor: Annotated[Visit, Depends(visit("matching.review"))], of: Of = "sample", after: Row = "", pair: Row = ""
) -> Response:
    """The next pair, or one that was asked for."""
    with refused():
        return visitor.page(PAGE, _contents(visitor, of, after, pair))


@router.post("/matching/review/answer")
def answer(form: Annotated[Sent, Depends(sent("matching.review"))]) -> Response:
    """Say what it is, and go on to the next."""
    visitor, row, of = form.visit, form.get("row")[:32], _of(form.get("of"))
    said, why = form.get("answer"), form.get("why")
    try:
        answering.answer(visitor.context, visitor.principal, row, form.get("content"), cast(Answer, said), why)
    except MatchingError as error:
        form.refused()
        pair = row if error.kind != "not-there" else ""
        contents = _contents(visitor, of, "", pair)
        problem = (error.chinese, str(error))
        return visitor.page(PAGE, contents, status=status_of(error), problem=problem, entered={"why": why})
    return form.done(f"/matching/review?of={of}", f"said_{said}")


@router.post("/matching/review/undo")
def undo(form: Annotated[Sent, Depends(sent("matching.review"))]) -> Response:
    """Take an answer back, and look at the pair again."""
    visitor, number = form.visit, form.get("number")
    try:
        told = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0
        row = answering.undo(visitor.context, visitor.principal, told, form.get("undo_why"))
    except MatchingError as error:
        form.refused()
        pair = form.get("row")[:32] if error.kind == "not-as-expected" else ""
        contents = _contents(visitor, _of(form.get("of")), "", pair)
        problem = (error.chinese, str(error))
        entered = {"undo_why": form.get("undo_why")}
        return visitor.page(PAGE, contents, status=status_of(error), problem=problem, entered=entered)
    return form.done(f"/matching/review?pair={row}", "undone")


def _of(text: str) -> Of:
    return "unsure" if text == "unsure" else "sample"


def _contents(visitor: Visit, of: Of, after: str, row: str) -> Contents:
    """Raises MatchingError where a pair that was asked for is not there."""
    context, who = visitor.context, visitor.principal
    found = Next(read_pair(context, who, row), 0) if row else next_pair(context, who, of, after)
    own = tuple(OwnAnswer(one, said) for one, said in own_answers(context, who, 6))
    source = source_word(found.pair.source) if found.pair else ("", "")
    return Contents(of, found.left, found.pair, source, bool(row), own, answering.WHY_AT_MOST)
