"""Payments asked about: those that wait for an answer, and what became of the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, true

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import scores, verifications
from service.store.run_rows import RUN_ROWS
from service.store.verifications import VERIFICATIONS
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.queue.sight import ties_of
from service.work.runs.results import log_look, run_of
from service.work.runs.visible import visible_row
from service.work.scoring.kept import reasons_of


@dataclass(frozen=True, slots=True)
class Question:
    """A question with why it is asked: `reasons` without evidence, whose keys may be identity numbers."""

    row: Row[Any]
    reasons: list[dict[str, Any]]
    reason: str | None
    """What the person who decided wrote."""


def questions(
    context: Context,
    who: Principal,
    after: int,
    limit: int,
    state: str | None = "waiting",
    *,
    request_id: str | None = None,
) -> list[Question]:
    """Questions in somebody's divisions behind a number, in the order they were asked; none about a payment they are
    tied to. Logged."""
    with context.database.write() as connection:
        seen = [within(who, VERIFICATIONS.c.division_code), not_of_own(connection, who)]
        rows = verifications.page(connection, after, limit, *seen, state=state)
        found = _with_reasons(context, connection, rows)
        details = {"after": after, "rows": len(rows), "state": state or "all"}
        record(context, connection, Line(who.name, "verify.read", "verify", "all", None, None, details, request_id))
    return found


def questions_of_run(
    context: Context, who: Principal, run: int, after: int, limit: int, *, request_id: str | None = None
) -> list[Question]:
    """The verify list of a run behind a place, each row with its question as it stands now. Logged."""
    of = run_of(context, who, run)
    with context.database.write() as connection:
        seen = [visible_row(who, RUN_ROWS.c.scope_code), not_of_own(connection, who)]
        rows = verifications.of_list(connection, run, after, limit, *seen)
        found = _with_reasons(context, connection, rows)
        details = {"after": after, "rows": len(rows)}
        log_look(context, connection, who, of, "run.verify_list_read", details, request_id)
    return found


def not_of_own(connection: Connection, who: Principal) -> ColumnElement[bool]:
    """The condition that a question is about no payment somebody is tied to by kin, post or village."""
    ties = ties_of(connection, who)
    return ~verifications.whose_score(scores.near(ties)) if ties else true()


def as_question(context: Context, row: Row[Any]) -> Question:
    """One question, without the reasons it was asked for."""
    return Question(row, [], open_text(context.seal, VERIFICATIONS.c.reason, row.reason))


def _with_reasons(context: Context, connection: Connection, rows: list[Row[Any]]) -> list[Question]:
    sealed = verifications.sealed_reasons(connection, [str(row.disbursement_id) for row in rows])
    found = []
    for row in rows:
        reasons = json.loads(reasons_of(context, sealed.get((str(row.disbursement_id), row.as_of))))
        shown = [{key: value for key, value in reason.items() if key != "evidence"} for reason in reasons]
        found.append(Question(row, shown, open_text(context.seal, VERIFICATIONS.c.reason, row.reason)))
    return found
