"""Load a folder of tables into its store and open the ledger over it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError

if TYPE_CHECKING:
    from features.asof import Ledger
    from features.intake import IntakeReport
    from models.scoring.policy import Policy

LoadProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class OpenData:
    """What the load did, and the ledger over what it stored."""

    report: IntakeReport
    ledger: Ledger


def store_of(data: Path, home: Path) -> Path:
    """The folder under `home` where the checked tables of `data` are kept: one a folder, whatever its contents."""
    place = data.resolve()
    digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:12]
    return home / "data" / f"{place.name or 'data'}-{digest}"


def load_data(data: Path, home: Path, progress: LoadProgress | None = None) -> IntakeReport:
    """Load what has changed in the folder since the last time.

    Raises UnusableDataError when the folder cannot be loaded at all, with file, line, column, found and expected.
    """
    from features.intake import IntakeError, load
    from models._record import alone

    store = store_of(data, home)
    # A second load of the same store waits, then finds the work done.
    with alone(home / "data" / f".{store.name}.lock"):
        try:
            return load(data, store, progress=progress)
        except IntakeError as error:
            raise UnusableDataError(str(error), error.in_chinese()) from error


def open_data(data: Path, home: Path, policy: Policy, progress: LoadProgress | None = None) -> OpenData:
    """Load the folder and open its ledger. Raises UnusableDataError, also where no payment was accepted."""
    from features.asof import Ledger

    report = load_data(data, home, progress)
    if report.tables["disbursements"].stored == 0:
        raise UnusableDataError(
            f"{data}: no row of disbursements was accepted; `mingbai check` says why",
            f"{data}：发放明细没有一行可用；请运行 `mingbai check` 查看原因",
        )
    return OpenData(report, Ledger.open(report.store, utc_offset_hours=policy.utc_offset_hours))
