"""Queries that come again and again follow an index, whatever the number of rows; told by the database itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, text

from service.store import verifications
from service.work.context import Context


def plan_of(context: Context, statement: str, parameters: Any) -> str:
    """How the database would answer a statement where it has to: empty tables are as quickly read and sorted whole."""
    with context.database.write() as connection:
        if context.database.kind == "postgresql":
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.execute(text(f"set local enable_{way} = off"))
        explain = "EXPLAIN " if context.database.kind == "postgresql" else "EXPLAIN QUERY PLAN "
        return "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))


def test_questions_to_be_asked_are_looked_for_among_those_that_ask(context: Context) -> None:
    """The job that releases looks every few minutes: it reads the few scores that ask, not all there ever were."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with context.database.read() as connection:
        event.listen(context.database.engine, "before_cursor_execute", note)
        verifications.unasked(connection, 500)
        event.remove(context.database.engine, "before_cursor_execute", note)
    assert "ix_scores_alerts" in plan_of(context, *asked[-1])
