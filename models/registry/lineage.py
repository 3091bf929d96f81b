"""Whose data is this: payments in common tell one county's data from another's.

A model belongs to the county it was trained on. What a county hands over grows every month, may be a window of the last
years or one run, and lies in any folder: so it is recognised by its payments. Each payment has a 64-bit hash of what
never changes about it (id, moment of submission, amount, village); the 1,024 smallest hashes of a delivery are a
uniform sample of its payments (bottom-k MinHash: Broder 1997), and they are what the record keeps.

    containment of the old in the new = share of the kept hashes that are among the new data's hashes
    containment of the new in the old = share of the new data's hashes below the largest kept one that are kept

The id alone would not do: two counties' systems both number their payments from 1.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from features.asof import Ledger
from models._record import alone, write_whole
from models.registry._place import RegistryError, root

UInt64 = NDArray[np.uint64]
FOLDER = "lineages"
KEPT = 1024
"""Hashes kept of a delivery: a run of 10,000 payments of a county with a million still meets ten of them."""
SAME = 0.25
"""Old in new, or new in old, must hold at least this share. Strangers share nothing: a low bar lets windows move on."""
LEAST = 0.25
"""And the new data may hold at most four times what the lineage knew: a prefecture is not its largest county."""
ENOUGH = 8
"""Fewer of the new data's hashes below the bound say nothing about how much of it the lineage knows."""
DELIVERIES = 6
"""Deliveries a lineage remembers, so that a window that moves on stays recognised."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """The smallest hashes of a delivery, ascending, of `payments` in all."""

    hashes: UInt64
    payments: int

    @property
    def id(self) -> str:
        """A name for the lineage that begins with this delivery: 8 hexadecimal digits."""
        return f"{int(self.hashes[0]) if len(self.hashes) else 0:016x}"[-8:]


@dataclass(frozen=True, slots=True)
class Match:
    """How well data fit a lineage: shares of the old in the new and of the new in the old (None: too few to say)."""

    lineage: str
    old_in_new: float
    new_in_old: float | None

    @property
    def same(self) -> bool:
        """Whether the data are this lineage's."""
        back = self.new_in_old
        return max(self.old_in_new, back or 0.0) >= SAME and (back is None or back >= LEAST)


def hashes_of(ledger: Ledger) -> UInt64:
    """A hash of every row of disbursements, ascending; shape (n,). A corrected row is one more."""
    table = ledger.tables["disbursements"]
    amount = np.nan_to_num(table.numbers("amount"), nan=-1.0).astype(np.int64).view(np.uint64)
    mixed = _mixed(_texts(ledger, "disbursement", table.codes("disbursement_id")))
    for part in (table.known_at.view(np.uint64), amount, _texts(ledger, "division", table.codes("division_code"))):
        mixed = _mixed(mixed ^ part)
    return np.sort(mixed)


def sketch(hashes: UInt64) -> Sketch:
    """The sketch of a delivery from its hashes, ascending."""
    return Sketch(np.unique(hashes[: 4 * KEPT])[:KEPT], len(hashes))


def compare(lineage: str, kept: Sketch, hashes: UInt64) -> Match:
    """How well data with these hashes, ascending, fit a delivery a lineage remembers."""
    if len(kept.hashes) == 0 or len(hashes) == 0:
        return Match(lineage, 0.0, None)
    places = np.minimum(np.searchsorted(hashes, kept.hashes), len(hashes) - 1)
    old_in_new = float((hashes[places] == kept.hashes).mean())
    below = np.unique(hashes[: int(np.searchsorted(hashes, kept.hashes[-1], side="right"))])
    # All of a small delivery is kept: then there is no bound, and every hash of the new data counts.
    if len(kept.hashes) < KEPT:
        below = np.unique(hashes)
    back = float(np.isin(below, kept.hashes, assume_unique=True).mean()) if len(below) >= ENOUGH else None
    return Match(lineage, old_in_new, back)


def recognise(ledger: Ledger) -> str | None:
    """The lineage these data belong to, None where the record knows none of it. Raises RegistryError."""
    kept = _all_kept()
    if not kept:
        return None
    hashes = hashes_of(ledger)
    found = [compare(lineage, one, hashes) for lineage, sketches in kept.items() for one in sketches]
    same = [match for match in found if match.same]
    return max(same, key=lambda m: m.old_in_new + (m.new_in_old or 0.0)).lineage if same else None


