"""Queries of the supervision port: counts and lists as they stood at a moment, within a scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, literal, or_, select

from service.store.case_history import CASE_HISTORY
from service.store.cases import CASES
from service.store.facts import FACT_BATCHES
from service.store.kin_ties import KIN_TIES, OFFICIAL_POSTS, PERSON_PLACES
from service.store.payments import PAYMENTS, standing
from service.store.runs import RUNS
from service.store.scores import SCORES

Rows = Iterator[Row[Any]]
Scope = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Makes of a column with divisions the condition that a row is in scope (`service.access.scope.within`)."""


def run_states(connection: Connection, scope: Scope, at: dt.datetime) -> dict[str, int]:
    """How many runs were in each state at a moment."""

    def by(column: Any) -> ColumnElement[bool]:
        return and_(column.is_not(None), column <= at)

    state = case(
        (by(RUNS.c.signed_at), literal("signed")),
        (by(RUNS.c.cancelled_at), literal("cancelled")),
        (by(RUNS.c.scored_at), literal("scored")),
        (by(RUNS.c.read_at), literal("scoring")),
        else_=literal("received"),
    )
    asked = (
        select(state.label("state"), func.count().label("n"))
        .where(RUNS.c.received_at <= at, scope(RUNS.c.division_code))
        .group_by(state)
    )
    return {str(row.state): int(row.n) for row in connection.execute(asked)}


def _cases_at(scope: Scope, at: dt.datetime) -> Select[Any]:
    """Every case opened by a moment, with its last line of history by then."""
    last = (
        select(CASE_HISTORY.c.case_id, func.max(CASE_HISTORY.c.line_id).label("line_id"))
        .where(CASE_HISTORY.c.at <= at)
        .group_by(CASE_HISTORY.c.case_id)
        .subquery()
    )
    return (
        select(
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
            CASE_HISTORY.c.to_state.label("state"),
            CASE_HISTORY.c.at.label("since"),
        )
        .join(last, last.c.case_id == CASES.c.case_id)
        .join(CASE_HISTORY, CASE_HISTORY.c.line_id == last.c.line_id)
        .where(scope(CASES.c.division_code))
    )


def cases_at(
    connection: Connection, scope: Scope, at: dt.datetime, unseen: ColumnElement[bool], after: str, limit: int
) -> list[Row[Any]]:
    """Cases as they stood at a moment, by number, behind one; `unseen` leaves out what the principal is tied to."""
    asked = _cases_at(scope, at).where(unseen, CASES.c.case_id > after).order_by(CASES.c.case_id).limit(limit)
    return list(connection.execute(asked))


def case_counts(connection: Connection, scope: Scope, at: dt.datetime, unseen: ColumnElement[bool]) -> list[Row[Any]]:
    """How many cases each desk had in each state at a moment."""
    found = _cases_at(scope, at).where(unseen).subquery()
    asked = select(found.c.desk, found.c.state, func.count().label("n")).group_by(found.c.desk, found.c.state)
    return list(connection.execute(asked.order_by(found.c.desk, found.c.state)))


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


def exported_kin(connection: Connection, scope: Scope, at: dt.datetime) -> Rows:
    """Kin of people in scope, each tie once."""
    place = PERSON_PLACES.alias()
    asked = (
        select(KIN_TIES)
        .join(place, place.c.person_hash == KIN_TIES.c.person_hash)
        .where(
            KIN_TIES.c.person_hash < KIN_TIES.c.relative_hash,
            or_(KIN_TIES.c.recorded_at.is_(None), KIN_TIES.c.recorded_at <= at),
            scope(place.c.division_code),
        )
    )
    yield from connection.execute(asked.execution_options(yield_per=2_000))


def exported_posts(connection: Connection, scope: Scope) -> Rows:
    """Posts in scope."""
    asked = select(OFFICIAL_POSTS).where(scope(OFFICIAL_POSTS.c.division_code))
    yield from connection.execute(asked.order_by(OFFICIAL_POSTS.c.official_id).execution_options(yield_per=2_000))
