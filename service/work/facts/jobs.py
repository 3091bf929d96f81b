"""The jobs of facts: by kind what does them."""

from __future__ import annotations

from typing import Final

from service.work.facts import asked_hourly
from service.work.facts.follow_live import KIND, follow_live
from service.work.jobs import Handler

JOBS: Final[dict[str, Handler]] = {KIND: follow_live, asked_hourly.KIND: asked_hourly.payments_asked}

RECURRING: Final = (KIND, asked_hourly.KIND)
"""Added once when a worker starts; they add themselves again."""
