"""The first page: what needs somebody today, as far as their roles go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from service.console.drawings.heat_map import EXAMPLE as HEAT
from service.console.drawings.heat_map import HeatMap
from service.console.drawings.intervals import EXAMPLE as SHARES
from service.console.drawings.intervals import Interval
from service.console.page import Page
from service.console.pages._overview import (
    DECIDED_DAYS,
    Mine,
    Second,
    ToSign,
    confirmed_of,
    heat_of,
    mine_of,
    models_of,
    seconds_of,
    to_sign_of,
)
from service.console.pages._queue import LINE
from service.console.pages._queue_frame import TAB, Tab, tabs_of
from service.console.visit import Visit, visit
from service.work.matching.pairs import count_unsure
from service.work.model_pages.on_record import County, Proposed
from service.work.overview.guarded import Guarded, guarded
from service.work.overview.running import Keeping, State, keeping, state_of
from service.work.overview.today import today
from service.work.places import places_of
from service.work.readiness import Check
from service.work.recipients.answer import Unanswered, unanswered
from service.work.runs.questions import Waiting, waiting_of


@dataclass(frozen=True, slots=True)
class Contents:
    """What the page shows; None where it is not for whoever looks.

    * `today`: the local day; `state`: of the service; `keeping`, `guarded`: for who keeps it, for who reads the log
    * `mine`, `seconds`, `questions`, `to_sign`, `reports`: what waits for whoever looks; `unsure`: rows of departments'
      lists of which nobody can tell yet whom they mean
    * `desks`: those whose cases they see, counted at `counted_at`
    * `heat`: money on its way; `over_fen`: of it beyond its limit, `heat_more`: programs and places left out of the map
    * `confirmed`: shares confirmed within `days`; `models`: where they stand, for who manages them
    """

    today: dt.date
    state: State
    mine: Mine | None = None
    seconds: tuple[Second, ...] | None = None
    questions: Waiting | None = None
    to_sign: tuple[ToSign, ...] | None = None
    reports: Unanswered | None = None
    desks: tuple[Tab, ...] = ()
    counted_at: dt.datetime | None = None
    heat: HeatMap | None = None
    over_fen: int = 0
    heat_more: int = 0
    confirmed: tuple[Interval, ...] = ()
    days: int = DECIDED_DAYS
    models: tuple[County, ...] | None = None
    unsure: int | None = None
    keeping: Keeping | None = None
    guarded: Guarded | None = None

    @property
    def loss_fen(self) -> int:
        """The loss expected of all open cases of the desks."""
        return sum(one.loss_fen for one in self.desks)


_AT: Final = dt.datetime(2019, 7, 1, 0, 30, tzinfo=dt.UTC)
EXAMPLE: Final = Contents(
    today=dt.date(2019, 7, 1),
    state=State("2019-06-20.1", True, _AT, _AT),
    mine=Mine((LINE, replace(LINE, case_id="C0000000001", urgency="late")), 2, 15, 1, True),
    seconds=(Second("C7K3M9QZ4TB", LINE.why, LINE.place, 1_248_000, "confirmed", "li.wen", _AT),),
    questions=Waiting(14, 96_400_00, 3),
    to_sign=(ToSign(17, "耕地地力保护补贴", "2019", "青山县", 1_186, 14, _AT),),
    reports=Unanswered(4, _AT),
    desks=(TAB, replace(TAB, desk="owed", href="/queue/owed", week_capacity=0)),
    counted_at=_AT,
    heat=HEAT,
    over_fen=146_900_00,
    heat_more=2,
    confirmed=SHARES,
    models=(County("519900", "3", "2", "4", Proposed("4", "3", "zhang.wei", "查准率更高", (), _AT)),),
    unsure=3,
    keeping=Keeping((Check("space", False, "little space", "空间不足"),), (("rescore", 1),), 3, 2, 1, 1),
    guarded=Guarded([], _AT, 0),
)
PAGE: Final = Page("overview", EXAMPLE, None, nav="overview")
router: Final = APIRouter()


@router.get("/overview")
def show(visitor: Annotated[Visit, Depends(visit(None))]) -> Response:
    """What needs whoever looks."""
    context, who = visitor.context, visitor.principal
    if who.credential == "recipient":
        return visitor.go("/my")
    places = places_of(context)
    waits = today(context, who)
    heat = heat_of(context, who, visitor.language) if who.may("funds.read") else None
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    contents = Contents(
        today=context.clock.now().astimezone(zone).date(),
        state=state_of(context),
        mine=mine_of(context, who, places, waits.mine) if waits.mine else None,
        seconds=None if waits.seconds is None else seconds_of(places, waits.seconds),
        questions=waiting_of(context, who) if who.may("verify.decide") else None,
        to_sign=to_sign_of(context, who, places) if who.may("runs.sign") else None,
        reports=unanswered(context, who) if who.may("cases.work") else None,
        desks=tabs_of(waits.counted.desks, "") if waits.counted else (),
        counted_at=waits.counted.at if waits.counted else None,
        heat=heat[0] if heat else None,
        over_fen=heat[1].over_fen if heat else 0,
        heat_more=heat[1].more if heat else 0,
        confirmed=confirmed_of(context, who, visitor.language),
        models=models_of(context, who),
        unsure=count_unsure(context, who) if who.may("matching.review") else None,
        keeping=keeping(context, who),
        guarded=guarded(context, who),
    )
    return visitor.page(PAGE, contents)
