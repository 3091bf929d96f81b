"""Bring what a journal holds into the database: after a crash, or when another process owned it until now."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from service.sealing.seal import SealError
from service.store.journal import Entry, Journal
from service.work.scoring.bring import bring
from service.work.scoring.taken import Taken, taken_of

if TYPE_CHECKING:
    from service.work.context import Context

_LOG = logging.getLogger("mingbai.journal")

FILE: Final = "journal.db"
"""Its name among the service's own files."""

AT_ONCE: Final = 200
"""Entries brought in one transaction."""


def journal_path(context: Context) -> Path | None:
    """Where the journal of a deployment lies; None on PostgreSQL, where writers do not wait for each other."""
    return context.settings.state / FILE if context.database.kind == "sqlite" else None


def recover(context: Context, journal: Journal) -> int:
    """Bring every entry of a journal this process owns into the database; how many there were.

    An entry that cannot be read or brought is set aside, and said. Raises SQLAlchemyError when the database does not
    take anything, sqlite3.Error when the journal cannot be read.
    """
    done = 0
    while entries := journal.entries(AT_ONCE):
        group = [taken for entry in entries if (taken := _read(context, journal, entry)) is not None]
        bring_all(context, journal, group)
        done += len(group)
    if done:
        _LOG.info("brought %d answers from the journal into the database", done)
    return done


def recover_if_free(context: Context, path: Path | None = None) -> int:
    """The same for a journal nobody owns, if there is one: the deployment's, or that in a file. What a running scorer
    owns is left to it; what cannot be brought now waits."""
    path = journal_path(context) if path is None else path
    if path is None or not path.exists():
        return 0
    journal = Journal(path)
    with closing(journal):
        try:
            return recover(context, journal) if journal.own() else 0
        except (sqlite3.Error, SQLAlchemyError) as error:
            _LOG.error("what a journal holds cannot be brought into the database: %s", type(error).__name__)
            return 0


def bring_all(context: Context, journal: Journal, group: Sequence[Taken]) -> None:
    """Bring a group without a history, together or, where that fails, one by one."""
    if not group:
        return
    try:
        with context.database.write() as connection:
            conflicts = bring(context, connection, group).conflicts
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(group) > 1:
            for one in group:
                bring_all(context, journal, [one])
            return
        set_aside(journal, group[0].number, type(error).__name__)
        return
    finish(journal, group, conflicts)


def finish(journal: Journal, group: Sequence[Taken], conflicts: Sequence[int]) -> None:
    """Drop the entries of a group that is in the database; those in conflict are set aside."""
    for number in conflicts:
        set_aside(journal, number, "on record with other content")
    journal.drop([taken.number for taken in group if taken.number not in conflicts])


def set_aside(journal: Journal, number: int, why: str) -> None:
    """Keep an entry that cannot be brought, and say so."""
    journal.set_aside(number, why)
    _LOG.error("an answer cannot be brought into the database and stays in the journal as entry %d: %s", number, why)


def _read(context: Context, journal: Journal, entry: Entry) -> Taken | None:
    try:
        return taken_of(context, entry)
    except (SealError, ValueError, KeyError, OSError) as error:
        set_aside(journal, entry.number, type(error).__name__)
        return None
