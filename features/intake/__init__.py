"""From handed-over files to checked, typed tables: `load` a folder, or `accept_rows` of one table."""

from __future__ import annotations

from features.intake.errors import ConservationError, IntakeError
from features.intake.load import Progress, load
from features.intake.report import IntakeReport, QuarantinedRow, TableReport
from features.intake.rows import AcceptedRows, accept_rows

__all__ = [
    "AcceptedRows",
    "ConservationError",
    "IntakeError",
    "IntakeReport",
    "Progress",
    "QuarantinedRow",
    "TableReport",
    "accept_rows",
    "load",
]
