"""Where a payment is on its way, and since when; now or as it stood at any date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.access import Principal
from service.access.scope import within
from service.store import payment_ties
from service.store.payment_steps import last_score, payment_at, payments_again, steps_of
from service.store.payments import PAYMENTS
from service.work.audit.record import Line, record
from service.work.chain.stages import STAGES, Stage
from service.work.context import Context
from service.work.queue.sight import ties_of


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened on the way. `amount_fen` where it names money."""

    stage: Stage
    at: dt.datetime
    result: str | None
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class Way:
    """The way of a payment. `stands` is the last step; `days_there` whole days since; `asks` what the last score
    recommended, with the deadline of a `verify`. `again` lists payments that replaced a returned one."""

    disbursement_id: str
    run_id: str | None
    program_id: str
    period: str
    division_code: str
    amount_fen: int
    card_last_four: str
    steps: tuple[Step, ...]
    stands: Step
    days_there: int
    asks: str | None
    deadline: dt.datetime | None
    again: tuple[str, ...]


def follow(context: Context, principal: Principal, disbursement_id: str, at: dt.datetime | None = None) -> Way | None:
    """The way of a payment in the principal's scope as it stood at `at` (None: now); None where there is no such.

    None too where it is the principal's own, kin's or household's, which is logged. Of one they are tied to by post or
    village, what was asked is not told.
    """
    moment = at or context.clock.now()
    with context.database.read() as connection:
        payment = payment_at(connection, within(principal, PAYMENTS.c.division_code), disbursement_id, moment)
        if payment is None:
            return None
        ties = ties_of(connection, principal)
        own = payment_at(connection, payment_ties.to(ties), disbursement_id, moment) is not None
        near = payment_at(connection, payment_ties.near(ties), disbursement_id, moment) is not None
    if own:
        with context.database.write() as connection:
            about = ("disbursement", disbursement_id, payment.division_code)
            record(context, connection, Line(principal.name, "chain.refused", *about))
        return None
    with context.database.read() as connection:
        subjects = [("payment", disbursement_id)]
        if payment.application_id:
            subjects.append(("application", payment.application_id))
        if payment.run_id:
            subjects.append(("run", payment.run_id))
        found = [
            Step(_stage(row.stage, row.amount_fen, payment.amount_fen), row.at, row.result, row.amount_fen)
            for row in steps_of(connection, subjects, moment)
        ]
        found.append(Step(STAGES["submitted"], payment.known_at, None, payment.amount_fen))
        again = payments_again(connection, disbursement_id, moment)
        for other in again:
            found.append(Step(STAGES["paid_again"], other.known_at, None, other.amount_fen))
            found.extend(
                Step(STAGES["repaid"], row.at, row.result, row.amount_fen)
                for row in steps_of(connection, [("payment", other.disbursement_id)], moment)
                if row.stage == "paid"
            )
        score = None if near else last_score(connection, disbursement_id, moment)
    # Steps of one moment stand in the order of the chain.
    order = {code: n for n, code in enumerate(STAGES)}
    found.sort(key=lambda step: (step.at, order[step.stage.code]))
    return Way(
        disbursement_id=disbursement_id,
        run_id=payment.run_id,
        program_id=payment.program_id,
        period=payment.period,
        division_code=payment.division_code,
        amount_fen=payment.amount_fen,
        card_last_four=payment.card_last_four,
        steps=tuple(found),
        stands=found[-1],
        days_there=max(0, (moment - found[-1].at) // dt.timedelta(days=1)),
        asks=score.recommendation if score else None,
        deadline=score.deadline if score else None,
        again=tuple(other.disbursement_id for other in again),
    )


def _stage(code: str, amount_fen: int | None, planned_fen: int) -> Stage:
    if code == "paid" and amount_fen is not None and amount_fen < planned_fen:
        return STAGES["credited_short"]
    return STAGES[code]
