"""Which payments new rows say something about: by payment, card, person and household."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from features.asof import Ledger

COLUMNS: Final = {
    "settlements": (("disbursement_id", "disbursement"),),
    "card_transactions": (("card_id", "card"), ("counterparty_card_id", "card")),
    "card_events": (("card_id", "card"),),
    "complaints": (("card_id", "card"), ("person_id", "person")),
    "civil_events": (("person_id", "person"),),
    "matched_events": (("person_id", "person"), ("row_id", "row")),
}
"""Columns of each table that name whom its rows touch, with the identifier space."""

_PAYMENT_KEY: Final = {
    "disbursement": "disbursement_id",
    "card": "card_id",
    "person": "person_id",
    "household": "household_id",
}


def touched(ledger: Ledger, new: Iterable[tuple[str, pa.Table]], as_of_us: int, days: float) -> NDArray[np.int64]:
    """Rows of payments that new rows touch, those that stand at the moment and were submitted in the `days` before it.

    What is said of a person is said of the payments of the household they belong to as well. Row numbers ascend.
    """
    import numpy as np

    named: dict[str, set[str]] = defaultdict(set)
    for name, rows in new:
        for column, entity in COLUMNS.get(name, ()):
            if column in rows.column_names:
                named[entity].update(value for value in rows.column(column).to_pylist() if value is not None)
    table = ledger.tables["disbursements"]
    if not table.rows or not named:
        return np.empty(0, np.int64)
    codes = {entity: _codes(ledger, entity, values) for entity, values in named.items()}
    if "row" in codes:
        codes["person"] = np.union1d(codes.get("person", np.empty(0, np.int32)), _meant(ledger, codes.pop("row")))
    if "person" in codes:
        codes["household"] = _households(ledger, codes["person"])
    rows = np.concatenate([_rows(ledger, entity, found) for entity, found in codes.items()])
    rows = np.unique(rows).astype(np.int64)
    known = table.known_at[rows]
    within = (known <= as_of_us) & (known > as_of_us - int(days * 86_400_000_000))
    found: NDArray[np.int64] = rows[within & (table.superseded_at[rows] > as_of_us)]
    return found


def _codes(ledger: Ledger, entity: str, values: set[str]) -> NDArray[np.int32]:
    import pyarrow as pa

    found: NDArray[np.int32] = ledger.vocabulary(entity).encode(pa.array(sorted(values), pa.string()))
    return found[found >= 0]


def _meant(ledger: Ledger, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    """Persons that rows of lists were ever found to mean: a match taken back touches who was meant before."""
    table = ledger.tables["matched_events"]
    codes = table.codes("person_id")[_members(table.index(("row_id",)), rows)]
    return codes[codes >= 0]


def _households(ledger: Ledger, persons: NDArray[np.int32]) -> NDArray[np.int32]:
    """Households persons were ever registered in."""
    import numpy as np

    table = ledger.tables["persons"]
    codes = table.codes("household_id")[_members(table.index(("person_id",)), persons)]
    return np.unique(codes[codes >= 0]).astype(np.int32)


def _rows(ledger: Ledger, entity: str, codes: NDArray[np.int32]) -> NDArray[np.int64]:
    return _members(ledger.tables["disbursements"].index((_PAYMENT_KEY[entity],)), codes)


def _members(index: object, codes: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rows of the groups of codes."""
    import numpy as np

    from features.asof.group_index import GroupIndex

    assert isinstance(index, GroupIndex)  # noqa: S101 - what a table's index is
    groups = index.lookup([codes])
    parts = [index.rows[index.starts[g] : index.ends[g]] for g in groups.tolist() if g >= 0]
    return np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)
