"""The jobs of sums and late runs."""

from __future__ import annotations

from typing import Final

from service.work.funds import late, refresh
from service.work.jobs import Handler

JOBS: Final[dict[str, Handler]] = {refresh.KIND: refresh.refresh_funds, late.KIND: late.look_for_late_runs}

RECURRING: Final = (late.KIND,)
"""Kinds to be added once, under their own name, when a worker starts; each adds itself again."""
