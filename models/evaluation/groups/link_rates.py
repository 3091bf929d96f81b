"""Whom matching finds and whom it misses: link rates of departments' rows by group.

A row belongs to a group by what it says itself, and by the person it means: the true one where truth is given, else the
one that was found. Without truth, a row nobody was found for has no person, so groups that only the register tells
(women married in) are compared with truth alone. Nothing here is read by a rule, a model or the matching.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from features.matching.register import known_rows
from models.evaluation.groups.against_truth import OLD
from models.evaluation.groups.membership import DAYS_A_YEAR
from models.evaluation.groups.surnames import DOTS
from models.evaluation.intervals import wilson

Codes = NDArray[np.int64]
Bool = NDArray[np.bool_]
MARRIED_IN = ("spouse", "in_law")
"""What a woman who married into a household is to its head."""


@dataclass(frozen=True, slots=True)
class LinkShare:
    """`hits` of `rows` department rows, with the 95 % interval (Wilson); None without rows."""

    hits: int
    rows: int
    share: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class LinkRates:
    """Rates of one group of department rows.

    `linked` counts rows decided `same`, `unsure` those left to people. With truth: `found` the rows meaning somebody
    on the register that were linked to that person, `wrong` the linked rows that mean somebody else or nobody;
    None without.
    """

    grouping: str
    group: str
    linked: LinkShare
    unsure: LinkShare
    found: LinkShare | None = None
    wrong: LinkShare | None = None


def link_rates(
    ledger: Ledger, matches: pa.Table, at_us: int, truth: Mapping[str, str | None] | None = None
) -> tuple[LinkRates, ...]:
    """Rates of all rows, then of every group, for matches made as of a moment (microseconds UTC).

    `matches` has the contract's columns; `truth` names the person each row means (None: nobody on the register) and
    must know every matched row, else KeyError. Rows are those of `department_rows` known at the moment; a row that was
    not matched counts as not linked.
    """
    source = ledger.tables["department_rows"]
    places = known_rows(ledger, "department_rows", at_us)
    rows = source.arrow("row_id").take(pa.array(places)).to_pylist()
    at = {row: k for k, row in enumerate(rows)}
    decision = np.full(len(rows), "none", dtype=object)
    named: list[str | None] = [None] * len(rows)
    columns = (matches.column(name).to_pylist() for name in ("row_id", "decision", "person_id"))
    for row, word, person in zip(*columns, strict=True):
        if row in at:
            decision[at[row]], named[at[row]] = word, person
    meant = [truth[row] for row in rows] if truth is not None else None
    persons = ledger.vocabulary("person")
    linked_to = persons.encode_values([n if d == "same" else None for n, d in zip(named, decision, strict=True)])
    whom = persons.encode_values(meant) if meant is not None else linked_to
    same = np.asarray(decision == "same", dtype=np.bool_)
    right = None
    if meant is not None:
        right = np.array([m is not None and m == n for m, n in zip(meant, named, strict=True)], dtype=bool)
        there = np.array([m is not None for m in meant], dtype=bool)

    def rates(grouping: str, group: str, part: Bool) -> LinkRates:
        linked, unsure = _share(part, same), _share(part, np.asarray(decision == "unsure", dtype=np.bool_))
        if right is None:
            return LinkRates(grouping, group, linked, unsure)
        return LinkRates(
            grouping, group, linked, unsure, _share(part & there, same & right), _share(part & same, ~right)
        )

    out = [rates("all", "all", np.ones(len(rows), dtype=bool))]
    for grouping, group, part in _groups(ledger, places, whom.astype(np.int64), at_us, by_person=truth is not None):
        out.append(rates(grouping, group, part))
    return tuple(out)


def _share(part: Bool, hit: Bool) -> LinkShare:
    rows, hits = int(part.sum()), int((part & hit).sum())
    return LinkShare(hits, rows, hits / rows if rows else None, wilson(hits, rows))


def _groups(
    ledger: Ledger, places: Codes, whom: Codes, at_us: int, *, by_person: bool
) -> Iterator[tuple[str, str, Bool]]:
    """Grouping, group and its rows; rows that cannot be told belong to neither."""
    rows, people = ledger.tables["department_rows"], ledger.tables["persons"]
    standing = known_rows(ledger, "persons", at_us)
    entry = np.full(len(ledger.vocabulary("person")) + 1, -1, dtype=np.int64)
    entry[people.codes("person_id")[standing]] = standing
    entry[-1] = -1
    own = entry[whom]

    def of_person(name: str) -> NDArray[np.float64]:
        values = np.append(np.asarray(people.column(name), dtype=np.float64), np.nan)
        return np.where(own >= 0, values[own], np.nan)

    dotted = np.array([_dotted(name) for name in ledger.vocabulary("name").decode(np.arange(_size(ledger)))] + [False])
    written = np.where(own >= 0, dotted[np.append(people.codes("name"), -1)[own]], False)
    minority = dotted[rows.codes("name")[places]] | written
    yield "name", "without a dot", ~minority
    yield "name", "transliterated", minority
    born = np.asarray(rows.column("birth_date"), dtype=np.float64)[places]
    born = np.where(np.isnan(born), of_person("birth_date"), born)
    happened = np.asarray(rows.column("effective_on"), dtype=np.float64)[places]
    with np.errstate(invalid="ignore"):
        old, young = (happened - born) / DAYS_A_YEAR > OLD, (happened - born) / DAYS_A_YEAR <= OLD
    yield "age over 80", f"{OLD} or less", young
    yield "age over 80", f"over {OLD}", old
    sexes = rows.schema.column("sex").values
    sex = np.asarray(rows.column("sex"), dtype=np.float64)[places]
    sex = np.where(sex < 0, np.nan_to_num(of_person("sex"), nan=-1.0), sex)
    yield "sex", "men", sex == sexes.index("M")
    yield "sex", "women", sex == sexes.index("F")
    if by_person:
        relations = people.schema.column("relation_to_head").values
        relation, woman = (
            of_person("relation_to_head"),
            of_person("sex") == people.schema.column("sex").values.index("F"),
        )
        came = np.isin(relation, [relations.index(word) for word in MARRIED_IN])
        yield "women", "others", woman & ~came & (relation >= 0)
        yield "women", "married in", woman & came


def _size(ledger: Ledger) -> int:
    return len(ledger.vocabulary("name"))


def _dotted(name: str | None) -> bool:
    return name is not None and any(dot in name for dot in DOTS)
