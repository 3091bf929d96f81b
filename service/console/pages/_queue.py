"""What the pages of the queue share: a case as one line of a list, and the filters as they stand in an address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Row

from service.access import Principal
from service.api.problem import Problem
from service.store.case_lists import Sort
from service.work.context import Context
from service.work.places import Places
from service.work.queue.find_cases import Filter
from service.work.queue.states import OPEN, OUTCOMES

SOON: Final = dt.timedelta(days=2)
"""A deadline this near is shown as near."""

PERSONAL: Final = re.compile(r"\d{15,19}|\d{17}[Xx]|(?<!\d)1[3-9]\d{9}(?!\d)")
"""What looks like an identity number, a card or a phone: such a word belongs in no address."""

STATES: Final = (*OPEN, "closed", *OUTCOMES, "merged")
SORTS: Final[tuple[Sort, ...]] = ("rank", "due", "amount", "newest", "closed")
OFFERED: Final = ("alert", "random", "instructive", "person")
_FORMS: Final = {
    "state": f"({'|'.join(STATES)})",
    "typology": "T[0-9]{2}",
    "division": "[0-9A-Za-z]{1,20}",
    "assignee": "me|none|[0-9]{1,15}",
    "offered_as": "|".join(OFFERED),
    "late": "1",
    "q": r"[^\x00-\x1f\x7f]{1,100}",
    "sort": "|".join(SORTS),
}
"""What each field of an address may be."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case in a list.

    * `version`: as it was read; `why`: its question in one line, (Chinese, English)
    * `hub`: what it is about, masked where it is personal; `place`: where, in words; `place_code`: its division
    * `amount_fen`, `loss_fen`: money it asks about, and the loss expected if nobody looks
    * `urgency`: of its deadline: `late`, `soon`, `quiet`; `offered_as`: alert, random, instructive, person
    * `mine`: whoever looks has it
    """

    case_id: str
    version: int
    desk: str
    why: tuple[str, str]
    typology: str
    hub_kind: str
    hub: str
    place: str
    place_code: str
    amount_fen: int
    loss_fen: int
    payments: int
    score: float
    state: str
    is_open: bool
    assignee: str
    mine: bool
    due_at: dt.datetime | None
    urgency: str
    offered_as: str
    two_people: bool
    opened_at: dt.datetime
    closed_at: dt.datetime | None


LINE: Final = Line(
    "C7K3M9QZ4TB", 3, "discipline",
    ("同一网点连续取现", "Cards emptied in a row at one outlet"),
    "T25", "official", "O00017", "青石镇上岩村", "519921100204", 1_248_000, 912_050, 67, 0.61, "preliminary_check",
    True, "li.wen", True, dt.datetime(2019, 7, 2, 16, tzinfo=dt.UTC), "soon", "alert", True,
    dt.datetime(2019, 6, 28, 1, tzinfo=dt.UTC), None,
)  # fmt: skip
"""A made-up case, for examples."""


def line_of(row: Row[Any], places: Places, who: Principal, now: dt.datetime) -> Line:
    """A case of the work layer as a line."""
    return Line(
        case_id=row.case_id, version=int(row.version), desk=row.desk, why=why_of(row),
        typology=row.typology, hub_kind=row.hub_kind, hub=_hub(row, places),
        place=places.full_name(row.division_code), place_code=row.division_code or "", amount_fen=int(row.amount_fen),
        loss_fen=int(row.loss_fen), payments=int(row.member_count), score=float(row.score), state=row.state,
        is_open=bool(row.is_open), assignee=row.assignee or "", mine=row.assignee_id == who.account_id,
        due_at=row.due_at if row.is_open else None, urgency=urgency(row, now), offered_as=row.offered_as,
        two_people=bool(row.two_people), opened_at=row.opened_at, closed_at=row.closed_at,
    )  # fmt: skip


_TO_LEARN: Final = {
    "random": ("随机抽查一笔发放，抽中本身不是疑点", "A payment drawn at random: being drawn is no question"),
    "instructive": (
        "为改进模型核查一笔发放，选中本身不是疑点",
        "A payment the model learns from: being chosen is no question",
    ),
}
"""What is said of a case that no rule asked for, without the chance it was drawn by: that stands on its page."""
_QUESTION: Final = (re.compile("疑点：([^。]+)。"), re.compile("question: ([^.]+)[.]"))


def question_of(chinese: str, english: str) -> tuple[str, str]:
    """What a summary asks, without the numbers that stand in columns of their own; a summary of another form whole.

    >>> question_of("一户关联1笔发放，共135.00元，疑点：同一网点连续取现。需核实。", "It is late.")
    ('同一网点连续取现', 'It is late.')
    """
    found = [form.search(text) for form, text in zip(_QUESTION, (chinese, english), strict=True)]
    zh, en = (one.group(1) if one else text for one, text in zip(found, (chinese, english), strict=True))
    return zh, en[:1].upper() + en[1:]


def why_of(row: Row[Any]) -> tuple[str, str]:
    """Why a case is there, in one line, (Chinese, English)."""
    return _TO_LEARN.get(row.offered_as) or question_of(row.summary_zh, row.summary_en)


def _hub(row: Row[Any], places: Places) -> str:
    return places.name(row.hub_key) if row.hub_kind == "village" else str(row.hub_shown)


def urgency(row: Row[Any], now: dt.datetime) -> str:
    """Of a case's deadline: `late`, `soon` or `quiet`; what is held until a day is not late."""
    if not row.is_open or row.due_at is None or row.state == "held":
        return "quiet"
    if row.due_at <= now:
        return "late"
    return "soon" if row.due_at - now <= SOON else "quiet"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of a list, as they stand in its address; an empty text leaves a field out.

    * `state`: an open state, `closed`, or how it was closed; `assignee`: `me`, `none` or an account's number
    * `late`: only cases whose deadline has passed; `q`: words and numbers, never a person's
    """

    state: str = ""
    typology: str = ""
    division: str = ""
    assignee: str = ""
    offered_as: str = ""
    late: bool = False
    q: str = ""
    sort: Sort = "rank"

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order is chosen."""
        return replace(self, sort="rank") != Chosen()

    def query(self, **more: str) -> str:
        """As the end of an address, with `?`; empty for nothing. `more` are further or other fields."""
        values = {one.name: getattr(self, one.name) for one in fields(self)} | more
        written = {name: "1" if value is True else str(value) for name, value in values.items()}
        told = {n: v for n, v in written.items() if v not in ("", "False") and (n, v) != ("sort", "rank")}
        return f"?{urlencode(told)}" if told else ""

    def wanted(self, desk: str, who: Principal) -> Filter:
        """What the list asks for."""
        closed = self.state in ("closed", *OUTCOMES, "merged")
        number = int(self.assignee) if self.assignee.isdigit() else None
        return Filter(
            desk=desk,
            open=not closed,
            state=None if self.state in ("", "closed") else self.state,
            typology=self.typology or None,
            division=self.division or None,
            assignee_id=who.account_id if self.assignee == "me" else number,
            unassigned=self.assignee == "none",
            escalated=self.late and not closed,
            offered_as=self.offered_as or None,
            text=self.q or None,
        )

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Chosen:
        """From an address, or the same fields in a form. Raises Problem 422 for a value that none of them takes."""
        found: dict[str, Any] = {}
        for name, form in _FORMS.items():
            value = given.get(name, "").strip()
            if value and not re.fullmatch(form, value):
                raise Problem(
                    422,
                    "not-as-expected",
                    "The address is not understood",
                    (f"The condition {name!r} is not understood.", f"无法识别条件“{name}”。"),
                )
            if value:
                found[name] = True if name == "late" else value
        return cls(**found)

    @classmethod
    def kept(cls, found: Mapping[str, Any], who: Principal) -> Chosen:
        """A filter somebody kept, whichever way it was kept."""
        number = found.get("assignee_id")
        assignee = "none" if found.get("unassigned") else "" if number is None else str(number)
        state = str(found.get("state") or "")
        return cls(
            state=state or ("closed" if found.get("open") is False else ""),
            typology=str(found.get("typology") or ""),
            division=str(found.get("division") or ""),
            assignee="me" if number == who.account_id else assignee,
            offered_as=str(found.get("offered_as") or ""),
            late=bool(found.get("escalated")),
        )


def order_of(chosen: Chosen) -> Sort:
    """The order a list is in: what is closed has no deadline, and stands by when it was closed unless asked otherwise;
    what is open was never closed."""
    closed = chosen.state in ("closed", *OUTCOMES, "merged")
    if closed:
        return chosen.sort if chosen.sort in ("amount", "newest") else "closed"
    return "rank" if chosen.sort == "closed" else chosen.sort


def lines_of(context: Context, who: Principal, rows: list[Row[Any]], places: Places) -> tuple[Line, ...]:
    """Cases of the work layer as lines."""
    now = context.clock.now()
    return tuple(line_of(row, places, who, now) for row in rows)
