"""What the page of one run shows under each of its views."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from service.access import Principal
from service.console.pages._runs import Pair, deadline_mark, reasons_in_words
from service.store.run_changes import Change
from service.work.context import Context
from service.work.facts.quarantined import QuarantinedRow
from service.work.places import Places
from service.work.runs.questions import Question
from service.work.runs.results import contract_row


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar: rows of one recommendation, where the part begins and how wide it is, in hundredths."""

    name: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """A scored row: its place in the upload, whom it pays (by number and village), why it is asked about."""

    place: int
    disbursement_id: str
    village: str
    card: str
    amount_fen: int
    score: float
    recommendation: str
    desk: str
    reasons: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A row of the verify list with its question as it stands: `state`, who or what decided it, why."""

    place: int
    disbursement_id: str
    village: str
    card: str
    amount_fen: int
    score: float
    reasons: tuple[Pair, ...]
    deadline: dt.datetime
    deadline_mark: str
    state: str
    decided_how: str
    decided_by: str
    decided_at: dt.datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that could not be taken: where it stands in the file, why, what was found and what is expected."""

    line: int
    column: str
    reason: Pair
    found: str
    expected: Pair


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Somebody whose payments differ from the last run: all their rows together, before and now."""

    disbursement_id: str
    village: str
    household_id: str
    rows: int
    rows_before: int
    amount_fen: int | None
    amount_before_fen: int | None
    card: str
    card_before: str


@dataclass(frozen=True, slots=True)
class Signing:
    """The lists as whoever signs says them again: rows and fen of each, quarantined rows, their version."""

    version: int
    release: int
    release_fen: int
    verify: int
    verify_fen: int
    corrected: int
    corrected_fen: int
    quarantined: int


SCORED: Final = ScoredLine(
    9,
    "D00004291",
    "青山镇石桥村",
    "····0102",
    39_685,
    0.4,
    "review",
    "discipline",
    (("同一张卡收到八户补贴", "one card takes eight households' money"),),
)
ASKED: Final = AskedLine(
    4,
    "D00004283",
    "青山镇石桥村",
    "····0017",
    54_600,
    0.731,
    (("死亡已登记，距死亡77天", "77 days after a death on record"),),
    dt.datetime(2019, 7, 6, 1, tzinfo=dt.UTC),
    "calm",
    "corrected",
    "person",
    "wang.min",
    dt.datetime(2019, 7, 2, 1, tzinfo=dt.UTC),
    "户主已更换，请更正后重报",
)
BAD: Final = BadLine(
    18,
    "amount",
    ("不是金额", "bad_type: not an amount of money"),
    "1,396.85",
    ("两位小数的金额，如 396.85", "yuan with two decimals, 396.85"),
)
CHANGED: Final = ChangeLine("D00004283", "青山镇石桥村", "H0017", 1, 1, 54_600, 39_685, "····0017", "····0102")
SIGNING: Final = Signing(3, 1_186, 47_066_410, 14, 555_600, 0, 0, 2)


def shares(recommended: dict[str, int]) -> tuple[Share, ...]:
    """Parts of the bar, in the order release, review, verify; none for a run without rows.

    >>> [(one.name, one.start, one.width) for one in shares({"release": 3, "verify": 1, "review": 0})]
    [('release', 0.0, 75.0), ('review', 75.0, 0.0), ('verify', 75.0, 25.0)]
    """
    total = sum(recommended.values())
    found, start = [], 0.0
    for name in ("release", "review", "verify"):
        width = recommended[name] / total * 100 if total else 0.0
        found.append(Share(name, recommended[name], start, width))
        start += width
    return tuple(found)


def scored_line(context: Context, who: Principal, row: Row[Any], places: Places) -> ScoredLine:
    """A scored row as it is shown."""
    told = contract_row(context, who, row)
    return ScoredLine(
        int(row.place),
        row.disbursement_id,
        places.full_name(row.division_code),
        row.card_last_four,
        int(row.amount_fen),
        row.score,
        row.recommendation,
        row.desk,
        reasons_in_words(told["reasons"]),
    )


def asked_line(question: Question, places: Places, now: dt.datetime) -> AskedLine:
    """A row of the verify list as it is shown."""
    row = question.row
    return AskedLine(
        int(row.place),
        row.disbursement_id,
        places.full_name(row.division_code),
        row.card_last_four,
        int(row.amount_fen),
        row.score,
        reasons_in_words(question.reasons),
        row.deadline,
        deadline_mark(row.deadline, now),
        row.state,
        row.decided_how or "",
        row.decided_by or "",
        row.decided_at,
        question.reason or "",
    )


def bad_line(row: QuarantinedRow) -> BadLine:
    """A quarantined row as it is shown; values that may be personal are masked already."""
    return BadLine(row.line, row.column, (row.reason_zh, row.reason), row.found, (row.expected_zh, row.expected))


def change_line(row: Row[Any], change: Change, places: Places) -> ChangeLine:
    """A change as it is shown. For `gone` the payment is the one of the last run."""
    payment = row.before_disbursement_id if change == "gone" else row.disbursement_id
    return ChangeLine(
        payment or "",
        places.full_name(row.division_code),
        row.household_id or "",
        int(row.rows),
        int(row.before_rows),
        row.amount_fen,
        row.before_amount_fen,
        row.card_last_four or "",
        row.before_card_last_four or "",
    )
