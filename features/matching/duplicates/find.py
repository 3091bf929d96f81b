"""Pairs of entries that are one person, as known at T: found, weighed, explained, and left as pairs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from features.matching import blocking, store
from features.matching.compare import Compared, compare, count_values
from features.matching.decide import Chosen, probability_of
from features.matching.duplicates import pairs as candidates
from features.matching.duplicates.entries import Entries, entries_at
from features.matching.duplicates.levels import comparisons
from features.matching.duplicates.weigh import weigh
from features.matching.explain import agreements
from features.matching.fields import Reader
from features.matching.register import divisions
from features.matching.spec import Spec, load_spec
from features.matching.undone import Memory, fingerprints
from features.matching.weights import UNIT

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, float], None]
KINDS = ("old_form", "slip", "household", "moved", "elsewhere")
"""How the two entries stand to each other: numbers in old and new form, a slip, twice in one household, in two
households of one village or with one phone, anywhere else."""
SCHEMA = pa.schema(
    [
        ("pair_id", pa.string()), ("person_id", pa.string()), ("second_person_id", pa.string()), ("kind", pa.string()),
        ("decision", pa.string()), ("probability", pa.float64()), ("log_odds", pa.float64()),
        ("household_id", pa.string()), ("second_household_id", pa.string()), ("second_registered", pa.bool_()),
        ("bridge", pa.bool_()), ("agreement", pa.string()),
    ]
)  # fmt: skip
"""One row a pair, most certain first. `person_id` is the entry to keep (on the register, a sound number of 18
characters, known first), `second_person_id` the other; `bridge` says that one of them also pairs with a third person
who does not pair with both, so that nobody may be merged. `agreement` as in the contract's `matches`."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pairs found (`SCHEMA`) of `entries` entries, with how many pairs were compared and how many stay cleared."""

    table: pa.Table
    entries: int
    compared: int
    cleared: int
    prints: dict[str, tuple[str, str]]
    """By pair: fingerprints of both entries, the smaller identifier first, for a record of cleared pairs."""


def shipped_spec() -> Spec:
    """The spec of `duplicates.toml`, beside this file."""
    from pathlib import Path

    return load_spec(Path(__file__).with_name("duplicates.toml"))


