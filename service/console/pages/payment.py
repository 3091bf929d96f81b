"""One payment on its way, stage by stage, and why it was asked about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response

from service.api.moments import At, aware
from service.api.problem import not_found
from service.api.scorer import portraits_of
from service.console.page import Page
from service.console.visit import Visit, visit
from service.work.chain.follow import Step, Way, follow
from service.work.chain.stages import STAGES
from service.work.places import items_of, places_of
from service.work.portraits.errors import NothingThere
from service.work.portraits.evidence import evidence
from service.work.portraits.peers_of import peers_of
from service.work.portraits.shapes import EvidenceRow, Peers, Reason
from service.work.scoring.asked import UnavailableError


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows.

    * `way`: its stages; `item`, `place`: what the item and the village are called
    * `reasons`: why it was asked about, with the rows they rest on; `peers`: its amount among others'
    * `at`: the moment it is shown as of, None for now
    * `away`: why reasons and peers are missing, None when they are not
    * `run_path`: its run, empty where whoever looks may open none; `waits`: whose move it is, empty for nobody's
    """

    way: Way
    item: str
    place: str
    reasons: tuple[Reason, ...] = ()
    peers: tuple[Peers, ...] = ()
    at: dt.datetime | None = None
    away: tuple[str, str] | None = None
    run_path: str = ""
    waits: str = ""


_AT = dt.datetime(2019, 6, 28, 2, 0, tzinfo=dt.UTC)
_STEPS = (
    Step(STAGES["applied"], _AT - dt.timedelta(days=60), None, None),
    Step(STAGES["public_notice"], _AT - dt.timedelta(days=40), None, None),
    Step(STAGES["submitted"], _AT, None, 546_00),
    Step(STAGES["returned"], _AT + dt.timedelta(days=2), "account_closed", 546_00),
)
PAGE: Final = Page(
    "payment",
    Contents(
        Way(
            "D00004283", "R00179", "P02", "2019", "519921100204", 546_00, "0017", _STEPS, _STEPS[-1], 293, "review",
            _AT + dt.timedelta(days=5), ("D00009999",),
        ),
        "耕地地力保护补贴",
        "王家沟村",
        (
            Reason(
                "T40.returned_and_never_repaid",
                "rule",
                ("退回后 293 天仍未补发", "Returned 293 days ago and not paid again"),
                0.6, rows=(EvidenceRow("settlements:D00004283", ("银行回盘", "Settlement"), (("结果", "退回"),)),),
            ),
        ),
        (
            Peers(
                ("金额（元）", "amount (yuan)"), ("同村同项目", "same item and village"),
                (0.0, 200.0, 400.0, 600.0), (10, 30, 20), 546.0, 330.0, 0.9, 60,
            ),
        ),
        run_path="/runs?run_id=R00179",
        waits="finance_bureau",
    ),
    "funds.read",
    nav="look_up",
)  # fmt: skip
router: Final = APIRouter()


@router.get("/payments/{disbursement_id}")
def show(visitor: Annotated[Visit, Depends(visit("funds.read"))], disbursement_id: str, at: At = None) -> Response:
    """The way of a payment; of one whoever looks is tied to only what keeps them off nothing."""
    context, who = visitor.context, visitor.principal
    moment = aware(at)
    way = follow(context, who, disbursement_id, moment)
    if way is None:
        raise not_found(("payment", "发放明细"))
    reasons: tuple[Reason, ...] = ()
    peers: tuple[Peers, ...] = ()
    away = None
    # What was asked is told as it stands now, and to those whose work it is.
    if moment is None and who.may("lookups.read"):
        portraits = portraits_of(visitor.request)
        try:
            reasons = evidence(context, who, portraits, disbursement_id)
            peers = peers_of(context, who, portraits, disbursement_id)
        except NothingThere:
            pass
        except UnavailableError as error:
            away = (error.chinese, error.english)
    contents = Contents(
        way=way,
        item=items_of(context).get(way.program_id, way.program_id),
        place=places_of(context).full_name(way.division_code),
        reasons=reasons,
        peers=peers,
        at=moment,
        away=away,
        run_path=f"/runs?run_id={quote(way.run_id, safe='')}" if way.run_id and who.may("runs.read") else "",
        waits="" if way.stands.stage.waits_for == "nobody" else way.stands.stage.waits_for.replace(" ", "_"),
    )
    return visitor.page(PAGE, contents)
