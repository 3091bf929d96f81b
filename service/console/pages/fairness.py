"""The report everybody may read: whom alerts and false alarms fall on. No sign-in, no person, no place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.visit import Visit, anybody
from service.work.fairness.publish import published_report
from service.work.fairness.told import Grouping, GroupLine, GroupsTold, Rate


@dataclass(frozen=True, slots=True)
class Contents:
    """The report published last and since when; None where none was. `said`: how many groups hold, exceed the bound,
    are not shown to hold, have not enough data."""

    at: dt.datetime | None
    report: GroupsTold | None
    holds: int = 0
    exceeded: int = 0
    open: int = 0
    too_few: int = 0


_RATE: Final = Rate(62, 2_819, 0.022, 0.017, 0.028)
_GROUP: Final = GroupLine(
    ("女", "Women"), _RATE, _RATE, Rate(None, None, None, None, None), _RATE, 1.1, 0.8, 1.4, "holds"
)
EXAMPLE: Final = Contents(
    dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC),
    GroupsTold(
        "2019-01-01", "2019-06-30", "2019-01-01-aaaaaaaaaaaa", "looked at", 1.5, _GROUP,
        (Grouping("sex", ("性别", "Sex"), (_GROUP, _GROUP)),), (),
    ),
    2,
)  # fmt: skip

PAGE: Final = Page("fairness", EXAMPLE, None, width="read", public=True)
router: Final = APIRouter()


@router.get("/fairness")
def show(visitor: Annotated[Visit, Depends(anybody())]) -> Response:
    """The report, for anybody."""
    found = published_report(visitor.context)
    if found is None:
        return visitor.page(PAGE, Contents(None, None))
    held = [line.held for grouping in found.report.groupings for line in grouping.groups]
    counts = (held.count(word) for word in ("holds", "exceeded", "not shown to hold", "not enough data"))
    return visitor.page(PAGE, Contents(found.at, found.report, *counts))
