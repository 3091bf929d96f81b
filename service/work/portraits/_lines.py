"""Payments as lines of a list: what became of each, what was asked, in which case it is; only what may be seen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, true

from service.access import Principal
from service.access.scope import within
from service.sealing.column import open_text
from service.store import case_members, payment_ties, personal_values, scores
from service.store.payments import PAYMENTS
from service.store.payments_of import last_answers, those
from service.store.personal_values import PERSONAL_VALUES
from service.store.scores import SCORES
from service.work.context import Context
from service.work.places import Places
from service.work.portraits._cases import seen
from service.work.portraits.drawer import surname
from service.work.portraits.shapes import PaymentLine
from service.work.queue.sight import ties_of
from service.work.scoring.shown import not_near


def payment_lines(
    context: Context, connection: Connection, who: Principal, places: Places, numbers: Sequence[str]
) -> tuple[PaymentLine, ...]:
    """Payments by number, in the order given; none outside the divisions, and none to whoever asks, kin or household.

    Of those they are tied to by village or post, what was asked is not told.
    """
    ties = ties_of(connection, who)
    own = ~payment_ties.to(ties) if ties else true()
    rows = those(connection, numbers, within(who, PAYMENTS.c.division_code), own)
    ids = [one for one in numbers if one in rows]
    answers = last_answers(connection, ids) if ids else {}
    asked = (within(who, SCORES.c.division_code), not_near(connection, who))
    scored = {row.disbursement_id: row for row in scores.newest_of(connection, ids, context.clock.now(), *asked)}
    held = case_members.held(connection, ids)
    visible = seen(connection, who, sorted(set(held.values())))
    persons = {str(row.person) for row in rows.values()}
    sealed = personal_values.find_all(connection, "name", persons, within(who, PERSONAL_VALUES.c.division_code))
    names = {
        person: surname(open_text(context.seal, PERSONAL_VALUES.c.value, value)) for person, value in sealed.items()
    }
    lines = []
    for number in ids:
        row, answer, score = rows[number], answers.get(number), scored.get(number)
        state = "waiting" if answer is None else str(answer.stage)
        if state == "paid" and answer is not None and answer.amount_fen is not None:
            state = "credited_short" if answer.amount_fen < row.amount_fen else state
        lines.append(
            PaymentLine(
                disbursement_id=number,
                program_id=row.program_id,
                item=row.item or row.program_id,
                period=row.period,
                amount_fen=int(row.amount_fen),
                submitted_at=row.known_at,
                state=state,
                payee=names.get(row.person, ""),
                card_last_four=row.card_last_four,
                village=places.name(row.division_code),
                score=None if score is None else float(score.score),
                recommendation=None if score is None else score.recommendation,
                case_id=held[number] if held.get(number) in visible else None,
            )
        )
    return tuple(lines)
