"""The job of the record of models."""

from __future__ import annotations

from typing import Final

from service.work.jobs import Handler
from service.work.model_pages.decide import FOLLOW, follow_releases

JOBS: Final[dict[str, Handler]] = {FOLLOW: follow_releases}
"""Kinds of jobs of this package and what does them."""
