"""Where there is a journal: beside a SQLite database, and nowhere else."""

from __future__ import annotations

from service.work.context import Context
from service.work.scoring.recover import journal_path, recover_if_free
from service.work.scoring.settled import settled


def test_only_beside_sqlite(context: Context) -> None:
    """On PostgreSQL writers do not wait for each other; nothing is recovered or waited for there."""
    assert (journal_path(context) is not None) == (context.database.kind == "sqlite")
    assert recover_if_free(context) == 0
    assert not settled(context)
