"""What a process of the service works with, made from its settings."""

from __future__ import annotations

from service.clock import SystemClock
from service.sealing.keys import load_seal
from service.settings import Settings
from service.store import Database
from service.work.context import Context
from service.work.read_policy import read_policy


def make_context(settings: Settings) -> Context:
    """Database, clock, seal and policy of a deployment.

    Raises DatabaseError, SealError and WrongUsageError, and OSError for a file of keys that cannot be read.
    """
    database = Database(settings.database_url, connections=settings.database_connections)
    return Context(
        settings, database, SystemClock(settings.clock_days_back), load_seal(settings), read_policy(settings.policy)
    )
