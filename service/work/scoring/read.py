"""What was said of a payment, by all who scored it, to those who may see its division."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping

from service.access import Principal
from service.access.scope import within
from service.store import awaiting, scores
from service.work.audit.record import Line, record
from service.work.scoring.answer import told
from service.work.scoring.settled import settled
from service.work.scoring.shown import cut, has_them_anyway, not_near

if TYPE_CHECKING:
    from service.work.context import Context


@dataclass(frozen=True, slots=True)
class History:
    """Scores of a payment, newest first, as `answer.told` writes them; the texts they name; whether one is awaited."""

    scores: list[dict[str, Any]]
    texts: dict[str, str]
    waiting: bool


def _read(context: Context, who: Principal, disbursement_id: str) -> tuple[Sequence[RowMapping], bool]:
    """The rows, and whether one is awaited."""
    asked = scores.of_payment(disbursement_id).where(within(who, scores.SCORES.c.division_code))
    with context.database.read() as connection:
        rows = connection.execute(asked.where(not_near(connection, who))).mappings().all()
        # Whoever waits for a score sent the payment: there is no division to hold against the scope yet.
        waiting = not rows and who.may("payments.score") and awaiting.is_waiting(connection, disbursement_id)
    return rows, waiting


def scores_of(context: Context, who: Principal, disbursement_id: str, *, request_id: str | None = None) -> History:
    """The scores of a payment; none when nobody scored it, it lies outside the scope or whoever asks is tied to it. A
    person's look is logged."""
    rows, waiting = _read(context, who, disbursement_id)
    if not rows and not waiting and settled(context):
        rows, waiting = _read(context, who, disbursement_id)
    if rows and who.credential != "api_key":
        division = str(rows[0]["division_code"])
        with context.database.write() as connection:
            line = Line(who.name, "score.read", "payment", disbursement_id, division, request_id=request_id)
            record(context, connection, line)
    texts = {str(row["not_applicable"]): str(row["not_applicable_text"]) for row in rows}
    made = [told(context, dict(row)) for row in rows]
    if not has_them_anyway(who):
        made = [{**one, "reasons": cut(one["reasons"])} for one in made]
    return History(made, texts, waiting)
