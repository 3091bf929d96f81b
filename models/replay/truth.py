"""Truth of invented data beside the replayed payments: what was irregular, what only looked so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.evaluation.columns import Texts, numbers, objects, places_of, texts

Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Truth:
    """By payment, (n,): whether it is known to be irregular, whether it stands in the truth, which look-alike it is."""

    irregular: Bool
    known: Bool
    look_alike: Texts


@dataclass(frozen=True, slots=True)
class TrueHits:
    """Hits by truth: irregular of those known, and honest ones built to look like a typology, by its code."""

    known: int
    irregular: int
    look_alikes: dict[str, int]


def truth_of(table: pa.Table, ids: list[str]) -> Truth:
    """The truth file's rows (`disbursement_id`, `irregular`, `look_alike`) in the order of the ids.

    Raises KeyError where the file has no such ids at all.
    """
    place = places_of(objects(ids), texts(table, "disbursement_id"))
    known = place >= 0
    if len(ids) and not known.any():
        raise KeyError("the truth file names none of the replayed payments")
    irregular = numbers(table, "irregular") == 1
    kinds = texts(table, "look_alike")
    at = np.maximum(place, 0)
    look_alike = objects([kind if there else None for kind, there in zip(kinds[at], known, strict=True)])
    return Truth(known & irregular[at], known, look_alike)


def true_hits(mask: Bool, truth: Truth) -> TrueHits:
    """Count the hits of a mask (n,)."""
    kinds = Counter(str(kind) for kind in truth.look_alike[mask & ~truth.irregular] if kind is not None)
    return TrueHits(int((mask & truth.known).sum()), int((mask & truth.irregular).sum()), dict(sorted(kinds.items())))
