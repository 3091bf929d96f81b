"""Jobs of recipients' reports."""

from __future__ import annotations

from typing import Final

from service.work.jobs import Handler
from service.work.recipients import open_cases
from service.work.recipients.report import CASE_JOB

JOBS: Final[dict[str, Handler]] = {CASE_JOB: open_cases.cases_of_reports}
"""Handler by kind."""

RECURRING: Final = (CASE_JOB,)
"""Looked for at each start: reports from before a release that brought them before a desk."""
