"""What Alembic runs: the steps, over the connection `service.store.migrate` hands in."""

from __future__ import annotations

from alembic import context

from service.store import every_table

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=every_table(),
    # SQLite changes a column by making the table anew.
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
