"""What waits for somebody today, in one look: one transaction keeps all its lines in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.access import Principal
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.overview.second_word import Waiting, waiting_for_second
from service.work.queue.count_queues import Counted, count_queues
from service.work.queue.find_cases import Filter, Page, find_cases

LOOKED_AT: Final = 50


@dataclass(frozen=True, slots=True)
class Today:
    """The desks somebody sees, the cases they have (the first deadline first, at most `LOOKED_AT`), closings that wait
    for their word; None where that is not for them."""

    counted: Counted | None
    mine: Page | None
    seconds: list[Waiting] | None


def today(context: Context, who: Principal) -> Today:
    """What waits for somebody. Logged."""
    lines: list[Line] = []
    counted = count_queues(context, who, lines) if who.may("cases.read") else None
    mine = None
    if who.may("cases.work"):
        mine = find_cases(context, who, Filter(assignee_id=who.account_id), None, LOOKED_AT, "due", lines)
    seconds = waiting_for_second(context, who, lines) if who.may("cases.countersign") else None
    if lines:
        with context.database.write() as connection:
            record(context, connection, *lines)
    return Today(counted, mine, seconds)
