"""What of a payment's score is for somebody to see: none of those they are tied to, and no whole number of a person.

A score says more than a case that may come of it, and earlier: whoever is kept off the case is kept off the score, by
the same ties (`service.work.queue.sight`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, true

from service.access import Principal
from service.sealing.redaction import redacted
from service.store import payment_ties, scores
from service.work.queue.sight import ties_of
from service.work.scoring.kept import reasons_of

if TYPE_CHECKING:
    from service.work.context import Context


def not_near(connection: Connection, who: Principal) -> ColumnElement[bool]:
    """The condition on SCORES that a payment is to, or prepared by, nobody near whoever asks, and in no village of
    theirs."""
    ties = ties_of(connection, who)
    return ~scores.near(ties) if ties else true()


def no_score_near(connection: Connection, who: Principal, *disbursement_ids: ColumnElement[Any]) -> ColumnElement[bool]:
    """The same for rows of another table, by the scores of the payments that its columns name."""
    ties = ties_of(connection, who)
    return and_(true(), *(~scores.some_of(name, scores.near(ties)) for name in disbursement_ids if ties))


def no_payment_near(connection: Connection, who: Principal) -> ColumnElement[bool]:
    """The same for PAYMENTS, those that were never scored among them."""
    ties = ties_of(connection, who)
    return ~payment_ties.near(ties) if ties else true()


def reasons_for(context: Context, who: Principal, sealed: bytes | None) -> str:
    """The contract's JSON list of reasons. Evidence names rows by keys that may be identity numbers or cards: whole for
    who sends payments and has them anyway, for everybody else their last four digits."""
    text = reasons_of(context, sealed)
    return text if has_them_anyway(who) else json.dumps(cut(json.loads(text)), ensure_ascii=False)


def has_them_anyway(who: Principal) -> bool:
    """Whether somebody is the system payments come from. A person who sends a run by hand is none: they see masks."""
    return "disbursement_system" in who.roles and who.may("runs.send")


def cut(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reasons whose evidence holds no whole number of a person, card or phone."""
    return [
        {**one, "evidence": [redacted(str(row)) for row in one["evidence"]]} if "evidence" in one else one
        for one in reasons
    ]
