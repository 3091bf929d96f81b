"""What recipients reported, for those who answer: oldest first while they wait, newest first when answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from service.console.page import Page
from service.console.visit import Visit, visit
from service.work.places import places_of
from service.work.recipients.answer import list_reports
from service.work.recipients.report import KINDS

MOST: Final = 50
"""Reports on a page."""
SHOWN: Final = 90
"""Characters of a report in the list."""
MARKS: Final = {"received": "ask", "looked_at": "calm", "answered": "done"}
"""The look of a report's state."""

Tab = Literal["received", "looked_at", "answered", "all"]
TABS: Final[tuple[Tab, ...]] = ("received", "looked_at", "answered", "all")


@dataclass(frozen=True, slots=True)
class Row:
    """A report in the list: its number, what it is about, the beginning of its text, where it is from, when it was
    made, how far it is; `has_payment`: it names one; `days`: whole days since it was made, 0 when answered."""

    number: str
    kind: tuple[str, str]
    text: str
    place: str
    made_at: dt.datetime
    state: str
    mark: str
    has_payment: bool
    days: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A page of reports in one's divisions: `tab` is shown of `tabs`; `next`: address of the next page, `first` that of
    the first, empty where there is none."""

    tab: str
    tabs: tuple[str, ...]
    rows: tuple[Row, ...]
    next: str
    first: str


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "reports",
    Contents(
        "received", TABS,
        (
            Row("B-7K2M-9QXD", KINDS["card_held"], "村里一直拿着我的卡。", "桥楼镇", _AT, "received", "ask", True, 12),
            Row("B-3WWW-4HHH", KINDS["other"], "想问一下标准。", "桥楼镇", _AT, "answered", "done", False, 0),
        ),
        "/reports?after=9", "/reports",
    ),
    "cases.work",
    nav="reports",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/reports")
def show(
    visitor: Annotated[Visit, Depends(visit("cases.work"))],
    tab: Tab = "received",
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """Show those of a state."""
    context = visitor.context
    found = list_reports(
        context,
        visitor.principal,
        state=None if tab == "all" else tab,
        after=after,
        limit=MOST + 1,
        newest_first=tab in ("answered", "all"),
    )
    places, now = places_of(context), context.clock.now()
    rows = tuple(
        Row(
            one.number,
            kind_in_words(one.kind),
            one.text if len(one.text) <= SHOWN else one.text[:SHOWN] + "…",
            places.full_name(one.division_code),
            one.made_at,
            one.state,
            MARKS[one.state],
            one.disbursement_id is not None,
            0 if one.state == "answered" else (now - one.made_at).days,
        )
        for one in found[:MOST]
    )
    more = f"/reports?tab={tab}&after={found[MOST - 1].report}" if len(found) > MOST else ""
    return visitor.page(PAGE, Contents(tab, TABS, rows, more, f"/reports?tab={tab}" if after else ""))


def kind_in_words(kind: str) -> tuple[str, str]:
    """What a report is about, in Chinese and English; the word itself for one nobody knows."""
    known: dict[str, tuple[str, str]] = {str(one): words for one, words in KINDS.items()}
    return known.get(kind, (kind, kind))
