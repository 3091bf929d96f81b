"""The lists of a run, summed up: what whoever signs looks at and says again."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row

from service.store import run_rows


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows and amounts (whole fen) of each list, quarantined rows, and the version of the lists.

    `version` goes up whenever a row changes its list.
    """

    version: int
    release: int
    release_fen: int
    verify: int
    verify_fen: int
    corrected: int
    corrected_fen: int
    quarantined: int

    def as_document(self) -> dict[str, int]:
        """The same by name."""
        return asdict(self)


def lists_of(connection: Connection, run: Row[Any]) -> Lists:
    """The lists of a run as they stand in this transaction."""
    return summed(run, run_rows.tally(connection, int(run.run)))


def summed(run: Row[Any], tally: run_rows.Tally) -> Lists:
    """The lists out of the counts of a run's rows."""
    on = tally.lists
    return Lists(
        int(run.lists_version), *on["release"], *on["verify"], *on["corrected"], quarantined=int(run.rows_quarantined)
    )


def fingerprint(connection: Connection, run: int) -> str:
    """A hash over every row of the lists, in order: place, payment, list, amount. SHA-256, hexadecimal."""
    found = hashlib.sha256()
    for place, name, on, fen in run_rows.on_lists(connection, run):
        found.update(f"{place}\t{name}\t{on}\t{fen}\n".encode())
    return found.hexdigest()
