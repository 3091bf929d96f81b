"""Whom the false alarms fall on: honest rows above the line by sex, age, phone, village and household category.

These columns are read here, after scoring, and nowhere before: no model sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger, LedgerTable
from models.evaluation.columns import Texts, objects, places_of
from models.evaluation.intervals import wilson
from models.evaluation.judged import Judged

ENOUGH = 200
"""Fewer honest rows than this are "not enough data", which is not "fair"."""
OLD = 80
VILLAGE_SIZES = ((120, "under 120"), (300, "120-299"))
LARGE = "300 and more"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one group: honest ones above the line with rate and 95 % interval, and recall on its irregular ones."""

    honest: int
    flagged: int
    rate: float | None
    interval: tuple[float, float] | None
    enough: bool
    irregular: int
    recall: float | None


@dataclass(frozen=True, slots=True)
class Division:
    """One way to divide people; `max_ratio` is the highest rate over the lowest among groups with enough data."""

    groups: Mapping[str, Group]
    max_ratio: float | None


@dataclass(frozen=True, slots=True)
class Groups:
    """Every way to divide people, and the worst ratio of them all."""

    by: Mapping[str, Division]
    max_ratio: float | None


def measure_groups(judged: Judged, ledger: Ledger, minority: tuple[str, ...] = ()) -> Groups:
    """Measure every division the tables allow; `minority` are prefixes of division codes of minority counties."""
    line = judged.line
    by = {name: _divide(judged, line, values) for name, values in group_values(judged, ledger, minority).items()}
    ratios = [division.max_ratio for division in by.values() if division.max_ratio is not None]
    return Groups(by, max(ratios) if ratios else None)


def group_values(judged: Judged, ledger: Ledger, minority: tuple[str, ...] = ()) -> dict[str, Texts]:
    """The group of each row by name of the division, shape (n,), None where it cannot be told."""
    found: dict[str, Texts] = {}
    if "persons" in ledger.tables:
        found |= _from_persons(judged, ledger.tables["persons"])
    if "households" in ledger.tables and ledger.has("households.category"):
        table = ledger.tables["households"]
        ids, latest = _latest(table, "household_id")
        category = _column(table, "category")[latest]
        found["household category"] = _given(category, places_of(judged.household, ids))
    if minority:
        said = ["minority" if (code or "").startswith(minority) else "other" for code in judged.division]
        found["minority county"] = objects(said)
    return found


def _from_persons(judged: Judged, table: LedgerTable) -> dict[str, Texts]:
    ids, latest = _latest(table, "person_id")
    place = places_of(judged.person, ids)
    found: dict[str, Texts] = {}
    if table.has("sex"):
        found["sex"] = _given(_column(table, "sex")[latest], place)
    if table.has("birth_date"):
        born = np.append(np.asarray(table.column("birth_date"), dtype=np.float64)[latest], np.nan)[place]
        years = np.floor(judged.day - born) / 365.25
        found["age over 80"] = objects([None if np.isnan(y) else "over 80" if y > OLD else "80 or less" for y in years])
    if table.has("phone"):
        phone = _given(_column(table, "phone")[latest], place)
        words = ["no phone" if number is None else "has a phone" for number in phone]
        found["phone"] = objects([word if k >= 0 else None for word, k in zip(words, place, strict=True)])
    counts: dict[object, int] = {}
    for code in _column(table, "division_code")[latest]:
        counts[code] = counts.get(code, 0) + 1
    found["village size"] = objects([_size(counts.get(code)) for code in judged.division])
    return found


def _size(people: int | None) -> str | None:
    if people is None:
        return None
    return next((name for bound, name in VILLAGE_SIZES if people < bound), LARGE)


def _column(table: LedgerTable, name: str) -> Texts:
    return objects([value or None for value in table.arrow(name).to_pylist()])


def _latest(table: LedgerTable, key: str) -> tuple[Texts, NDArray[np.int64]]:
    """The different keys of a table and the row of each one's latest version."""
    ids = _column(table, key)
    rows = {one: row for row, one in enumerate(ids)}
    return objects(list(rows)), np.array(list(rows.values()), dtype=np.int64)


def _given(values: Texts, place: NDArray[np.int64]) -> Texts:
    return objects([values[k] if k >= 0 else None for k in place])


def _divide(judged: Judged, line: NDArray[np.bool_], values: Texts) -> Division:
    places: dict[str, list[int]] = {}
    for row, value in enumerate(values):
        if value is not None:
            places.setdefault(value, []).append(row)
    groups = {name: _measure(judged, line, np.array(places[name])) for name in sorted(places)}
    rates = [group.rate for group in groups.values() if group.enough and group.rate is not None]
    return Division(groups, _ratio(rates))


def _ratio(rates: list[float]) -> float | None:
    if len(rates) < 2:
        return None
    if min(rates) > 0:
        return max(rates) / min(rates)
    return 1.0 if max(rates) == 0 else float("inf")


def _measure(judged: Judged, line: NDArray[np.bool_], rows: NDArray[np.int64]) -> Group:
    bad = judged.irregular[rows]
    honest, flagged = int((~bad).sum()), int(line[rows][~bad].sum())
    return Group(
        honest=honest,
        flagged=flagged,
        rate=flagged / honest if honest else None,
        interval=wilson(flagged, honest),
        enough=honest >= ENOUGH,
        irregular=int(bad.sum()),
        recall=float(line[rows][bad].mean()) if bad.any() else None,
    )
