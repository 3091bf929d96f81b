"""What stood on record at a moment, row by row: the way portraits read a ledger.

A look is about some hundreds of rows of tables of millions. Where scoring keeps an index it is used; a column it has
no index for is read from end to end, so that no index is kept up to date for the sake of a look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from features.asof.ledger import MICROSECONDS_A_DAY, entity_of
from features.contract import EVERY_TABLE

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
NONE: Final[Int64] = np.empty(0, np.int64)
EPOCH: Final = dt.date(1970, 1, 1)

INDEXED: Final = frozenset(
    {
        ("persons", "person_id"),
        ("persons", "household_id"),
        ("persons", "division_code"),
        ("persons", "phone"),
        ("households", "household_id"),
        ("households", "division_code"),
        ("officials", "official_id"),
        ("officials", "person_id"),
        ("kinship", "person_id"),
        ("kinship", "relative_id"),
        ("authorizations", "person_id"),
        ("civil_events", "person_id"),
        ("certificates", "person_id"),
        ("holdings", "household_id"),
        ("cards", "card_id"),
        ("cards", "holder_person_id"),
        ("cards", "phone"),
        ("card_events", "card_id"),
        ("card_transactions", "card_id"),
        ("card_transactions", "outlet_id"),
        ("applications", "application_id"),
        ("approvals", "application_id"),
        ("approvals", "official_id"),
        ("notices", "application_id"),
        ("payment_runs", "run_id"),
        ("disbursements", "disbursement_id"),
        ("disbursements", "person_id"),
        ("disbursements", "card_id"),
        ("disbursements", "application_id"),
        ("disbursements", "division_code"),
        ("disbursements", "program_id"),
        ("disbursements", "prepared_by"),
        ("disbursements", "reissue_of"),
        ("disbursements", "run_id"),
        ("settlements", "disbursement_id"),
    }
)
"""Columns scoring keeps an index of anyway."""

UNDER: Final = {("disbursements", "household_id"): ("household_id", "program_id")}
"""Columns that are the first of an index over several."""


class Facts:
    """A ledger as of a moment (microseconds UTC). A row counts when it was known by then and was not replaced."""

    def __init__(self, ledger: Ledger, at_us: int) -> None:
        """`at_us`: nothing known later is seen."""
        self.ledger = ledger
        self.at = at_us

    @property
    def day(self) -> float:
        """The moment in local days."""
        return (self.at + self.ledger.utc_offset) / MICROSECONDS_A_DAY

    def has(self, need: str) -> bool:
        """Whether a `table` or `table.column` was shared."""
        return self.ledger.has(need)

    def table(self, name: str) -> LedgerTable | None:
        """A table with rows; None where there are none."""
        found = self.ledger.tables.get(name) if name in self.ledger.tables else None
        return found if found is not None and found.rows else None

    def standing(self, name: str, rows: Int64) -> Int64:
        """Of some rows of a table those that stood at the moment, in order."""
        table = self.table(name)
        if table is None or not len(rows):
            return NONE
        known = table.known_at[rows] <= self.at
        if table.has_versions:
            known &= table.superseded_at[rows] > self.at
        found: Int64 = rows[known]
        return found

    def rows(self, name: str, column: str, codes: Iterable[int] | Int64) -> Int64:
        """Rows whose column is one of the codes and that stood at the moment, by when they became known; (n,)."""
        wanted = distinct(codes)
        table = self.table(name)
        if table is None or not len(wanted) or not table.has(column):
            return NONE
        if (name, column) in INDEXED:
            index = table.index((column,))
            found = index.expand(index.lookup([wanted]))[1]
        elif (name, column) in UNDER:
            found = _under(table, UNDER[name, column], wanted)
        else:
            found = scan(table, column, wanted)
        found = self.standing(name, found)
        found.sort()
        return found

    def newest(self, name: str, column: str, codes: Iterable[int] | Int64) -> dict[int, int]:
        """The row that became known last of each code, among those that stood at the moment; codes without are left
        out."""
        rows = self.rows(name, column, codes)
        if not len(rows):
            return {}
        keys = self.codes(name, column, rows)
        return dict(zip(keys.tolist(), rows.tolist(), strict=True))

    def codes(self, name: str, column: str, rows: Int64) -> Int64:
        """A column of codes at rows, -1 null; (n,)."""
        table = self.table(name)
        if table is None:
            return np.full(len(rows), -1, np.int64)
        return np.asarray(table.column(column)[rows], dtype=np.int64)

    def numbers(self, name: str, column: str, rows: Int64) -> Float:
        """A column of numbers at rows (money whole fen, dates and moments local days), NaN null; (n,)."""
        table = self.table(name)
        if table is None:
            return np.full(len(rows), np.nan)
        return np.asarray(table.column(column)[rows], dtype=np.float64)

    def known(self, name: str, rows: Int64) -> Int64:
        """When rows became known, microseconds UTC; (n,)."""
        table = self.table(name)
        return NONE if table is None else np.asarray(table.known_at[rows], dtype=np.int64)

    def word(self, name: str, column: str, code: int) -> str | None:
        """The word of an enumerated value; None for null."""
        return EVERY_TABLE[name].column(column).values[code] if code >= 0 else None

    def kind(self, name: str, column: str, word: str) -> int:
        """The code of an enumerated value, whether the table was shared or not. Raises ValueError for no such value."""
        return EVERY_TABLE[name].column(column).values.index(word)

    def text(self, entity: str, code: int) -> str | None:
        """The text behind a code of an identifier space; None for null."""
        return self.ledger.vocabulary(entity).decode(np.array([code]))[0] if code >= 0 else None

    def texts(self, entity: str, codes: Iterable[int]) -> list[str | None]:
        """The texts behind codes."""
        return self.ledger.vocabulary(entity).decode(np.fromiter(codes, np.int64))

    def code(self, entity: str, text: str) -> int:
        """The code of a text, -1 where nobody wrote it."""
        return int(self.ledger.vocabulary(entity).encode_values([text])[0])

    def encode(self, entity: str, texts: Collection[str]) -> Int64:
        """Codes of texts, -1 where nobody wrote them; (n,)."""
        return np.asarray(self.ledger.vocabulary(entity).encode_values(list(texts)), dtype=np.int64)

    def value(self, name: str, column: str, row: int) -> Any:
        """One value as people read it: text, date, moment with offset, whole fen, number, bool; None for null."""
        table = self.ledger.tables[name]
        declared = table.schema.column(column)
        if declared.type == "list":
            return table.arrow(column)[row].as_py()
        found = table.column(column)[row].item()
        if (entity := entity_of(declared)) is not None:
            return self.text(entity, int(found))
        if declared.type == "enum":
            return declared.values[int(found)] if found >= 0 else None
        if found != found:
            return None
        if declared.type == "date":
            return date_of(found)
        if declared.type == "ts":
            return moment_of(found, self.ledger.utc_offset)
        if declared.type == "bool":
            return bool(found)
        return round(found) if declared.type in ("money", "int") else float(found)


def distinct(codes: Iterable[int] | Int64) -> Int64:
    """The different codes, ascending, without null."""
    found = np.unique(codes if isinstance(codes, np.ndarray) else np.fromiter(codes, np.int64)).astype(np.int64)
    return found[np.searchsorted(found, 0) :]


def scan(table: LedgerTable, column: str, wanted: Int64) -> Int64:
    """Rows whose column is one of the codes, found by reading it from end to end."""
    values = table.column(column)
    if len(wanted) == 1:
        return np.flatnonzero(values == wanted[0]).astype(np.int64)
    # One place more, which -1 reads: null is never wanted.
    chosen = np.zeros(max(int(wanted[-1]), int(values.max(initial=-1))) + 2, dtype=bool)
    chosen[wanted] = True
    return np.flatnonzero(chosen[np.asarray(values, dtype=np.int64)]).astype(np.int64)


def _under(table: LedgerTable, columns: tuple[str, ...], wanted: Int64) -> Int64:
    """The same by an index over that column and others: every group of each code."""
    index = table.index(columns)
    query, value = index.under(wanted)
    return index.expand(index.lookup([wanted[query], value]))[1]


def date_of(local_day: float) -> dt.date:
    """The date of a local day."""
    return EPOCH + dt.timedelta(days=int(local_day // 1))


def moment_of(local_day: float, utc_offset_us: int) -> dt.datetime:
    """The moment of local days, with the offset of the data."""
    zone = dt.timezone(dt.timedelta(microseconds=utc_offset_us))
    return dt.datetime(1970, 1, 1, tzinfo=zone) + dt.timedelta(microseconds=round(local_day * MICROSECONDS_A_DAY))
