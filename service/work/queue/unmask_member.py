"""Show one whole number of a payment's recipient, or of the card a case is about: from the case, with a reason."""

from __future__ import annotations

from service.access import Principal
from service.access.scope import within
from service.store import case_members
from service.store.case_members import CASE_MEMBERS
from service.store.personal_values import ValueKind
from service.work.context import Context
from service.work.personal.unmask import Unmasked, unmask
from service.work.queue.errors import Unfit
from service.work.queue.sight import case_at_work

HUB = "hub"
"""Named in place of a payment: the card the case is about."""


def unmask_member(
    context: Context, who: Principal, case_id: str, payment: str, kind: ValueKind, reason: str
) -> Unmasked:
    """The whole value of a payment of a case somebody works on: nobody comes by numbers of a case they are kept off.

    Raises NotThere, Unfit for a payment that is not in the case or lies outside the scope, and UnmaskRefusedError.
    """
    with case_at_work(context, who, case_id, "unmask") as (connection, row):
        reference = None
        if payment == HUB:
            reference = row.hub_key if row.hub_kind == "card" and kind == "card" else None
        else:
            scope = [within(who, CASE_MEMBERS.c.division_code)]
            member = case_members.one(connection, case_id, payment, scope)
            if member is not None:
                reference = member.card_hash if kind == "card" else member.person_hash
    if not reference:
        raise Unfit("payment", "Names no payment of this case.", "所填发放明细不在该核查件中。")
    return unmask(context, who, kind, reference, reason)
