"""What of personal data is done by the worker."""

from __future__ import annotations

from typing import Final

from service.work.jobs import Handler
from service.work.personal.retention import KIND, remove_expired

JOBS: Final[dict[str, Handler]] = {KIND: remove_expired}

RECURRING: Final = (KIND,)
"""Kinds to be added once, under their own name, when a worker starts; each adds itself again."""
