"""The two lists of a county as known at T: department rows, and persons with what they were before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.asof import Ledger
from features.matching.divisions import Divisions

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PERSON = ("person_id", "name", "sex", "birth_date", "division_code", "phone")
DEATH = "death"
_FORMER = {"name": "former_name", "division_code": "former_division", "phone": "former_phone"}


class NoListError(ValueError):
    """The county handed over no department rows, or no persons, by T."""


def known_rows(ledger: Ledger, table: str, at_us: int) -> NDArray[np.int64]:
    """Row numbers of a table known by T that no later version known by T replaced."""
    source = ledger.tables[table]
    known = np.flatnonzero((source.known_at <= at_us) & (source.superseded_at > at_us))
    return known.astype(np.int64)


def department_rows(ledger: Ledger, at_us: int) -> pa.Table:
    """Rows of departments' lists known by T, the latest version of each, every column of the contract that is there.

    `died_on` is the day a row says somebody died, null where it says something else. Raises NoListError where the table
    was not handed over.
    """
    if "department_rows" not in ledger.tables:
        raise NoListError("department_rows was not handed over")
    source = ledger.tables["department_rows"]
    rows = pa.array(known_rows(ledger, "department_rows", at_us))
    names = [c.name for c in source.schema.columns if source.has(c.name)]
    made = pa.table({name: source.arrow(name).take(rows) for name in names})
    died = pc.equal(made.column("kind").cast(pa.string()), DEATH)
    return made.append_column("died_on", pc.if_else(died, made.column("effective_on"), pa.scalar(None, pa.date32())))


def persons(ledger: Ledger, at_us: int) -> pa.Table:
    """The register at T, one row a person: the latest version, the last other name, village and phone before it, and
    the day of death other departments recorded (`died_on`).

    A person is on the register from the first row known by T. Raises NoListError where nobody is.
    """
    source = ledger.tables["persons"]
    known = int(np.searchsorted(source.known_at, at_us, side="right"))
    names = [name for name in _PERSON if source.has(name)]
    table = pa.table({name: source.arrow(name).slice(0, known) for name in names})
    if not table.num_rows:
        raise NoListError("no person was on the register yet")
    codes = source.codes("person_id")[:known]
    # Ledger order is order of knowledge: a stable sort by person leaves each person's versions oldest first.
    order = np.argsort(codes, kind="stable")
    grouped = codes[order]
    last = np.append(grouped[1:] != grouped[:-1], True)
    columns = {name: table.column(name).take(pa.array(order[last])) for name in names}
    for name, former in _FORMER.items():
        if name in names:
            columns[former] = _before(table.column(name), order, grouped, last)
    columns["died_on"] = _died_on(ledger, at_us, columns["person_id"])
    return pa.table(columns)


def _died_on(ledger: Ledger, at_us: int, persons: pa.ChunkedArray) -> pa.Array:
    """For each person the day of death on record by T, the one told last; null for the living."""
    told = deaths_known(ledger, at_us)
    if not told:
        return pa.nulls(len(persons), pa.date32())
    place = pc.index_in(persons.cast(pa.string()), value_set=pa.array(told, pa.string()))
    return pa.array([day for day, _ in told.values()], pa.date32()).take(place)


def deaths_known(ledger: Ledger, at_us: int) -> dict[str, tuple[dt.date, int]]:
    """For each person whose death other departments recorded by T: the day told last, and when it became known
    (microseconds UTC)."""
    if "civil_events" not in ledger.tables:
        return {}
    source = ledger.tables["civil_events"]
    places = known_rows(ledger, "civil_events", at_us)
    died = pc.equal(source.arrow("kind").take(pa.array(places)).cast(pa.string()), DEATH)
    places = places[np.asarray(pc.fill_null(died, False))]
    who, days = (source.arrow(name).take(pa.array(places)) for name in ("person_id", "effective_on"))
    told = zip(days.cast(pa.date32()).to_pylist(), np.asarray(source.known_at)[places].tolist(), strict=True)
    return dict(zip(who.cast(pa.string()).to_pylist(), told, strict=True))


def _before(
    values: pa.ChunkedArray, order: NDArray[np.int64], grouped: NDArray[np.int32], last: NDArray[np.bool_]
) -> pa.Array:
    """For each person the latest earlier value that differs from the present one, null where there is none."""
    coded = values.combine_chunks().cast(pa.string()).dictionary_encode()
    code = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False))[order]
    ends = np.flatnonzero(last)
    person: NDArray[np.int64] = np.cumsum(last) - last
    now = code[ends][person]
    place = np.where((code != now) & (code >= 0), np.arange(len(code)), -1)
    starts = np.append(0, ends[:-1] + 1)
    latest = np.maximum.reduceat(place, starts)
    found = np.where(latest >= 0, code[np.maximum(latest, 0)], -1)
    return coded.dictionary.take(pa.array(found, mask=found < 0))


def divisions(ledger: Ledger) -> Divisions:
    """The tree of places."""
    source = ledger.tables.get("divisions")
    if source is None:
        return Divisions()
    names = [c.name for c in source.schema.columns if source.has(c.name)]
    return Divisions.of(pa.table({name: source.arrow(name) for name in names}))
