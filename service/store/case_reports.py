"""Which recipients' reports a case was opened on: kept with what else a case touches, so that a case that was split or
merged keeps them. A report is of one case, and of the one that was merged into; its maker is not named here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, Select, literal, select

from service.store import cases
from service.store.case_ties import CASE_TIES
from service.store.cases import CASES
from service.store.reports import REPORTS

PREFIX = "report:"
"""What a report's number is written with among the keys of `case_ties`. Nobody is tied to a case by such a key."""


def keys_of(connection: Connection, case_id: str) -> list[str]:
    """The reports of a case as `case_ties` writes them."""
    asked = select(CASE_TIES.c.key).where(CASE_TIES.c.case_id == case_id, CASE_TIES.c.key.startswith(PREFIX))
    return list(connection.execute(asked).scalars())


def open_with(connection: Connection, desk: str, division_code: str, typology: str) -> Row[Any] | None:
    """The open case of reports from a place of one typology, the first part of it; None where there is none."""
    same = cases.open_of(connection, (desk, "village", division_code, typology, "person"))
    return same[0] if same else None


def of_case(connection: Connection, case_id: str, limit: int) -> list[Row[Any]]:
    """The reports of a case, oldest first."""
    asked = _reports_of(case_id).order_by(REPORTS.c.report).limit(limit)
    return list(connection.execute(asked))


def cases_of(connection: Connection, numbers: Collection[str]) -> dict[str, Row[Any]]:
    """The case of each report that has one, by the report's number; of several (it was merged) one that is open, or the
    one that was closed last."""
    keys = sorted(f"{PREFIX}{number}" for number in numbers)
    if not keys:
        return {}
    asked = select(CASE_TIES.c.key, *CASES.c).join(CASES, CASES.c.case_id == CASE_TIES.c.case_id)
    asked = asked.where(CASE_TIES.c.key.in_(keys)).order_by(CASES.c.is_open, CASES.c.changed_at, CASES.c.case_id)
    return {row.key.removeprefix(PREFIX): row for row in connection.execute(asked) if row.state != "merged"}


def without_case(connection: Connection, limit: int) -> list[Row[Any]]:
    """Reports that name no payment, wait for an answer and are of no case yet, oldest first."""
    has_case = select(literal(1)).where(CASE_TIES.c.key == literal(PREFIX).concat(REPORTS.c.number)).exists()
    asked = select(REPORTS).where(REPORTS.c.disbursement_id.is_(None), REPORTS.c.state != "answered", ~has_case)
    return list(connection.execute(asked.order_by(REPORTS.c.report).limit(limit)))


def _reports_of(case_id: str) -> Select[Any]:
    tied = CASE_TIES.c.key == literal(PREFIX).concat(REPORTS.c.number)
    return select(REPORTS).join(CASE_TIES, tied).where(CASE_TIES.c.case_id == case_id)
