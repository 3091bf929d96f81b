"""A table the database itself lets nobody change or shorten: triggers that refuse UPDATE, DELETE and TRUNCATE.

They stop mistakes and anybody with the service's rights. Whoever owns the database can take them away; then the chain
of hashes and the anchors tell (`docs/decisions/0018-sealing-and-log.md`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text


def append_only_ddl(table: str, key: str, kind: str) -> list[str]:
    """The statements that make a table with the primary key column `key` append-only on `sqlite` or `postgresql`: for a
    migration, or after `create`.

    Raises ValueError for another kind of database.
    """
    if kind == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("update", "delete")
        ] + [
            # INSERT OR REPLACE takes a row away without asking the trigger on DELETE.
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of our own tables
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ]
    if kind == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        ]
    raise ValueError(f"found {kind}, expected sqlite or postgresql")


def remove_append_only_ddl(table: str, kind: str) -> list[str]:
    """The statements that take the triggers away again: for the way back of a migration."""
    if kind == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete", "replace")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_refuse()",
    ]


def append_only(table: str, key: str) -> Callable[..., None]:
    """What to listen with on a table's `after_create`, so that `create_all` makes the triggers too."""

    def after_create(_table: Any, connection: Connection, **_: Any) -> None:
        for statement in append_only_ddl(table, key, connection.dialect.name):
            connection.execute(text(statement))

    return after_create
