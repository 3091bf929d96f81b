"""A recipient's own reports, newest first: how far each is, and the answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.page import Page
from service.console.visit import Visit, visit
from service.work.recipients.report import KINDS, own_reports

MOST: Final = 30
"""Reports on the page, newest first."""
MARKS: Final = {"received": "calm", "looked_at": "calm", "answered": "done"}
"""The look of a report's state."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its number, what it is about in words, the payment where it names one (else empty), when it was made,
    its state (`received`, `looked_at`, `answered`) with its look, the answer (empty until then) with its moment, and
    how far the case is that was opened on it (`none`, `waiting`, `under_way`, `done`)."""

    number: str
    kind: tuple[str, str]
    payment: str
    made_at: dt.datetime
    state: str
    mark: str
    answer: str = ""
    answered_at: dt.datetime | None = None
    checking: str = "none"


@dataclass(frozen=True, slots=True)
class Contents:
    """One's own reports, newest first."""

    reports: tuple[Report, ...]


_AT: Final = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
PAGE: Final = Page(
    "my_reports",
    Contents(
        (
            Report("B-7K2M-9QXD", KINDS["card_held"], "", _AT, "received", "calm", checking="under_way"),
            Report(
                "B-3WWW-4HHH", KINDS["not_received"], "D00004283", _AT, "answered", "done", "已补发，请核对。", _AT
            ),
        )
    ),
    "own.read",
    width="phone",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/my/reports")
def show(visitor: Annotated[Visit, Depends(visit("own.read"))]) -> Response:
    """Show them."""
    found = own_reports(visitor.context, visitor.principal)[:MOST]
    listed = tuple(
        Report(
            one.number,
            KINDS[one.kind],
            one.disbursement_id or "",
            one.made_at,
            one.state,
            MARKS[one.state],
            one.answer or "",
            one.answered_at,
            one.checking,
        )
        for one in found
    )
    return visitor.page(PAGE, Contents(listed))
