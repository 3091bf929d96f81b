"""What is asked of the scorer and what it answers: checked rows in, one answer a row out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    import pyarrow as pa

PLACEHOLDER = "1970-01-01T00:00:00Z"
"""Stands for the moment of a payment that is submitted as it is sent: the scorer puts its own there."""

Place = int | list[dict[str, str]]
"""Where a payment's answer stands: a position among the rows asked for, or at once, as what is wrong with it."""

MOST = 1000
"""Payments one call may hold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Payments of one call, in canonical types, that passed the checks of intake.

    `stamp` are positions of rows whose `submitted_at` is a placeholder; `who` asks.
    """

    rows: pa.RecordBatch
    stamp: tuple[int, ...]
    who: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer a row of `Asked.rows`, JSON throughout, and the long texts they name.

    `rows`: `state` is `scored`, `waiting` or `refused`; a score has the contract's fields, `reasons` as a list and
    `not_applicable` as a name in `texts`; a refusal has `flaws`. `degraded`: why rules alone scored.
    """

    rows: Sequence[Mapping[str, Any]]
    texts: Mapping[str, str] = field(default_factory=dict)
    degraded: tuple[str, str] | None = None

    def said(self, place: int) -> tuple[str, bytes]:
        """The state of one answer, and the answer as JSON. Raises ValueError for a number JSON does not have."""
        if isinstance(self.rows, SaidRows):
            return self.rows.said(place)
        return said(self.rows[place])


class SaidRows(Sequence[Mapping[str, Any]]):
    """Answers as the JSON they came as: read only where somebody looks into one. Most are handed on as they are."""

    def __init__(self, all_said: Iterable[tuple[str, bytes]]) -> None:
        """State and JSON of each."""
        self._said = list(all_said)

    def said(self, place: int) -> tuple[str, bytes]:
        """State and JSON of one."""
        return self._said[place]

    def __len__(self) -> int:
        return len(self._said)

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Mapping[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        if isinstance(place, slice):
            return SaidRows(self._said[place])
        found: dict[str, Any] = json.loads(self._said[place][1])
        return found


_AS_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def as_json(value: object) -> bytes:
    """A value as answers tell it. Raises ValueError for a number JSON does not have."""
    return _AS_JSON.encode(value).encode(errors="replace")


def said(row: Mapping[str, Any]) -> tuple[str, bytes]:
    """State and JSON of an answer. Raises ValueError for a number JSON does not have."""
    return str(row.get("state", "")), as_json(row)


class UnavailableError(Exception):
    """Nothing can be scored now; `kind` is a word with dashes, the texts say why, `retry_after` in seconds."""

    def __init__(self, kind: str, english: str, chinese: str, retry_after: int) -> None:
        super().__init__(english)
        self.kind, self.english, self.chinese, self.retry_after = kind, english, chinese, retry_after


def checked(rows: Sequence[Mapping[str, object]], who: str) -> tuple[Asked, list[Place]]:
    """Check payments as they were sent, and say for each where its answer will stand.

    Raises nothing for bad values. A payment that stands in one call twice is asked for once.
    """
    from features.contract import TABLES
    from features.intake import accept_rows

    table = TABLES["disbursements"]
    given = [{"submitted_at": PLACEHOLDER, **{k: v for k, v in row.items() if v is not None}} for row in rows]
    found = accept_rows(table, given)
    place: list[Place] = [[] for _ in given]
    for refused in found.quarantine:
        flaws = place[refused.line - 1]
        assert isinstance(flaws, list)  # noqa: S101 - nothing else was put there yet
        flaws.append(
            {
                "where": refused.column,
                "found": refused.reason,
                "expected": refused.expected,
                "found_zh": refused.reason_zh,
                "expected_zh": refused.expected_zh,
            }
        )
    for position, line in enumerate(found.lines):
        place[line - 1] = position
    if [] in place:
        # Not refused and not asked for: it stands in the call already.
        first = {_identity(given[line - 1]): position for position, line in enumerate(found.lines)}
        for number, row in enumerate(given):
            if place[number] == []:
                place[number] = first[_identity(row)]
    stamp = tuple(i for i, line in enumerate(found.lines) if rows[line - 1].get("submitted_at") is None)
    return Asked(found.batch, stamp, who), place


def _identity(row: Mapping[str, object]) -> tuple[str, dt.datetime]:
    """What tells payments of one call apart, of a row that passed the checks: the same moment may be written in
    several ways."""
    return str(row["disbursement_id"]), dt.datetime.fromisoformat(str(row["submitted_at"]))
