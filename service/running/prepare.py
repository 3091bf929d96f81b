"""Before anything starts: the deployment's keys, database and tables are there, or it is said what is missing."""

from __future__ import annotations

from service.running.context import make_context
from service.settings import Settings
from service.store import migrate
from service.work.context import Context
from service.work.scoring.recover import recover_if_free


def prepare(settings: Settings) -> Context:
    """Make the home, bring the tables to this release's shape and what a crash left in the journal into them, and
    return what everything works with.

    Raises DatabaseError, SealError, MigrationError, WrongUsageError and OSError, each saying what to do.
    """
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    context = make_context(settings)
    migrate.upgrade(context.database)
    recover_if_free(context)
    return context
