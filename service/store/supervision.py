"""Queries of the supervision port: counts and lists as they stood at a moment, within a scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Text, and_, case, cast, func, literal, or_, select

from service.store.audit_lines import AUDIT_LINES
from service.store.case_history import CASE_HISTORY
from service.store.cases import CASES
from service.store.facts import FACT_BATCHES
from service.store.kin_ties import KIN_TIES, OFFICIAL_POSTS, PERSON_PLACES
from service.store.payment_ties import persons
from service.store.payments import PAYMENTS, standing
from service.store.runs import RUNS
from service.store.scores import SCORES

Rows = Iterator[Row[Any]]
Scope = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Makes of a column with divisions the condition that a row is in scope (`service.access.scope.within`)."""


_WAS: Final = {
    "run.sent": None,
    "run.scoring_resumed": None,
    "run.scored": "scored",
    "run.failed": "failed",
    "run.scoring_cancelled": "cancelled",
    "run.signed": "signed",
}
"""What each line of the log about a run made of it; None: it is read, then scored."""


def run_states(connection: Connection, scope: Scope, at: dt.datetime) -> dict[str, int]:
    """How many runs were in each state at a moment, as the log tells it: a run's own row says only what is now."""
    last = (
        select(func.max(AUDIT_LINES.c.line))
        .where(
            AUDIT_LINES.c.about_kind == "run",
            AUDIT_LINES.c.about == cast(RUNS.c.run, Text),
            AUDIT_LINES.c.action.in_(_WAS),
            AUDIT_LINES.c.at <= at,
        )
        .correlate(RUNS)
        .scalar_subquery()
    )
    then = select(AUDIT_LINES.c.action).where(AUDIT_LINES.c.line == last).correlate(RUNS).scalar_subquery()
    goes_on = case((and_(RUNS.c.read_at.is_not(None), RUNS.c.read_at <= at), literal("scoring")), else_="received")
    told = {action: state for action, state in _WAS.items() if state is not None}
    runs = (
        select(case(told, value=then, else_=goes_on).label("state"))
        .where(RUNS.c.received_at <= at, scope(RUNS.c.division_code))
        .subquery()
    )
    asked = select(runs.c.state, func.count().label("n")).group_by(runs.c.state)
    return {str(row.state): int(row.n) for row in connection.execute(asked)}


_SHOWN: Final = (
    CASES.c.case_id,
    CASES.c.desk,
    CASES.c.hub_kind,
    CASES.c.hub_shown,
    CASES.c.typology,
    CASES.c.suspect_role,
    CASES.c.selected_by,
    CASES.c.division_code,
    CASES.c.summary_zh,
    CASES.c.summary_en,
    CASES.c.opened_at,
    CASES.c.amount_fen,
)


def _last_line(at: dt.datetime) -> ScalarSelect[Any]:
    """The last line of a case's history by a moment; NULL where it was not opened yet. Asked for case by case along
    the index of history: grouped, all of history would be read for every page."""
    return (
        select(func.max(CASE_HISTORY.c.line_id))
        .where(CASE_HISTORY.c.case_id == CASES.c.case_id, CASE_HISTORY.c.at <= at)
        .correlate(CASES)
        .scalar_subquery()
    )


def cases_at(
    connection: Connection, scope: Scope, at: dt.datetime, unseen: ColumnElement[bool], after: str, limit: int
) -> list[Row[Any]]:
    """Cases as they stood at a moment, by number, behind one; `unseen` leaves out what the principal is tied to."""
    last = _last_line(at)
    page = (
        select(*_SHOWN, last.label("line_id"))
        .where(scope(CASES.c.division_code), unseen, CASES.c.case_id > after, last.is_not(None))
        .order_by(CASES.c.case_id)
        .limit(limit)
        .subquery()
    )
    shown = [column for column in page.columns if column.name != "line_id"]
    asked = select(*shown, CASE_HISTORY.c.to_state.label("state"), CASE_HISTORY.c.at.label("since"))
    asked = asked.join(CASE_HISTORY, CASE_HISTORY.c.line_id == page.c.line_id)
    return list(connection.execute(asked.order_by(page.c.case_id)))


