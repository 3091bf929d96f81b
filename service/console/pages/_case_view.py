"""The page of one case: what it shows, and how it is put together, after a look and after a form that was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi.responses import HTMLResponse

from service.console.page import Page
from service.console.pages._case_example import EXAMPLE
from service.console.pages._case_shapes import Unmasked, Whole
from service.console.pages._case_told import whole
from service.console.visit import Visit
from service.work.portraits.evidence import case_reasons
from service.work.portraits.precedents import precedents
from service.work.queue.read_folder import read_folder


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `whole`: everything that is not drawn; ties, events and peers come from the page of the graph
    * `unmasked`: a whole value that was asked for just now
    """

    whole: Whole
    unmasked: Unmasked | None = None


PAGE: Final = Page(
    "case",
    Contents(
        EXAMPLE,
        Unmasked("D00004283", "identity_number", "519921195303041232", 3, 50),
    ),
    "cases.read",
    nav="queue",
)


def view(
    visitor: Visit,
    case_id: str,
    *,
    status: int = 200,
    problem: tuple[str, str] | None = None,
    entered: Mapping[str, str] | None = None,
    read_at: int | None = None,
    unmasked: Unmasked | None = None,
) -> HTMLResponse:
    """The page. `read_at`: the version of the case a form was filled in for. Raises NotThere."""
    context, who = visitor.context, visitor.principal
    folder = read_folder(context, who, case_id, read_at=read_at)
    found = whole(context, who, folder, case_reasons(context, who, case_id), precedents(context, who, case_id))
    return visitor.page(PAGE, Contents(found, unmasked), status=status, problem=problem, entered=entered)
