"""A payment, or what a case is about, against those it is fairly compared with."""

from __future__ import annotations

from service.access import Principal
from service.work.context import Context
from service.work.portraits.ask import Portraits
from service.work.portraits.shapes import Peers


def peers_of(context: Context, who: Principal, portraits: Portraits, disbursement_id: str) -> tuple[Peers, ...]:
    """The amount and quantity of a payment against its item in its village and in the county, and its score against
    theirs. A comparison with fewer than five peers is left out. Logged.

    Raises NothingThere for a payment whoever asks may not see, UnavailableError when the scorer is away.
    """
    raise NotImplementedError


def hub_peers(context: Context, who: Principal, portraits: Portraits, case_id: str) -> tuple[Peers, ...]:
    """The hub of a case against others of its kind: households at a card, cards at a phone, device or outlet, payments
    decided by an official of the same post. Empty where nothing is compared. Logged.

    Raises NotThere for a case whoever asks may not see, UnavailableError when the scorer is away.
    """
    raise NotImplementedError
