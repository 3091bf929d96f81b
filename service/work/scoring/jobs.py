"""The jobs of scoring: by kind what does them."""

from __future__ import annotations

from typing import Final

from service.work.facts.follow_ups import RESCORE
from service.work.jobs import Handler
from service.work.scoring.rescore import rescore

JOBS: Final[dict[str, Handler]] = {RESCORE: rescore}

RECURRING: Final = (RESCORE,)
"""Looked after once when a worker starts: what came in while none ran is not forgotten."""
