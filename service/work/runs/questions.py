"""Payments asked about: those that wait for an answer, and what became of the others."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
from service.work.runs.errors import RunRefusedError
from service.work.runs.results import log_look, run_of
from service.work.runs.visible import visible_row
from service.work.scoring.kept import reasons_of

SOON: Final = dt.timedelta(days=1)
"""A deadline this near is said to be near."""


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many questions wait for somebody, for how much money (fen), and how many of them until tomorrow."""

    count: int
    amount_fen: int
    soon: int


def questions_due(
    context: Context,
    who: Principal,
    after: tuple[dt.datetime, int] | None,
    limit: int,
    *,
    waiting: bool = True,
    program_id: str | None = None,
    run: int | None = None,
    request_id: str | None = None,
) -> list[Question]:
    """Questions as people work through them: the first deadline first, closed ones (not `waiting`) the last first, of
    one item or run where it is named. Behind a deadline and number; none about a payment whoever asks is tied to.
    Logged."""
    with context.database.write() as connection:
        seen = _seen(connection, who, program_id, run)
        rows = verifications.by_deadline(connection, after, limit, *seen, waiting=waiting)
        found = _with_reasons(context, connection, rows)
        details = {"rows": len(rows), "state": "waiting" if waiting else "closed", "run": run}
        record(context, connection, Line(who.name, "verify.read", "verify", "all", None, None, details, request_id))
    return found


def waiting_of(context: Context, who: Principal, *, program_id: str | None = None, run: int | None = None) -> Waiting:
    """What waits for somebody's word, summed up as of now."""
    with context.database.read() as connection:
        seen = _seen(connection, who, program_id, run)
        count, fen = verifications.waiting_until(connection, None, *seen)
        soon, _ = verifications.waiting_until(connection, context.clock.now() + SOON, *seen)
    return Waiting(count, fen, soon)


def question_about(
    context: Context, who: Principal, disbursement_id: str, *, request_id: str | None = None
) -> Question:
    """The newest question about a payment. Raises RunRefusedError (`unknown`) where there is none, it lies outside the
    scope, or whoever asks is tied to the payment. Logged."""
    with context.database.write() as connection:
        row = verifications.newest(connection, disbursement_id, *_seen(connection, who, None, None))
        if row is not None:
            (found,) = _with_reasons(context, connection, [row])
            line = Line(
                who.name, "verify.read", "disbursement", disbursement_id, row.division_code, request_id=request_id
            )
            record(context, connection, line)
            return found
    raise RunRefusedError("unknown", "not-found", "question about a payment", "核实事项")


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule behind a reason: what it is called and what to do about it, (Chinese, English) each."""

    title: tuple[str, str]
    steps: tuple[tuple[str, str], ...]


def rules_of(reasons: Sequence[Mapping[str, Any]]) -> list[Rule | None]:
    """The rule of each reason; None for what a model or the graph says, and for a rule that is no more."""
    from models.rules.catalogue import all_rules

    by_code = {rule.code: rule for rule in all_rules()}
    found: list[Rule | None] = []
    for reason in reasons:
        rule = by_code.get(str(reason.get("code", "")))
        steps = tuple((chinese, english) for english, chinese in rule.next_steps) if rule else ()
        found.append(Rule((rule.title[1], rule.title[0]), steps) if rule else None)
    return found


def _seen(connection: Connection, who: Principal, program_id: str | None, run: int | None) -> list[ColumnElement[bool]]:
    asked = [within(who, VERIFICATIONS.c.division_code), not_of_own(connection, who)]
    if program_id:
        asked.append(VERIFICATIONS.c.program_id == program_id)
    if run is not None:
        asked.append(VERIFICATIONS.c.run == run)
    return asked


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
