"""Jobs of this package: kinds and what does them, and those that come again by themselves."""

from __future__ import annotations

from service.work.jobs import Handler
from service.work.webhooks.forget import KIND, forget_events

JOBS: dict[str, Handler] = {KIND: forget_events}

RECURRING: tuple[str, ...] = (KIND,)
"""Kinds every deployment has one of; a worker adds what is missing when it starts."""
