"""Watch a period for drift, and write alarms as JSON and as metrics."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import WrongUsageError
from service.work.open_data import OpenData

if TYPE_CHECKING:
    from models.drift.breaks import Break
    from models.drift.watch import Watch
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy


def watch_drift(
    data: OpenData, bundle: Bundle, policy: Policy, as_of_us: int, days: int, noted: tuple[Break, ...] = ()
) -> Watch:
    """What changed in the days before T. Raises WrongUsageError where no payment was submitted in them."""
    from models.drift.watch import watch

    try:
        return watch(data.ledger, bundle, policy, as_of_us, days, noted)
    except ValueError as error:
        raise WrongUsageError(str(error), f"T 之前 {days} 天没有发放明细") from error


def read_calendar(path: Path | None) -> tuple[Break, ...]:
    """Breaks a deployment wrote down: `[[break]]` tables with `on` (a date) and `what`, in TOML.

    Raises WrongUsageError naming the entry that is wrong.
    """
    from models.drift.breaks import Break

    if path is None:
        return ()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUsageError(f"calendar {path.name} cannot be read as TOML: {error}") from error
    if set(found) - {"break"} or not isinstance(found.get("break", []), list):
        raise WrongUsageError(f"calendar {path.name}: found {sorted(found)}, expected [[break]] tables alone")
    out = []
    for number, entry in enumerate(found.get("break", []), start=1):
        if not isinstance(entry, dict) or set(entry) != {"on", "what"}:
            raise WrongUsageError(f"calendar {path.name}, break {number}: expected exactly `on` and `what`")
        day = entry["on"]
        if isinstance(day, str):
            try:
                day = dt.date.fromisoformat(day)
            except ValueError:
                day = None
        if not isinstance(day, dt.date) or isinstance(day, dt.datetime) or not isinstance(entry["what"], str):
            raise WrongUsageError(f"calendar {path.name}, break {number}: `on` must be a date, `what` a text")
        out.append(Break(day.isoformat(), "noted", entry["what"]))
    return tuple(out)


def write_watch(found: Watch, json: Path | None, metrics: Path | None) -> None:
    """Write the watch as JSON and as Prometheus text, each where asked, whole or not at all."""
    from models._record import write_whole
    from models.drift.metrics import metrics_text

    for path, text in ((json, found.to_json), (metrics, lambda: metrics_text(found))):
        if path is not None:
            # A collector may read the file at any moment.
            write_whole(path, text())
