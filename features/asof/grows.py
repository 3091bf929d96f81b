"""How a derived column takes rows that arrive later, said where the column is defined.

A maker without one of these marks is right too: it is made again as a whole whenever something it read has grown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from numpy.typing import NDArray

if TYPE_CHECKING:
    from features.asof.ledger_table import LedgerTable

Maker = TypeVar("Maker", bound=Callable[..., Any])
Update = Callable[["LedgerTable", "LedgerTable", NDArray[Any], int], None]
Also = Callable[["LedgerTable"], NDArray[Any]]
Alone = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ByRow:
    """See `by_row`."""

    ahead_us: int = 0
    also: Also | None = None
    alone: Alone | None = None


@dataclass(frozen=True, slots=True)
class ByCode:
    """See `by_code`."""

    entity: str
    update: Update


def by_row(
    *, ahead_days: float = 0.0, also: Also | None = None, alone: Alone | None = None
) -> Callable[[Maker], Maker]:
    """Marks a maker whose value of a row rests on the row and on what was known by then, of whatever table.

    So a fact that arrives touches only rows known no earlier than the fact. The maker is handed the table or a `Part`
    of it, and gives one value for each of its rows; what it wants to know of other rows it asks `table.whole`,
    `table.index` or a `View`.

    `ahead_days`: the value also rests on what became known in that many days after the row. `also`: given the rows
    that arrived, the numbers of rows before them that they touch (-1: none). `alone`: given the numbers of rows that
    arrived after all others, each as the only one of its moment, their values; such rows touch none before them.
    """

    def mark(make: Maker) -> Maker:
        make.grows = ByRow(int(ahead_days * 86_400_000_000), also, alone)  # type: ignore[attr-defined]
        return make

    return mark


def by_code(entity: str, update: Update) -> Callable[[Maker], Maker]:
    """Marks a maker of values by code of an identifier space, with one more at the end for code -1.

    `update(table, arrived, values, first)` does again in place what the rows that arrived touch: `values` has room for
    all codes, the same as for code -1 from code `first` on.
    """

    def mark(make: Maker) -> Maker:
        make.grows = ByCode(entity, update)  # type: ignore[attr-defined]
        return make

    return mark


class Since(Protocol):
    """What was learned since something was made."""

    def earliest(self) -> int:
        """Earliest moment of anything learned by what it read; NEVER (of `features.asof.ledger`) for nothing."""

    def of(self, name: str) -> int:
        """The same of one table, or of old values of a derived column `table.column`."""


def extended_by(extend: Callable[..., Any]) -> Callable[[Maker], Maker]:
    """Marks a maker of something kept with an index (`features.asof.view.index_memo`), handed over as a `partial`.

    `extend(kept, since, ...)`, with the arguments of the maker behind, gives it with what was learned since, or None
    where it must be made again.
    """

    def mark(make: Maker) -> Maker:
        make.extend = extend  # type: ignore[attr-defined]
        return make

    return mark


def growth_of(make: Callable[..., Any]) -> ByRow | ByCode | None:
    """The mark of a maker, or of the function a `partial` stands for."""
    found: ByRow | ByCode | None = getattr(make, "grows", None) or getattr(getattr(make, "func", None), "grows", None)
    return found
