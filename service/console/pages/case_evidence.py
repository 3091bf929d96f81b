"""The rows a reason rests on, for one payment of a case, and the other payments it was said of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from service.api.routes._queue_bodies import CaseNumber
from service.api.routes._queue_told import told
from service.api.scorer import portraits_of
from service.console.page import Page
from service.console.pages._case_example import HEAD, REASON
from service.console.pages._case_rules import title_of
from service.console.pages._case_shapes import Head, Text
from service.console.pages._case_told import head
from service.console.visit import Visit, visit
from service.work.places import places_of
from service.work.portraits.errors import NothingThere
from service.work.portraits.evidence import evidence
from service.work.portraits.paths import page_of
from service.work.portraits.shapes import EvidenceRow
from service.work.queue.errors import NotThere
from service.work.queue.read_folder import Amounts, Folder, read_folder
from service.work.scoring.asked import UnavailableError

MOST: Final = 500
"""Payments among which others with the reason are looked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """A reason of the payment with the rows it rests on; `left_out`: how many more there are."""

    title: Text
    text: Text
    rows: tuple[EvidenceRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `payment` with its page's path; `reasons`: what was said of it, the reason asked for first
    * `others`: payments of the case it was said of too, with addresses of this page for them
    * `away`: why there are no rows, empty where there are
    """

    head: Head
    payment: str
    payment_path: str
    reasons: tuple[Said, ...]
    others: tuple[tuple[str, str], ...]
    away: Text = ("", "")


_ROW: Final = EvidenceRow(
    "card_transactions:····1232/2019-06-14", ("卡片收支", "card transactions"),
    (("at", "2019-06-14 09:12"), ("amount", "186.00")),
)  # fmt: skip
PAGE: Final = Page(
    "case_evidence",
    Contents(
        HEAD, "D00004283", "/payments/D00004283", (Said(REASON.title, REASON.text, (_ROW, _ROW), 3),),
        (("D00004999", "/cases/C7K3M9QZ4TB/evidence?payment=D00004999"),),
    ),
    "cases.read",
    nav="queue",
)  # fmt: skip
router: Final = APIRouter()

_PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"


@router.get("/cases/{case_id}/evidence")
def show(
    visitor: Annotated[Visit, Depends(visit("cases.read"))],
    case_id: CaseNumber,
    payment: Annotated[str, Query(min_length=1, max_length=64, pattern=_PLAIN)],
    code: Annotated[str, Query(max_length=100, pattern=_PLAIN)] = "",
) -> Response:
    """What the reason `code` of a payment rests on, or every reason of it."""
    context, who = visitor.context, visitor.principal
    with told():
        folder = read_folder(context, who, case_id, Amounts(payments=MOST, history=1, notes=0, files=0, whole=False))
        others = _with(folder, case_id, payment, code)
        try:
            found = evidence(context, who, portraits_of(visitor.request), payment, code=code or None)
            away = ("", "")
        except NothingThere:
            # In the case, and yet nothing for whoever asks to see of it.
            found, away = (), ("", "")
        except UnavailableError as error:
            found, away = (), (error.chinese, error.english)
    contents = Contents(
        head(context, who, folder.row, places_of(context)), payment, page_of("payment", payment),
        tuple(Said(title_of(one.code), one.text, one.rows, one.left_out) for one in found), others, away,
    )  # fmt: skip
    return visitor.page(PAGE, contents)


def _with(folder: Folder, case_id: str, payment: str, code: str) -> tuple[tuple[str, str], ...]:
    """Other payments of the case a rule asked about. Raises NotThere for a payment that is not in the case."""
    if payment not in {one.disbursement_id for one in folder.members} and not folder.more_members:
        raise NotThere
    here = f"/cases/{case_id}/evidence?code={quote(code, safe='')}&payment="
    return tuple(
        (one.disbursement_id, here + quote(one.disbursement_id, safe=""))
        for one in folder.members
        if code and code in one.codes and one.disbursement_id != payment
    )
