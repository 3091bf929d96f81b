"""List every household's cards with what should become of each, and the state of the clean-up by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from models.scoring.policy import Policy
    from service.work.open_data import OpenData

LEVELS = ("village", "township", "county", "prefecture")


@dataclass(frozen=True, slots=True)
class CardsFound:
    """The list of cards (columns of `features.matching.cards.clean_up.SCHEMA`) and the places (`by_place.SCHEMA`)."""

    cards: pa.Table
    places: pa.Table


def check_level(level: str) -> None:
    """Raises WrongUsageError for a level that is none of `LEVELS`."""
    if level not in LEVELS:
        raise WrongUsageError(
            f"--by: found {level!r}, expected one of {', '.join(LEVELS)}", f"--by 应为 {'、'.join(LEVELS)} 之一"
        )


def clean_up_cards(data: OpenData, policy: Policy, as_of_us: int, level: str) -> CardsFound:
    """Every household's cards as known at the moment (microseconds UTC). Raises WrongUsageError for another level."""
    from features.matching.cards.by_place import by_place
    from features.matching.cards.clean_up import clean_up
    from features.matching.cards.decide import Rules

    check_level(level)
    rules = Rules(
        int(policy["cards.window_days"]), int(policy["cards.activation_days"]), int(policy["cards.bulk_cards"])
    )
    found = clean_up(data.ledger, as_of_us, rules)
    return CardsFound(found.table, by_place(data.ledger, found, level))
