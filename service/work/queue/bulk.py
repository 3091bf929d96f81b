"""The same work on many cases: each answered on its own, so that one that cannot be done holds up no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.work.context import Context
from service.work.queue.assign_case import assign_case
from service.work.queue.errors import QueueError, Unfit
from service.work.queue.move_case import move_case
from service.work.queue.states import OpenState

AT_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one case: its new version, or why not, in English and Chinese."""

    case_id: str
    version: int | None
    problem: str = ""
    detail: str = ""
    detail_zh: str = ""


def assign_many(
    context: Context, who: Principal, wanted: Sequence[tuple[str, int]], account_id: int | None, reason: str
) -> list[Answer]:
    """Give cases (number, version) to an account. Raises Unfit for more than 500."""
    return _each(wanted, lambda number, version: assign_case(context, who, number, version, account_id, reason))


def move_many(
    context: Context,
    who: Principal,
    wanted: Sequence[tuple[str, int]],
    to: OpenState,
    reason: str,
    until: dt.date | None = None,
) -> list[Answer]:
    """Move cases (number, version) to a state. Raises Unfit for more than 500."""
    return _each(wanted, lambda number, version: move_case(context, who, number, version, to, reason, until=until))


def _each(wanted: Sequence[tuple[str, int]], work: Callable[[str, int], int]) -> list[Answer]:
    if len(wanted) > AT_MOST:
        raise Unfit("cases", f"At most {AT_MOST} at once.", f"一次最多 {AT_MOST} 件。")
    found = []
    for number, version in wanted:
        try:
            found.append(Answer(number, work(number, version)))
        except QueueError as error:
            found.append(Answer(number, None, error.kind, str(error), error.chinese))
    return found