def case_counts(connection: Connection, scope: Scope, at: dt.datetime, unseen: ColumnElement[bool]) -> list[Row[Any]]:
    """How many cases each desk had in each state at a moment."""
    found = select(CASES.c.desk, _last_line(at).label("line_id")).where(scope(CASES.c.division_code), unseen).subquery()
    asked = (
        select(found.c.desk, CASE_HISTORY.c.to_state.label("state"), func.count().label("n"))
        .join(CASE_HISTORY, CASE_HISTORY.c.line_id == found.c.line_id)
        .group_by(found.c.desk, CASE_HISTORY.c.to_state)
    )
    return list(connection.execute(asked.order_by(found.c.desk, CASE_HISTORY.c.to_state)))


def coverage(connection: Connection, at: dt.datetime) -> list[Row[Any]]:
    """By table, rows handed over by a moment and when the newest came."""
    asked = (
        select(
            FACT_BATCHES.c.table_name,
            func.sum(FACT_BATCHES.c.rows).label("rows"),
            func.max(FACT_BATCHES.c.received_at).label("newest_at"),
        )
        .where(FACT_BATCHES.c.received_at <= at)
        .group_by(FACT_BATCHES.c.table_name)
    )
    return list(connection.execute(asked.order_by(FACT_BATCHES.c.table_name)))


def exported_payments(
    connection: Connection, scope: Scope, where: ColumnElement[bool], at: dt.datetime, after: int, limit: int
) -> list[Row[Any]]:
    """Payments as they stood at a moment, in order, behind the row numbered `after` (`payment`)."""
    asked = select(PAYMENTS).where(
        PAYMENTS.c.payment > after, standing(PAYMENTS, at), where, scope(PAYMENTS.c.division_code)
    )
    return list(connection.execute(asked.order_by(PAYMENTS.c.payment).limit(limit)))


def exported_scores(
    connection: Connection, scope: Scope, where: ColumnElement[bool], at: dt.datetime, after: int, limit: int
) -> list[Row[Any]]:
    """Scores made by a moment, in order, behind the one numbered `after` (`score_id`); all that was ever said of a
    payment, not the newest alone."""
    asked = select(SCORES).where(
        SCORES.c.score_id > after, SCORES.c.scored_at <= at, where, scope(SCORES.c.division_code)
    )
    return list(connection.execute(asked.order_by(SCORES.c.score_id).limit(limit)))


def exported_kin(connection: Connection, scope: Scope, at: dt.datetime, near: Sequence[str]) -> Rows:
    """Kin of people in scope, each tie once; none of people of the keys in `near` (see `case_ties`)."""
    place = PERSON_PLACES.alias()
    asked = (
        select(KIN_TIES)
        .join(place, place.c.person_hash == KIN_TIES.c.person_hash)
        .where(
            KIN_TIES.c.person_hash < KIN_TIES.c.relative_hash,
            or_(KIN_TIES.c.recorded_at.is_(None), KIN_TIES.c.recorded_at <= at),
            scope(place.c.division_code),
            ~persons(near, KIN_TIES.c.person_hash),
            ~persons(near, KIN_TIES.c.relative_hash),
        )
    )
    yield from connection.execute(asked.execution_options(yield_per=2_000))


def exported_posts(connection: Connection, scope: Scope, near: Sequence[str]) -> Rows:
    """Posts in scope; none of people or officials of the keys in `near`."""
    officials = [key.removeprefix("official:") for key in near if key.startswith("official:")]
    asked = select(OFFICIAL_POSTS).where(
        scope(OFFICIAL_POSTS.c.division_code),
        OFFICIAL_POSTS.c.official_id.not_in(officials),
        or_(OFFICIAL_POSTS.c.person_hash.is_(None), ~persons(near, OFFICIAL_POSTS.c.person_hash)),
    )
    yield from connection.execute(asked.order_by(OFFICIAL_POSTS.c.official_id).execution_options(yield_per=2_000))
