"""What to do when money did not come or somebody holds one's card: for anybody, signed in or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.visit import Visit, anybody

TOPICS: Final = ("not_received", "too_little", "card_held", "not_mine", "phone", "object")
"""What goes wrong, as the words name it: `<topic>`, and three things to do, `<topic>_1` to `<topic>_3`."""
TO_REPORT: Final = frozenset({"not_received", "too_little", "card_held", "not_mine"})
"""Topics that are a kind of report as well."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What can go wrong: `topics` in order, `report` those one can report under the same name."""

    topics: tuple[str, ...] = TOPICS
    report: frozenset[str] = TO_REPORT


PAGE: Final = Page("my_help", Contents(), None, width="phone", public=True)
router: Final = APIRouter()


@router.get("/my/help")
def show(visitor: Annotated[Visit, Depends(anybody())]) -> Response:
    """Show what to do."""
    return visitor.page(PAGE, Contents())
