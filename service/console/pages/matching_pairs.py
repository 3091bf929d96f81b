"""Rows of lists one by one: what stands of each, beside the person it may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._matching import EXAMPLE_PAIR
from service.console.visit import Visit, visit
from service.work.matching.pairs import list_pairs
from service.work.matching.shown import FieldShown, PairShown
from service.work.matching.summary import summary
from service.work.matching.words import source_word

Decision = Literal["same", "unsure", "none"]
SHOWN: Final = 50
SIDE: Final = ("name", "birth", "id_number", "place")
"""Fields a line shows of both sides, where the policy compares them."""


@dataclass(frozen=True, slots=True)
class PairLine:
    """A row: the pair, its list in words, and both sides of a few fields, in the order of the columns."""

    pair: PairShown
    source: tuple[str, str]
    fields: tuple[FieldShown, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `decision`, `source`: what was asked for, an empty list for all; `sources`: lists there are, with their words
    * `lines`: rows; `columns`: what the fields they show are called
    * `next`, `first`: addresses of the next page and of the beginning, empty for none
    """

    decision: str
    source: str
    sources: tuple[tuple[str, tuple[str, str]], ...]
    lines: tuple[PairLine, ...]
    columns: tuple[tuple[str, str], ...]
    next: str
    first: str


def _side(pair: PairShown) -> tuple[FieldShown, ...]:
    by_name = {one.name: one for one in pair.fields}
    return tuple(by_name[name] for name in SIDE if name in by_name)


_EXAMPLE: Final = _side(EXAMPLE_PAIR)

PAGE: Final = Page(
    "matching_pairs",
    Contents(
        "unsure", "", (("civil_affairs", ("民政", "civil affairs")),),
        (PairLine(EXAMPLE_PAIR, ("民政", "civil affairs"), _EXAMPLE),), tuple(one.label for one in _EXAMPLE),
        "/matching/pairs?after=a", "/matching/pairs",
    ),
    "matching.review",
    nav="matching",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/matching/pairs")
def show(
    visitor: Annotated[Visit, Depends(visit("matching.review"))],
    decision: Decision = "unsure",
    source: Annotated[str, Query(max_length=64, pattern=r"^[^\x00]*$")] = "",
    after: Annotated[str, Query(pattern=r"^([0-9a-f]{32})?$")] = "",
) -> Response:
    """Rows of a decision."""
    context, who = visitor.context, visitor.principal
    found = list_pairs(context, who, decision, source, after, SHOWN)
    sources = tuple((one.name, source_word(one.name)) for one in summary(context, who).lists)
    lines = tuple(PairLine(one, source_word(one.source), _side(one)) for one in found)
    columns = tuple(one.label for one in lines[0].fields) if lines else ()
    here = {"decision": decision, "source": source}
    onward = f"/matching/pairs?{urlencode(here | {'after': found[-1].row})}" if len(found) == SHOWN else ""
    first = f"/matching/pairs?{urlencode(here)}" if after else ""
    return visitor.page(PAGE, Contents(decision, source, sources, lines, columns, onward, first))
