"""Reports that name no payment come before a desk: a case for each village and what is reported, opened by itself.

What somebody writes names people now and then, and names are no numbers: what reports have in common for sure is their
village and their kind. Whoever works the case knows more, and opens or links one about an official or a household.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from service.store import case_reports, kin_ties
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.jobs import Hold
from service.work.queue.change import SERVICE
from service.work.queue.open_case import NewCase, Opened, one_hand, open_case
from service.work.recipients.points_to import desk_of, typologies_of
from service.work.recipients.report import KINDS, NOWHERE

AT_ONCE: Final = 50
"""Reports in one transaction."""
MOST_TOLD: Final = 500
"""Reports of a case that its summary counts one by one."""


def cases_of_reports(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: bring every report that names no payment before a desk. Begun again it finds those that are."""
    while open_cases(context):
        hold.renew()


def open_cases(context: Context) -> int:
    """Open a case for reports that name no payment and wait for an answer, or let an open one go on; how many, up to
    `AT_ONCE`. A report of what a closed case answered opens a new one: it tells that it goes on."""
    with context.database.write() as connection:
        one_hand(context, connection)
        lines: list[Line] = []
        found = case_reports.without_case(connection, AT_ONCE)
        for row in found:
            lines += _put(context, connection, row).lines
        record(context, connection, *lines)
    return len(found)


def _put(context: Context, connection: Connection, row: Row[Any]) -> Opened:
    desk, typology = desk_of(row.kind), next(iter(typologies_of(row.kind)), "")
    there = case_reports.open_with(connection, desk, row.division_code, typology)
    together = [*(case_reports.of_case(connection, there.case_id, MOST_TOLD) if there else []), row]
    zh, en = _told(together)
    case = NewCase(
        desk, "village", row.division_code, typology, "", zh, en, selected_by="complaint", offered_as="person",
        division_code=row.division_code or None, ties=_ties(connection, row), asks_anew=True,
        # Somebody has put payments in: it speaks of those.
        told_from_members=bool(there and there.member_count),
        details={"report": row.number},
    )  # fmt: skip
    return open_case(context, connection, SERVICE, case)


def _ties(connection: Connection, row: Row[Any]) -> frozenset[str]:
    """The report, and who made it with their household: whoever is near them works on it no more than answers it."""
    keys = {f"{case_reports.PREFIX}{row.number}", f"person:{row.person}"}
    home = kin_ties.places_of(connection, [row.person]).get(row.person)
    if home is not None and home.household_id:
        keys.add(f"household:{home.household_id}")
    return frozenset(keys)


def _told(rows: Sequence[Row[Any]]) -> tuple[str, str]:
    """What reports of one case say, in Chinese and English, without a word somebody wrote."""
    counted = Counter(str(row.kind) for row in rows)
    kinds = [(words, counted.pop(kind)) for kind, words in KINDS.items() if kind in counted]
    zh = "、".join(f"{words[0]}{n}件" for words, n in kinds)
    en = ", ".join(f"{words[1]} ({n})" for words, n in kinds)
    place = ("本村群众反映", "Reports of recipients of this village")
    if rows[0].division_code == NOWHERE:
        place = ("群众反映（所在村不详）", "Reports of recipients whose village is not known")
    return (
        f"{place[0]}：{zh}。没有指明是哪一笔发放，情况是否属实？",
        f"{place[1]}: {en}. No payment is named. Is it so?",
    )
