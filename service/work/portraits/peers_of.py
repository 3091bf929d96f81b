"""A payment, or what a case is about, against those it is fairly compared with."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from sqlalchemy import Row

from service.access import Principal
from service.store import scores
from service.work.context import Context
from service.work.portraits._case import CaseInSight, case_in_sight
from service.work.portraits._payment import payment_in_sight
from service.work.portraits.ask import Portraits
from service.work.portraits.looks import Asked
from service.work.portraits.shapes import Peers
from service.work.portraits.wire import read_all
from service.work.portraits.words import plain

LEAST_PEERS: Final = 5
MOST_SCORES: Final = 2_000
"""Scores of one run and village that are compared; of larger lists the first."""

_BINS: Final = tuple(round(edge / 20, 2) for edge in range(21))


def peers_of(context: Context, who: Principal, portraits: Portraits, disbursement_id: str) -> tuple[Peers, ...]:
    """The amount and quantity of a payment against its item in its village and in the county, and its score against
    theirs. A comparison with fewer than five peers is left out. Logged.

    Raises NothingThere for a payment whoever asks may not see, UnavailableError when the scorer is away.
    """
    payment = payment_in_sight(context, who, disbursement_id, "peers")
    about = {"payment": disbursement_id}
    told = portraits.look(Asked("peers_of", payment.sight, context.clock.now(), about))
    return (*read_all(Peers, told), *_scores(context, payment.row))


def hub_peers(context: Context, who: Principal, portraits: Portraits, case_id: str) -> tuple[Peers, ...]:
    """The hub of a case against others of its kind: households at a card, cards at a phone, device or outlet, payments
    decided by an official of the same post. Empty where nothing is compared. Logged.

    Raises NotThere for a case whoever asks may not see, UnavailableError when the scorer is away.
    """
    return hub_peers_of(context, portraits, case_in_sight(context, who, case_id, "peers"))


def hub_peers_of(context: Context, portraits: Portraits, case: CaseInSight) -> tuple[Peers, ...]:
    """The same of a case in sight."""
    return read_all(Peers, portraits.look(Asked("hub_peers", case.sight, context.clock.now(), case.about)))


def _scores(context: Context, payment: Row[Any]) -> tuple[Peers, ...]:
    """The score of a payment against those of its run in its village."""
    if payment.run_id is None:
        return ()
    with context.database.read() as connection:
        found = scores.of_run_in(connection, payment.run_id, payment.division_code, MOST_SCORES)
    own = found.pop(payment.disbursement_id, None)
    others = np.array(list(found.values()), np.float64)
    if own is None or len(others) < LEAST_PEERS:
        return ()
    counts, _ = np.histogram(others, _BINS)
    return (
        Peers(
            measure=plain("score_measure"),
            group=plain("same_run"),
            edges=_BINS,
            counts=tuple(counts.tolist()),
            value=own,
            median=float(np.median(others)),
            rank=float((others <= own).mean()),
            peers=len(others),
        ),
    )
