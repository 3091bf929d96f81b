"""Exports for those who supervise: payments, scores, cases as tables, the graph in FollowTheMoney. Each is logged with
why it was taken and how much, before the first line leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, true

from service.access import Principal
from service.access.scope import under, within
from service.store import case_ties, supervision
from service.store.cases import CASES
from service.store.payments import PAYMENTS
from service.store.scores import SCORES
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.sight import ties_of
from service.work.scoring.shown import no_payment_near, not_near
from service.work.supervision.follow_the_money import graph

Kind = Literal["payments", "scores", "cases", "graph"]

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "payments": (
        "disbursement_id", "known_at", "run_id", "program_id", "period", "division_code", "application_id", "person",
        "card", "card_last_four", "amount", "reissue_of",
    ),
    "scores": (
        "disbursement_id", "kind", "run_id", "program_id", "period", "division_code", "amount", "score", "anomaly",
        "recommendation", "deadline", "desk", "typology", "suspect_role", "model_version", "as_of", "scored_at",
    ),
    "cases": (
        "case_id", "desk", "hub_kind", "hub_shown", "typology", "suspect_role", "selected_by", "division_code",
        "amount", "opened_at", "state", "since", "summary_zh", "summary_en",
    ),
}  # fmt: skip
"""Columns by kind. `person` and `card` are keyed hashes: two rows of one person can be told to be so, and no more."""

_PAGE: Final = 1_000


def log_export(
    context: Context,
    principal: Principal,
    kind: Kind,
    form: str,
    reason: str,
    *,
    division_code: str | None,
    at: dt.datetime,
) -> None:
    """Put an export on the log before it begins."""
    with context.database.write() as connection:
        record(
            context,
            connection,
            Line(
                principal.name,
                "supervision.export",
                "export",
                kind,
                division_code,
                reason=reason,
                details={"form": form, "at": at.isoformat()},
            ),
        )


def rows(
    context: Context,
    principal: Principal,
    kind: Kind,
    *,
    at: dt.datetime,
    division_code: str | None = None,
    program_id: str | None = None,
    period: str | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Rows of an export under `HEADERS[kind]`, read bit by bit. Raises KeyError for the graph, which has no table."""
    if kind == "cases":
        yield from _cases(context, principal, at, division_code)
        return
    table = {"payments": PAYMENTS, "scores": SCORES}[kind]
    where = _where(table, division_code, program_id, period)
    for row in _each(context, principal, kind, where, at):
        yield tuple(_value(row, name) for name in HEADERS[kind])


def entities(
    context: Context,
    principal: Principal,
    *,
    at: dt.datetime,
    division_code: str | None = None,
    program_id: str | None = None,
    period: str | None = None,
) -> Iterator[dict[str, Any]]:
    """The graph as FollowTheMoney entities: people, accounts, payments, kin, posts; none the principal is tied to."""
    scope = partial(within, principal)
    with context.database.read() as connection:
        ties = ties_of(connection, principal)
        kin = list(supervision.exported_kin(connection, scope, at, ties))
        posts = list(supervision.exported_posts(connection, scope, ties))
    yield from graph(
        _each(context, principal, "payments", _where(PAYMENTS, division_code, program_id, period), at),
        kin,
        posts,
        dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours)),
    )


def _each(
    context: Context, principal: Principal, kind: Kind, where: ColumnElement[bool], at: dt.datetime
) -> Iterator[Any]:
    """Every payment or score the principal is not tied to, in many short reads: no connection is held while a
    slow client takes its time."""
    scope, after = partial(within, principal), 0
    while True:
        with context.database.read() as connection:
            if kind == "payments":
                seen = and_(where, no_payment_near(connection, principal))
                page = supervision.exported_payments(connection, scope, seen, at, after, _PAGE)
            else:
                page = supervision.exported_scores(
                    connection, scope, and_(where, not_near(connection, principal)), at, after, _PAGE
                )
        yield from page
        if len(page) < _PAGE:
            return
        after = int(page[-1].payment if kind == "payments" else page[-1].score_id)


def _where(table: Any, division_code: str | None, program_id: str | None, period: str | None) -> ColumnElement[bool]:
    return and_(
        true() if division_code is None else under(division_code, table.c.division_code),
        true() if program_id is None else table.c.program_id == program_id,
        true() if period is None else table.c.period == period,
    )


def _cases(
    context: Context, principal: Principal, at: dt.datetime, division_code: str | None
) -> Iterator[tuple[Any, ...]]:
    after = ""
    while True:
        with context.database.read() as connection:
            unseen = case_ties.untied(ties_of(connection, principal))
            wanted = unseen if division_code is None else and_(unseen, under(division_code, CASES.c.division_code))
            page = supervision.cases_at(connection, partial(within, principal), at, wanted, after, _PAGE)
        for row in page:
            yield tuple(_value(row, name) for name in HEADERS["cases"])
        if len(page) < _PAGE:
            return
        after = page[-1].case_id


def _value(row: Any, name: str) -> Any:
    if name == "amount":
        sign, fen = ("-", -row.amount_fen) if row.amount_fen < 0 else ("", row.amount_fen)
        return f"{sign}{fen // 100}.{fen % 100:02d}"
    found = getattr(row, name)
    return found.isoformat() if isinstance(found, dt.datetime) else found
