"""How a derived column takes rows that arrive later, said where the column is defined.

A maker without one of these marks is right too: it is made again as a whole whenever a table it read has grown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from features.asof.ledger import LedgerTable
    from features.asof.tail import Tail

Maker = TypeVar("Maker", bound=Callable[..., Any])
Update = Callable[["LedgerTable", "Tail", Any, int], None]


@dataclass(frozen=True, slots=True)
class ByRow:
    """See `by_row`."""

    ahead_us: int = 0
    order_only: bool = False
    vocabularies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByCode:
    """See `by_code`."""

    entity: str
    update: Update


def by_row(*, ahead_days: float = 0.0, order_only: bool = False, vocabularies: tuple[str, ...] = ()) -> Any:
    """Marks a maker whose value of a row rests on the row and on what was known by then, of whatever table.

    So a fact that arrives touches only rows known no earlier than the fact. The maker must take a `Tail` of the table
    as well as the table, and give as many values as that has rows.

    `ahead_days`: the value also rests on what became known in that many days after the row. `order_only`: of its own
    table a row rests on those that stand before it only, so rows of the same moment that follow do not touch it.
    `vocabularies`: identifier spaces whose growth changes values, which are then all made again.
    """

    def mark(make: Maker) -> Maker:
        make.grows = ByRow(int(ahead_days * 86_400_000_000), order_only, vocabularies)  # type: ignore[attr-defined]
        return make

    return mark


def by_code(entity: str, update: Update) -> Any:
    """Marks a maker of values by code of an identifier space, with one more at the end for code -1.

    `update(table, tail, values, first)` does again in place what the new rows touch: `values` already has room for all
    codes, the same as for code -1 from `first` on.
    """

    def mark(make: Maker) -> Maker:
        make.grows = ByCode(entity, update)  # type: ignore[attr-defined]
        return make

    return mark


def growth_of(make: Callable[..., Any]) -> ByRow | ByCode | None:
    """The mark of a maker, or of the function a `partial` stands for."""
    found: ByRow | ByCode | None = getattr(make, "grows", None) or getattr(getattr(make, "func", None), "grows", None)
    return found