def find_duplicates(
    ledger: Ledger,
    at_us: int,
    spec: Spec | None = None,
    *,
    memory: Memory | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """Entries known at a moment (microseconds UTC) that are one person, with probability of `none_probability` or more.

    Pairs in `memory` stay out while both entries are as they were. Raises NoListError where nobody is on the register.
    """
    tell = progress or (lambda _what, _share: None)
    spec = spec or shipped_spec()
    entries = entries_at(ledger, at_us)
    with store.opened(2 * entries.table.num_rows) as con:
        tell("reading the register", 0.0)
        store.fill(con, Reader(spec, divisions(ledger)), entries.table, entries.table)
        columns = store.columns_of(con)
        blocking.check_blocks(spec, columns)
        inside, total = candidates.inside(con), entries.table.num_rows
        tell("finding candidates", 0.0)
        across = candidates.across(con, spec)
        candidates.drawn(con, spec.random_pairs)
        tell("comparing", 0.0)
        parts = [
            _part(con, spec, columns, entries, "inside", "inside", inside),
            _part(con, spec, columns, entries, "across", "drawn", total * (total - 1) // 2 - inside),
        ]
        return _gathered(con, columns, entries, parts, spec, inside + across, memory)


@dataclass(frozen=True, slots=True)
class _Part:
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    units: NDArray[np.int64]
    number_level: NDArray[np.int8]
    near: NDArray[np.bool_]
    agreement: list[str]


def _part(
    con: duckdb.DuckDBPyConnection,
    spec: Spec,
    columns: list[str],
    entries: Entries,
    table: str,
    sample: str,
    pairs: int,
) -> _Part:
    """Pairs of one table that are likely enough to be told."""
    compared_by = comparisons(spec, table == "inside")
    values = count_values(con, compared_by)
    compared = compare(con, compared_by, columns, table)
    seen = compared if sample == table else compare(con, compared_by, columns, sample)
    model = weigh(compared_by, compared, seen, values, entries=entries.table.num_rows, pairs=pairs)
    units = model.scores(compared)
    told = np.flatnonzero(probability_of(units) >= spec.none_probability)
    few = Compared(compared.row[told], compared.person[told], compared.levels[told], compared.shares[told])
    nothing = np.zeros(len(told), np.int64)
    chosen = Chosen(np.arange(len(told)), units[told], nothing, ((),) * len(told), nothing, nothing > 0, nothing)
    ids = pa.concat_arrays(entries.table.column("person_id").chunks)
    fields = [c.field for c in compared_by]
    near = np.zeros(len(told), dtype=bool)
    for name in ("place", "phone"):
        if name in fields:
            near |= few.levels[:, fields.index(name)] == 0
    return _Part(
        few.row, few.person, units[told], few.levels[:, fields.index("number")], near,
        agreements(few, chosen, model, ids),
    )  # fmt: skip


def _gathered(
    con: duckdb.DuckDBPyConnection,
    columns: list[str],
    entries: Entries,
    parts: list[_Part],
    spec: Spec,
    compared: int,
    memory: Memory | None,
) -> Duplicates:
    left = np.concatenate([p.left for p in parts]).astype(np.int64)
    right = np.concatenate([p.right for p in parts]).astype(np.int64)
    units = np.concatenate([p.units for p in parts])
    agreement = [text for p in parts for text in p.agreement]
    ids = entries.table.column("person_id").to_pylist()
    names = [pair_id(ids[a], ids[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    involved = sorted({*left.tolist(), *right.tolist()})
    prints = fingerprints(con, "r", columns, involved)
    both = {name: (prints[a], prints[b]) for name, a, b in zip(names, left.tolist(), right.tolist(), strict=True)}
    cleared = np.array([memory is not None and memory.has(name, *both[name]) for name in names], dtype=bool)
    probability = probability_of(units)
    same = (probability >= spec.same_probability) & ~cleared
    bridge = bridges(left, right, same)
    kind = np.concatenate([_kinds(p, k == 0) for k, p in enumerate(parts)])
    kept = np.flatnonzero(~cleared)
    order = kept[np.lexsort((np.array(names, dtype=str)[kept], -units[kept]))]
    first, second = _first_second(entries, left, right)
    homes = entries.table.column("household_id").to_pylist()
    table = pa.table(
        {
            "pair_id": [names[k] for k in order], "person_id": [ids[first[k]] for k in order],
            "second_person_id": [ids[second[k]] for k in order], "kind": kind[order].tolist(),
            "decision": np.where(same & ~bridge, "same", "unsure")[order].tolist(),
            "probability": probability[order], "log_odds": units[order] / UNIT,
            "household_id": [homes[first[k]] for k in order], "second_household_id": [homes[second[k]] for k in order],
            "second_registered": entries.registered[second][order], "bridge": bridge[order],
            "agreement": [agreement[k] for k in order],
        },
        schema=SCHEMA,
    )  # fmt: skip
    return Duplicates(table, entries.table.num_rows, compared, int(cleared.sum()), both)


def pair_id(one: str, other: str) -> str:
    """A name of a pair that tells nothing of the two, the same in either order: 16 hexadecimal digits."""
    return hashlib.sha256("\x00".join(sorted((one, other))).encode()).hexdigest()[:16]


def bridges(left: NDArray[np.int64], right: NDArray[np.int64], same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pairs of which one side is also `same` with a third entry that is not `same` with the other side; shape (n,).

    Such a third would join two people who are not alike: none of these pairs may be acted on unasked.
    """
    partners: dict[int, set[int]] = defaultdict(set)
    for k in np.flatnonzero(same).tolist():
        partners[int(left[k])].add(int(right[k]))
        partners[int(right[k])].add(int(left[k]))
    out = np.zeros(len(left), dtype=bool)
    for k in np.flatnonzero(same).tolist():
        a, b = int(left[k]), int(right[k])
        out[k] = (partners[a] - {b}) != (partners[b] - {a})
    return out


def _kinds(part: _Part, inside: bool) -> NDArray[np.str_]:
    rest = np.full(len(part.left), "household") if inside else np.where(part.near, "moved", "elsewhere")
    return np.where(part.number_level == 0, "old_form", np.where(part.number_level == 1, "slip", rest))


def _first_second(
    entries: Entries, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which entry to keep: on the register, a sound number of 18 characters, known first, then the smaller one."""
    text = entries.table.column("number_text").to_pylist()
    unsound = entries.table.column("unsound").to_pylist()
    good = np.array([not (t is not None and (len(t) != 18 or u)) for t, u in zip(text, unsound, strict=True)], bool)

    def rank(n: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        return (~entries.registered[n]).astype(np.int64), (~good[n]).astype(np.int64), entries.first_known[n], n

    swap = np.zeros(len(left), dtype=bool)
    decided = np.zeros(len(left), dtype=bool)
    for a, b in zip(rank(left), rank(right), strict=True):
        swap |= ~decided & (b < a)
        decided |= a != b
    return np.where(swap, right, left), np.where(swap, left, right)
