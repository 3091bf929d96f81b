"""What pages of payment runs share: a run in a list, a reason as a question, addresses of further pages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from service.work.places import Places
from service.work.runs.overview import Overview

AT_ONCE: Final = 50
"""Rows of a page."""

MARKS: Final = {
    "received": "calm",
    "reading": "calm",
    "scoring": "calm",
    "scored": "ask",
    "signed": "done",
    "cancelled": "quiet",
    "failed": "late",
}
"""The colour of a run's state."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run, as a list and its own head show it.

    * `item`, `place`: names, empty where nobody knows yet; `mark`: the colour of `state`
    * `rows`, `scored`: on record and scored so far; `quarantined`: rows that could not be taken
    * `release`, `verify`, `corrected`: rows of each list, None until it is scored
    * `deadline`: the first of its open questions; `deadline_mark`: its colour
    * `may_sign`: whoever looks could sign it; `signed_by`: who did
    """

    run: int
    run_id: str
    item: str
    period: str
    place: str
    state: str
    mark: str
    sent_by: str
    received_at: dt.datetime
    planned_on: str
    rows: int
    scored: int
    quarantined: int
    release: int | None = None
    verify: int | None = None
    corrected: int | None = None
    deadline: dt.datetime | None = None
    deadline_mark: str = "calm"
    may_sign: bool = False
    signed_by: str = ""
    signed_at: dt.datetime | None = None
    degraded: bool = False

    @property
    def share(self) -> float:
        """How far the scoring is, 0 to 1."""
        return self.scored / self.rows if self.rows else 0.0


LINE: Final = RunLine(
    17,
    "R00179",
    "耕地地力保护补贴",
    "2019",
    "青山县",
    "scored",
    "ask",
    "wang.min",
    dt.datetime(2019, 7, 1, 1, tzinfo=dt.UTC),
    "2019-07-10",
    1_200,
    1_200,
    2,
    1_186,
    14,
    0,
    dt.datetime(2019, 7, 6, 1, tzinfo=dt.UTC),
    "calm",
    True,
)


def line_of(overview: Overview, places: Places, items: Mapping[str, str], now: dt.datetime) -> RunLine:
    """A run as it is shown."""
    row = overview.row
    return RunLine(
        run=int(row.run),
        run_id=row.run_id or "",
        item=items.get(row.program_id, row.program_id or ""),
        period=row.period or "",
        place=places.name(row.division_code),
        state=row.state,
        mark=MARKS[row.state],
        sent_by=row.sent_by,
        received_at=row.received_at,
        planned_on=row.planned_on or "",
        rows=int(row.rows_taken),
        scored=int(row.rows_scored),
        quarantined=int(row.rows_quarantined),
        release=overview.release,
        verify=overview.verify,
        corrected=overview.corrected,
        deadline=overview.first_deadline,
        deadline_mark=deadline_mark(overview.first_deadline, now),
        may_sign=overview.may_sign,
        signed_by=row.signed_by or "",
        signed_at=row.signed_at,
        degraded=bool(row.degraded),
    )


def deadline_mark(deadline: dt.datetime | None, now: dt.datetime) -> str:
    """The colour of a deadline: `late` when it has passed, `ask` on its last day, `calm` before."""
    if deadline is None or deadline - now > dt.timedelta(days=1):
        return "calm"
    return "ask" if deadline > now else "late"


def reasons_in_words(reasons: str | Iterable[Mapping[str, Any]], most: int = 3) -> tuple[Pair, ...]:
    """(Chinese, English) of the strongest reasons; of a JSON list as the contract has it, or of what it holds."""
    found = json.loads(reasons) if isinstance(reasons, str) else reasons
    return tuple((str(one.get("text_zh", "")), str(one.get("text_en", ""))) for one in list(found)[:most])


def address(path: str, /, **query: object) -> str:
    """A path with what of its query is not empty.

    >>> address("/runs", state="", before=17, program="P 1")
    '/runs?before=17&program=P+1'
    """
    given = [(name, str(value)) for name, value in query.items() if value not in (None, "")]
    return f"{path}?{urlencode(given)}" if given else path


def told(pair: Mapping[str, Any] | None) -> Pair | None:
    """(Chinese, English) of a reason or note as runs keep it."""
    return None if pair is None else (str(pair["zh"]), str(pair["en"]))
