"""Payment runs: which are there, how far each is, whose move it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.pages._runs import AT_ONCE, LINE, RunLine, address, line_of
from service.console.visit import Visit, visit
from service.store.runs import STATES
from service.work.places import items_of, places_of
from service.work.runs.overview import overview_of


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `lines`: runs, newest first; `next`, `first`: addresses of further pages, empty for none
    * `state`, `program`, `run_id`: what the list is narrowed to, empty for nothing
    * `states`: what it can be narrowed to; `programs`: items as (program_id, name)
    """

    lines: tuple[RunLine, ...]
    state: str
    program: str
    run_id: str
    states: tuple[str, ...]
    programs: tuple[tuple[str, str], ...]
    next: str
    first: str


PAGE: Final = Page(
    "runs",
    Contents((LINE,), "open", "", "", ("open", *STATES), (("P02", "耕地地力保护补贴"),), "/runs?before=17", ""),
    "runs.read",
    nav="runs",
)
router: Final = APIRouter()

_PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"


@router.get("/runs")
def show(
    visitor: Annotated[Visit, Depends(visit("runs.read"))],
    state: Annotated[str, Query(pattern=rf"^({'|'.join(('open', *STATES))}|)$")] = "",
    program: Annotated[str, Query(max_length=64, pattern=_PLAIN)] = "",
    run_id: Annotated[str, Query(max_length=64, pattern=_PLAIN)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Runs in one's divisions, newest first."""
    context = visitor.context
    number = run_id.strip()
    found = overview_of(context, visitor.principal, before, AT_ONCE + 1, state=state, program_id=program, run_id=number)
    places, items, now = places_of(context), items_of(context), context.clock.now()
    lines = tuple(line_of(one, places, items, now) for one in found[:AT_ONCE])
    more = len(found) > AT_ONCE
    contents = Contents(
        lines=lines,
        state=state,
        program=program,
        run_id=number,
        states=("open", *STATES),
        programs=tuple(sorted(items.items(), key=lambda one: one[1])),
        next=address("/runs", state=state, program=program, run_id=number, before=lines[-1].run) if more else "",
        first=address("/runs", state=state, program=program, run_id=number) if before else "",
    )
    return visitor.page(PAGE, contents)
