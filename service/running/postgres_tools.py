"""PostgreSQL's own programs for a dump and for putting it back, where they are at hand and new enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

from sqlalchemy import text

from service.store import Database


class ToolError(Exception):
    """A program that failed, or is needed and not there. `str()` never holds a password or a row."""


@dataclass(frozen=True, slots=True)
class Tools:
    """`pg_dump` and `pg_restore`."""

    pg_dump: str
    pg_restore: str

    def dump(self, database: Database, to: Path) -> None:
        """Write a dump as of one moment. Raises ToolError."""
        _run([self.pg_dump, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}"], database)

    def restore(self, database: Database, source: Path) -> None:
        """Put a dump in the place of what is there under the same names, all of it or nothing. Raises ToolError."""
        options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--exit-on-error"]
        options += ["--single-transaction", "--dbname="]
        url = database.engine.url
        options[-1] += url.database or ""
        _run([self.pg_restore, *options, str(source)], database)


@overload
def find(database: Database, *, needed: Literal[True]) -> Tools: ...
@overload
def find(database: Database) -> Tools | None: ...
def find(database: Database, *, needed: bool = False) -> Tools | None:
    """The programs, None where they are not there or older than the server; ToolError where they are needed."""
    paths = [shutil.which(name) for name in ("pg_dump", "pg_restore")]
    if paths[0] and paths[1] and _major(paths[0]) >= _server_major(database):
        return Tools(paths[0], paths[1])
    if needed:
        raise ToolError(
            f"the archive was made by pg_dump: install pg_restore {_server_major(database)} or later "
            "(postgresql-client)"
        )
    return None


def _major(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)(\.\d+)?", told)
    return int(found[1]) if found else 0


def _server_major(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(text("show server_version_num")).scalar_one()) // 10_000


def _run(command: list[str], database: Database) -> None:
    """Run a program against a database; what the connection needs goes by environment, where nobody lists it."""
    url = database.engine.url
    given = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": str(url.port) if url.port else url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    environment = {**os.environ, **{name: str(value) for name, value in given.items() if value}}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        # What it says may quote rows; the first words name the failure.
        told = re.sub(r'["\'(].*', "", done.stderr.strip().splitlines()[0] if done.stderr.strip() else "")
        raise ToolError(f"{Path(command[0]).name} failed with {done.returncode}: {told[:200]}")
