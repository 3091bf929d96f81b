"""What pages of questions before payment share: a question in a list, and its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from service.console.pages._runs import Pair, deadline_mark, reasons_in_words
from service.work.places import Places
from service.work.runs.questions import Question


@dataclass(frozen=True, slots=True)
class AskedPayment:
    """A payment that is asked about before it is paid.

    * `path`: of its own page; `item`, `place`: names; `card`: its last four digits
    * `reasons`: (Chinese, English), the strongest first
    * `deadline`: when it releases itself; `deadline_mark`: its colour
    * `state`: waiting, released or corrected; `decided_how`: person or deadline, empty while it waits
    """

    path: str
    disbursement_id: str
    item: str
    period: str
    place: str
    household_id: str
    card: str
    amount_fen: int
    score: float
    desk: str
    suspect_role: str
    reasons: tuple[Pair, ...]
    run: int
    asked_at: dt.datetime
    deadline: dt.datetime
    deadline_mark: str
    state: str
    decided_how: str = ""
    decided_by: str = ""
    decided_at: dt.datetime | None = None
    decision: str = ""


ASKED_PAYMENT: Final = AskedPayment(
    "/questions/D00004283",
    "D00004283",
    "高龄津贴",
    "2019-07",
    "青山镇石桥村",
    "H0017",
    "····0017",
    54_600,
    0.731,
    "department",
    "household",
    (("死亡已登记，距死亡77天", "77 days after a death on record"),),
    17,
    dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2019, 7, 6, 1, tzinfo=dt.UTC),
    "ask",
    "waiting",
)


def path_of(disbursement_id: str) -> str:
    """The page of a question.

    >>> path_of("D 1/2")
    '/questions/D%201%2F2'
    """
    return f"/questions/{quote(disbursement_id, safe='')}"


def asked_payment(question: Question, places: Places, items: Mapping[str, str], now: dt.datetime) -> AskedPayment:
    """A question as it is shown."""
    row = question.row
    return AskedPayment(
        path=path_of(row.disbursement_id),
        disbursement_id=row.disbursement_id,
        item=items.get(row.program_id, row.program_id),
        period=row.period,
        place=places.full_name(row.division_code),
        household_id=row.household_id or "",
        card=row.card_last_four,
        amount_fen=int(row.amount_fen),
        score=row.score,
        desk=row.desk,
        suspect_role=row.suspect_role,
        reasons=reasons_in_words(question.reasons, most=8),
        run=int(row.run or 0),
        asked_at=row.asked_at,
        deadline=row.deadline,
        deadline_mark=deadline_mark(row.deadline, now),
        state=row.state,
        decided_how=row.decided_how or "",
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
        decision=question.reason or "",
    )
