"""Some rows of a table as recorded makers of derived columns see them: the double of `features.asof.part.Part`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from features.recorded._values import Length, Traced, length

if TYPE_CHECKING:
    from features.recorded._indexes import RecordingIndex
    from features.recorded._ledger import RecordingLedger, RecordingTable

T = TypeVar("T")


class RecordingPart:
    """The rows `at` of a table. A derived column of these rows is recorded with what reads it."""

    def __init__(self, ledger: RecordingLedger, name: str, at: Traced) -> None:
        self.ledger = ledger
        self.name = name
        self.schema = ledger.tables[name].schema
        self._at = at
        self._derived: dict[str, Any] = {}
        self._shared: dict[str, Any] = {}

    @property
    def whole(self) -> RecordingTable:
        """The table itself."""
        return self.ledger.tables[self.name]

    @property
    def rows(self) -> Length:
        """Number of these rows."""
        return length(self._at)

    @property
    def row_numbers(self) -> Traced:
        """Numbers of these rows in the whole table."""
        return self._at

    @property
    def ranks(self) -> Any:
        """Order of these rows among all of the table."""
        return self.whole.ranks[self._at]

    def rank_of(self, rows: Any) -> Any:
        """Order of rows of the whole table."""
        return self.whole.rank_of(rows)

    @property
    def known_at(self) -> Any:
        """When each row became known."""
        return self.whole.known_at[self._at]

    @property
    def superseded_at(self) -> Any:
        """When a later version became known."""
        return self.whole.superseded_at[self._at]

    def has(self, column: str) -> bool:
        """Whether the column was handed over."""
        return self.whole.has(column)

    def schema_has(self, name: str) -> bool:
        """Whether the contract declares the column."""
        return self.whole.declares(name)

    def column(self, name: str) -> Any:
        """A column of these rows."""
        return self.whole.column(name)[self._at]

    def derived(self, name: str, make: Callable[[Any], Any]) -> Any:
        """A derived column of these rows."""
        if name not in self._derived:
            self._derived[name] = make(self)
        return self._derived[name]

    def numbers(self, name: str) -> Any:
        """A declared column as float64."""
        return self.whole.numbers(name)[self._at]

    def codes(self, name: str) -> Any:
        """A declared column of codes as int32."""
        return self.whole.codes(name)[self._at]

    def shared(self, key: str, make: Callable[[], T]) -> T:
        """What several derived columns are made from, recorded once."""
        if key not in self._shared:
            self._shared[key] = make()
        found: T = self._shared[key]
        return found

    def index(self, columns: tuple[str, ...]) -> RecordingIndex:
        """Rows of the whole table, grouped."""
        return self.whole.index(columns)
