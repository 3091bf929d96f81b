"""A household, person, card, official, village or program: what is on record, payments over time, ties, cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from service.api.problem import not_found
from service.api.scorer import portraits_of
from service.console.drawings.months import Month
from service.console.page import Page
from service.console.visit import Visit, visit
from service.work.portraits.card import card
from service.work.portraits.errors import NothingThere
from service.work.portraits.household import household
from service.work.portraits.official import official
from service.work.portraits.paths import page_of
from service.work.portraits.person import person
from service.work.portraits.program import program
from service.work.portraits.shapes import (
    CaseLine,
    Event,
    Fact,
    Graph,
    Node,
    PaymentLine,
    Peers,
    PersonLine,
    Portrait,
    Sum,
    Tie,
)
from service.work.portraits.village import village

AT_ONCE: Final = 30
MONTHS: Final = 36
"""So many months stand in the drawing, the newest last."""

LOOKS: Final[dict[str, Callable[..., Portrait]]] = {
    "household": household,
    "person": person,
    "card": card,
    "official": official,
    "village": village,
    "program": program,
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `of`: the portrait
    * `months`: payments by month, months without any included, oldest first
    * `next`, `first`: addresses of further payments, empty for none
    """

    of: Portrait
    months: tuple[Month, ...]
    next: str = ""
    first: str = ""


_AT = dt.datetime(2019, 6, 28, 2, 0, tzinfo=dt.UTC)
_EXAMPLE = Contents(
    Portrait(
        "household",
        "H00231",
        ("农户 H00231", "Household H00231"),
        (Fact(("户主", "Head"), ("王*", "Wang *")), Fact(("村", "Village"), ("王家沟村", "Wangjiagou village"))),
        people=(PersonLine("3f9a2c", "王*", ("户主", "head"), "/look-up/person/3f9a2c"),),
        payments=(
            PaymentLine(
                "D00004283", "P02", "耕地地力保护补贴", "2019", 546_00, _AT, "returned", "王*", "0017",
                "王家沟村", 0.83, "review",
                "C7K3M9QZ4TB",
            ),
        ),
        by_year=(Sum("2018", ("2018 年", "2018"), 3, 1_638_00), Sum("2019", ("2019 年", "2019"), 1, 546_00)),
        by_month=(Sum("2019-06", ("2019-06", "2019-06"), 1, 546_00),),
        by_item=(Sum("P02", ("耕地地力保护补贴", "Farmland"), 4, 2_184_00),),
        graph=Graph(
            (
                Node("h", "household", ("H00231", "H00231"), is_hub=True),
                Node("p", "person", ("王*", "Wang *"), ("户主", "head")),
            ),
            (Tie("p", "h", "belongs_to"),),
        ),
        events=(Event(_AT, "paid", ("耕地地力保护补贴到账", "Farmland paid"), 546_00),),
        peers=(
            Peers(
                ("一年所得（元）", "a year's payments (yuan)"), ("同村农户", "households of the village"),
                (0.0, 500.0, 1000.0, 1500.0), (12, 40, 8), 1638.0, 720.0, 0.97, 60,
            ),
        ),
        cases=(
            CaseLine(
                "C7K3M9QZ4TB", "discipline", "T25", "new", True, 12_480_00, 67, _AT, None,
                ("同一网点连续支取 67 张卡，是否由他人代持？", "67 cards drawn one after another: who holds them?"),
            ),
        ),
    ),
    (Month("2019-05", 0, 0), Month("2019-06", 546_00, 1, marked=True)),
    "/look-up/household/H00231?after=x",
)  # fmt: skip
PAGE: Final = Page("portrait", _EXAMPLE, "lookups.read", nav="look_up")
router: Final = APIRouter()


@router.get("/look-up/{kind}/{key}")
def show(
    visitor: Annotated[Visit, Depends(visit("lookups.read"))],
    kind: str,
    key: str,
    after: Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
) -> Response:
    """The portrait, with a page of payments."""
    look = LOOKS.get(kind)
    if look is None:
        raise not_found(("page", "页面"))
    portraits = portraits_of(visitor.request)
    try:
        of = look(visitor.context, visitor.principal, portraits, key, after=after or None, limit=AT_ONCE)
    except NothingThere:
        raise not_found((kind, "内容")) from None
    here = page_of(kind, key)
    contents = Contents(
        of, months_of(of), f"{here}?after={quote(of.after, safe='')}" if of.after else "", here if after else ""
    )
    return visitor.page(PAGE, contents)


def months_of(of: Portrait) -> tuple[Month, ...]:
    """Payments of the newest `MONTHS` months, months without any as nothing."""
    sums = {one.key: one for one in of.by_month}
    if not sums:
        return ()
    asked = {f"{one.submitted_at:%Y-%m}" for one in of.payments if one.recommendation in ("verify", "review")}
    year, month = (int(part) for part in max(sums).split("-"))
    found: list[Month] = []
    first = min(sums)
    while len(found) < MONTHS:
        name = f"{year:04d}-{month:02d}"
        one = sums.get(name)
        found.append(Month(name, one.amount_fen if one else 0, one.payments if one else 0, name in asked))
        if name <= first:
            break
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return tuple(reversed(found))
