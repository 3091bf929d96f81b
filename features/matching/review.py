"""A small review by people: which pairs they look at, and the decision line their verdicts bear out.

Pairs are drawn by strata of probability, the unsettled ones more densely, and each carries how many pairs it stands
for; so a few hundred verdicts say something about all. The line is the lowest probability from which on the weighted
share of right links reaches the aim, and it is only taken where enough was looked at to know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.matching.link import Links
from features.matching.spec import Spec

STRATA: Final = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 0.99999)
"""Lower ends of the strata of probability."""
VERDICTS: Final = ("same", "different", "unclear")
AIM = 0.99
SURE = 0.96
"""The interval of the share of right links must lie above this, or too few were looked at."""
_Z: Final = 1.96


class ReviewError(ValueError):
    """Verdicts that cannot be read; the message names row and column."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a review says about one decision line.

    `probability` is the line; `precision` with its 95 % interval `low` to `high` holds for links from there on;
    `reviewed` verdicts stand behind it. `enough` is False where the interval reaches below `SURE`.
    """

    probability: float
    precision: float
    low: float
    high: float
    reviewed: int
    enough: bool


def draw(links: Links, spec: Spec, left: pa.Table, right: pa.Table, sample: int) -> pa.Table:
    """Pairs for people to look at: about `sample` of them, by a hash of the row, so that a second draw is the same.

    Columns `row_id`, `person_id`, `probability`, `log_odds`, `weight` (pairs it stands for), both records side by side
    (`row_<field>`, `person_<field>`) and `verdict`, empty: `same`, `different` or `unclear`.
    """
    persons = links.persons
    there = np.flatnonzero(np.asarray(persons.is_valid()))
    probability = links.matches.column("probability").to_numpy()[there]
    rows = links.matches.column("row_id").take(pa.array(there)).to_pylist()
    strata = np.searchsorted(STRATA, probability, side="right") - 1
    keys = np.array([hashlib.sha256(row.encode()).hexdigest() for row in rows])
    chosen: list[int] = []
    weights: list[float] = []
    used = [k for k in range(len(STRATA)) if (strata == k).any()]
    for number, stratum in enumerate(used):
        inside = np.flatnonzero(strata == stratum)
        places = max(1, (sample - len(chosen)) // (len(used) - number))
        taken = inside[np.argsort(keys[inside], kind="stable")][:places]
        chosen.extend(taken.tolist())
        weights.extend([len(inside) / len(taken)] * len(taken))
    order = np.argsort(keys[chosen], kind="stable")
    place = there[np.array(chosen, dtype=np.int64)[order]]
    base = links.matches.select(["row_id", "probability", "log_odds"]).take(pa.array(place))
    person = persons.take(pa.array(place))
    columns = {
        "row_id": base.column("row_id"),
        "person_id": person,
        "probability": base.column("probability"),
        "log_odds": base.column("log_odds"),
        "weight": pa.array(np.array(weights)[order]),
    }
    columns |= _record(left, spec.left_id, base.column("row_id"), "row", {f.name: f.left for f in spec.fields})
    columns |= _record(right, spec.right_id, person, "person", {f.name: f.right for f in spec.fields})
    return pa.table({**columns, "verdict": pa.array([""] * len(place), pa.string())})


def _record(
    table: pa.Table, key: str, wanted: pa.Array | pa.ChunkedArray, prefix: str, names: Mapping[str, str]
) -> dict[str, pa.Array]:
    import pyarrow.compute as pc

    places = pc.index_in(wanted, value_set=table.column(key).combine_chunks())
    return {
        f"{prefix}_{field}": _no_formula(table.column(column).take(places).cast(pa.string()))
        for field, column in names.items()
        if column in table.column_names and column != key
    }


def _no_formula(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """An apostrophe before what a spreadsheet would run: these columns are only read by people."""
    import pyarrow.compute as pc

    first = pc.utf8_slice_codeunits(texts, 0, 1)
    risky = pc.is_in(first, value_set=pa.array(["=", "+", "-", "@", "\t", "\r"], pa.string()))
    return pc.if_else(pc.fill_null(risky, False), pc.binary_join_element_wise("'", texts, ""), texts)


def judge(links: Links, verdicts: pa.Table, aim: float = AIM) -> Line | None:
    """The lowest line from which on links reach `aim`; None where no line does.

    `verdicts` has `row_id`, `person_id`, `weight`, `verdict`; lines without a verdict are left out, `unclear` counts
    as wrong. Only pairs that are still the best candidates of their rows count. Raises ReviewError for other values.
    """
    for column in ("row_id", "person_id", "weight", "verdict"):
        if column not in verdicts.column_names:
            raise ReviewError(f"the review has no column {column!r}")
    best = dict(zip(links.matches.column("row_id").to_pylist(), links.persons.to_pylist(), strict=True))
    place = {row: n for n, row in enumerate(links.matches.column("row_id").to_pylist())}
    probabilities = links.matches.column("probability").to_numpy()
    found: list[tuple[float, float, bool]] = []
    for number, line in enumerate(verdicts.to_pylist(), 2):
        said = (line["verdict"] or "").strip().casefold()
        if not said:
            continue
        if said not in VERDICTS:
            raise ReviewError(f"line {number}, verdict: expected one of {', '.join(VERDICTS)}")
        try:
            weight = float(line["weight"])
        except (TypeError, ValueError) as error:
            raise ReviewError(f"line {number}, weight: expected a number") from error
        if best.get(line["row_id"], "") == line["person_id"]:
            found.append((float(probabilities[place[line["row_id"]]]), weight, said == "same"))
    return _line(found, aim)


def _line(found: list[tuple[float, float, bool]], aim: float) -> Line | None:
    if not found:
        return None
    found.sort()
    probability = np.array([f[0] for f in found])
    weight = np.array([f[1] for f in found])
    right = np.array([f[2] for f in found], dtype=np.float64)
    for start in np.flatnonzero(np.append(True, probability[1:] != probability[:-1])):
        if probability[start] < 0.5:
            continue
        share = float((weight * right)[start:].sum() / weight[start:].sum())
        if share >= aim:
            low, high = wilson(share, weight[start:])
            return Line(float(probability[start]), share, low, high, len(found) - int(start), low >= SURE)
    return None


def wilson(share: float, weight: NDArray[np.float64]) -> tuple[float, float]:
    """Wilson's 95 % interval with the number of verdicts that equal weights would need to know as much."""
    n = float(weight.sum() ** 2 / (weight**2).sum())
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * float(np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)))
    return max(0.0, middle - half), min(1.0, middle + half)