def is_remembered(lineage: str) -> bool:
    """Whether the record knows any delivery of a lineage."""
    return _path(lineage).exists()


def remember(lineage: str, new: Sketch) -> None:
    """Keep a delivery's sketch with its lineage, the newest few of them."""
    fresh: dict[str, Any] = {"lineage": lineage, "deliveries": []}
    told = {"payments": new.payments, "hashes": [f"{int(one):016x}" for one in new.hashes]}
    with _alone():
        plain = _read(_path(lineage)) if _path(lineage).exists() else fresh
        others = [one for one in plain["deliveries"] if one["hashes"] != told["hashes"]]
        plain["deliveries"] = [*others, told][-DELIVERIES:]
        _write(plain)


def note_findings(lineage: str, findings: int, decided_until: str) -> None:
    """Write down how many findings the lineage's data hold and until when they were decided (ISO 8601)."""
    if not _path(lineage).exists() or _knows(_read(_path(lineage)), findings, decided_until):
        return
    # Scoring writes here too, while a training may be remembering a delivery.
    with _alone():
        plain = _read(_path(lineage))
        if not _knows(plain, findings, decided_until):
            plain["findings"] = {"count": findings, "decided_until": decided_until}
            _write(plain)


def _knows(plain: dict[str, Any], findings: int, decided_until: str) -> bool:
    """Only ever more: data of an earlier day scored again must not hide what is known already."""
    seen = plain.get("findings", {})
    return bool(seen) and (seen["decided_until"], seen["count"]) >= (decided_until, findings)


def findings_seen(lineage: str) -> tuple[int, str]:
    """How many findings the record has seen in a lineage's data, and until when decided; (0, "") for none."""
    if not _path(lineage).exists():
        return 0, ""
    seen = _read(_path(lineage)).get("findings", {})
    return int(seen.get("count", 0)), str(seen.get("decided_until", ""))


def _alone() -> AbstractContextManager[None]:
    """One writer of lineages at a time; not the record's own lock, which a training holds for long."""
    return alone(root() / FOLDER / ".lock")


def _path(lineage: str) -> Path:
    return root() / FOLDER / f"{lineage or 'first'}.json"


def _all_kept() -> dict[str, list[Sketch]]:
    found: dict[str, list[Sketch]] = {}
    for path in sorted((root() / FOLDER).glob("*.json")):
        plain = _read(path)
        found[plain["lineage"]] = [
            Sketch(np.array([int(h, 16) for h in one["hashes"]], np.uint64), int(one["payments"]))
            for one in plain["deliveries"]
        ]
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(plain["lineage"], str) or not isinstance(plain["deliveries"], list):
            raise TypeError("not a lineage")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"{path} cannot be read: restore the record from a copy") from error
    return plain


def _write(plain: dict[str, Any]) -> None:
    write_whole(_path(plain["lineage"]), json.dumps(plain, separators=(",", ":")) + "\n")


def _texts(ledger: Ledger, entity: str, codes: NDArray[np.int32]) -> UInt64:
    """A hash of the text behind each code, the same in every data set; 0 where null."""
    values = ledger.vocabulary(entity).values.cast(pa.large_string())
    _, offsets, data = values.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
    letters = np.frombuffer(data, dtype=np.uint8) if data is not None and data.size else np.zeros(1, np.uint8)
    known = np.append(_hashed(starts, letters), np.uint64(0))
    return np.asarray(known[codes])


@njit(cache=True, nogil=True)
def _hashed(starts: NDArray[np.int64], letters: NDArray[np.uint8]) -> UInt64:
    """FNV-1a of each text."""
    out = np.empty(starts.shape[0] - 1, np.uint64)
    for k in range(out.shape[0]):
        h = np.uint64(14695981039346656037)
        for j in range(starts[k], starts[k + 1]):
            h = (h ^ np.uint64(letters[j])) * np.uint64(1099511628211)
        out[k] = h
    return out


def _mixed(values: UInt64) -> UInt64:
    """splitmix64's finaliser: every bit of the input reaches every bit of the output."""
    z = values + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
