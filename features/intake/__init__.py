"""From handed-over files to checked, typed tables: `load` a folder, or `accept_rows` of one table."""

from __future__ import annotations

from features.intake.errors import ConservationError, IntakeError
from features.intake.load import Progress, load
from features.intake.report import IntakeReport, QuarantinedRow, TableReport

__all__ = [
    "ConservationError",
    "IntakeError",
    "IntakeReport",
    "Progress",
    "QuarantinedRow",
    "TableReport",
    "load",
]
