"""The job that sends notices."""

from __future__ import annotations

from typing import Final

from service.work.jobs import Handler
from service.work.notices.make import KIND
from service.work.notices.send import send_notices

JOBS: Final[dict[str, Handler]] = {KIND: send_notices}

RECURRING: Final[tuple[str, ...]] = ()
"""Whatever adds a notice asks for the job."""
