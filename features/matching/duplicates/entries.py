"""Every identity there is at T: entries of the register, and numbers that are paid and stand on no register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from features.matching.exact import is_sound, long_form, tidied
from features.matching.names import by_value
from features.matching.register import known_rows, persons

COLUMNS = (
    "person_id", "name", "sex", "birth_date", "division_code", "phone", "former_name", "former_division",
    "former_phone", "household_id", "number", "number_text", "unsound",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entries:
    """One row an identity, sorted by identifier.

    `table` has `COLUMNS` as text (`number` the 18 characters meant, `unsound` `yes` where they cannot be right);
    `registered` (n,) is false for numbers known from payments alone; `first_known` (n,) microseconds UTC.
    """

    table: pa.Table
    registered: NDArray[np.bool_]
    first_known: NDArray[np.int64]


def entries_at(ledger: Ledger, at_us: int) -> Entries:
    """Identities known at a moment. Raises NoListError where nobody is on the register."""
    found = persons(ledger, at_us)
    rows = known_rows(ledger, "persons", at_us)
    household = ledger.tables["persons"].arrow("household_id") if ledger.has("persons.household_id") else None
    ids = ledger.tables["persons"].arrow("person_id").take(pa.array(rows)).to_pylist()
    homes = dict(zip(ids, household.take(pa.array(rows)).to_pylist(), strict=True)) if household is not None else {}
    first: dict[str, int] = {}
    known = int(np.searchsorted(ledger.tables["persons"].known_at, at_us, side="right"))
    everybody = ledger.tables["persons"].arrow("person_id").slice(0, known).to_pylist()
    for person, moment in zip(everybody, ledger.tables["persons"].known_at[:known].tolist(), strict=True):
        first.setdefault(person, moment)
    columns = {name: _texts(found, name) for name in COLUMNS[:9]}
    columns["household_id"] = [homes.get(person) for person in columns["person_id"]]
    registered = [True] * len(columns["person_id"])
    for line in _only_paid(ledger, at_us, first):
        for name in columns:
            columns[name].append(line.get(name))
        first[str(line["person_id"])] = int(line["known"])
        registered.append(False)
    order = np.argsort(np.array(columns["person_id"], dtype=str), kind="stable")
    taken = pa.array(order)
    arrays = {name: pa.array(values, pa.string()).take(taken) for name, values in columns.items()}
    arrays |= by_value(
        arrays["person_id"],
        {
            "number": lambda text: long_form(tidied(text)) if _is_number(text) else "",
            "number_text": lambda text: tidied(text) if _is_number(text) else "",
            "unsound": lambda text: "yes" if _is_number(text) and not is_sound(long_form(tidied(text))) else "",
        },
    )
    return Entries(
        pa.table({name: arrays[name] for name in COLUMNS}),
        np.array(registered, dtype=bool)[order],
        np.array([first[person] for person in arrays["person_id"].to_pylist()], dtype=np.int64),
    )


def _is_number(text: str) -> bool:
    """Whether an identifier has the form of an identity number; anything else is an agreed pseudonym."""
    number = tidied(text)
    return len(number) in (15, 18) and len(number) == len(text.strip())


def _texts(table: pa.Table, name: str) -> list[str | None]:
    if name not in table.column_names:
        return [None] * table.num_rows
    return list(table.column(name).cast(pa.string()).to_pylist())


def _only_paid(ledger: Ledger, at_us: int, registered: dict[str, int]) -> list[dict[str, Any]]:
    """The last line known at the moment of each person paid who is on no register, with when the first was known."""
    lines = ledger.tables["disbursements"]
    rows = known_rows(ledger, "disbursements", at_us)
    on_register = np.zeros(len(ledger.vocabulary("person")) + 1, dtype=bool)
    on_register[ledger.vocabulary("person").encode_values(list(registered))] = True
    person = lines.codes("person_id")[rows]
    rows = rows[(person >= 0) & ~on_register[person]]
    names = [n for n in ("person_id", "payee_name", "household_id", "division_code") if lines.has(n)]
    taken = {name: lines.arrow(name).take(pa.array(rows)).to_pylist() for name in names}
    found: dict[str, dict[str, Any]] = {}
    for k, moment in enumerate(lines.known_at[rows].tolist()):
        line = {name: values[k] for name, values in taken.items()}
        line["name"] = line.pop("payee_name", None)
        line["known"] = found.get(line["person_id"], {}).get("known", moment)
        found[line["person_id"]] = line
    return list(found.values())
