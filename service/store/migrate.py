"""Bring the service's tables to the shape this release wants, or back; say which shape they have."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.store.database import Database

FOLDER = Path(__file__).parent / "migrations"


class MigrationError(Exception):
    """The tables have a shape this release does not know: made by a newer one, or by hand."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables up, in one transaction: after a failure they are as before.

    Raises MigrationError where they come from a newer release.
    """
    with database.write() as connection:
        database.alone(connection, "migrate")
        found = _revision(connection)
        if found is not None and found not in _known():
            raise MigrationError(
                f"the tables have shape {found}, which this release does not know: run the release that made them"
            )
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Bring the tables back to an earlier shape; what only the later one holds is lost, so a backup comes first."""
    with database.write() as connection:
        database.alone(connection, "migrate")
        command.downgrade(_config(connection), revision)


def current(database: Database) -> str | None:
    """The shape the tables have, None where there are none."""
    with suppress(OperationalError, ProgrammingError), database.read() as connection:
        return _revision(connection)
    return None


def newest() -> str:
    """The shape this release wants."""
    return str(ScriptDirectory(str(FOLDER)).get_current_head())


def is_current(database: Database) -> bool:
    """Whether the tables have the shape this release wants."""
    return current(database) == newest()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}


def _config(connection: Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made
