"""What pages about studies share: a study in a line, and fields of their forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.store.studies import Study
from service.work.studies.errors import StudyError


@dataclass(frozen=True, slots=True)
class Asked:
    """A study that was asked for; `problem` why it could not be made, (Chinese, English)."""

    study_id: int
    state: str
    by: str
    at: dt.datetime
    problem: tuple[str, str] | None


def asked_of(study: Study) -> Asked:
    """A study in a line."""
    return Asked(study.study_id, study.state, study.asked_by, study.asked_at, study.problem)


def day_of(text: str) -> dt.date | None:
    """A day as a date field sends it; None for an empty one. Raises StudyError."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    # Of a day at the ends of the calendar no moment can be made: the work would fail where nobody sees why.
    if not dt.date(1990, 1, 1) <= day <= dt.date(2200, 1, 1):
        raise StudyError("days", "Write days as 2019-07-01.", "日期请写作 2019-07-01。")
    return day


def whole(text: str, otherwise: int) -> int:
    """A whole number as it was typed, `otherwise` for an empty field. Raises StudyError."""
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise StudyError("number", "Write a whole number.", "请填写整数。")
    return int(text)
