"""Matching: runs, rows as they stand, what people said of pairs, decision lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "match_answers",
        sa.Column("answer_id", columns.Number, nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.Column("person_hash", sa.Text(), nullable=False),
        sa.Column("row_print", sa.Text(), nullable=False),
        sa.Column("person_print", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", columns.Moment(), nullable=False),
        sa.Column("why", columns.Sealed(), nullable=True),
        sa.Column("undone_at", columns.Moment(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_match_answers")),
    )
    op.create_index(
        "ix_match_answers_answered_by_answer_id", "match_answers", ["answered_by", "answer_id"], unique=False
    )
    op.create_index(
        "uq_match_answers_standing",
        "match_answers",
        ["row_hash", "person_hash", "row_print", "person_print"],
        unique=True,
        sqlite_where=sa.text("undone_at is null"),
        postgresql_where=sa.text("undone_at is null"),
    )
    op.create_table(
        "match_lines",
        sa.Column("line_id", columns.Number, nullable=False),
        sa.Column("same_probability", sa.Double(), nullable=False),
        sa.Column("none_probability", sa.Double(), nullable=False),
        sa.Column("told", columns.Document, nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_match_lines")),
    )
    op.create_table(
        "match_rows",
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.Column("run_id", columns.Number, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.Text(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("log_odds", sa.Double(), nullable=True),
        sa.Column("tied", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("row_print", sa.Text(), nullable=True),
        sa.Column("person_print", sa.Text(), nullable=True),
        sa.Column("details", columns.Sealed(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("draw_place", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("row_hash", name=op.f("pk_match_rows")),
    )
    op.create_index("ix_match_rows_decision_row_hash", "match_rows", ["decision", "row_hash"], unique=False)
    op.create_index(
        "ix_match_rows_division_code_source_decision",
        "match_rows",
        ["division_code", "source", "decision"],
        unique=False,
    )
    op.create_index(
        "ix_match_rows_draw_place",
        "match_rows",
        ["draw_place"],
        unique=False,
        sqlite_where=sa.text("draw_place is not null"),
        postgresql_where=sa.text("draw_place is not null"),
    )
    op.create_table(
        "match_runs",
        sa.Column("run_id", columns.Number, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", columns.Moment(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("as_of", columns.Moment(), nullable=True),
        sa.Column("fact_seq", columns.Number, nullable=True),
        sa.Column("same_probability", sa.Double(), nullable=True),
        sa.Column("none_probability", sa.Double(), nullable=True),
        sa.Column("spec", sa.Text(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("same", sa.Integer(), nullable=True),
        sa.Column("unsure", sa.Integer(), nullable=True),
        sa.Column("none", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("pairs", sa.BigInteger(), nullable=True),
        sa.Column("cleared", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Integer(), nullable=True),
        sa.Column("events_new", sa.Integer(), nullable=True),
        sa.Column("events_changed", sa.Integer(), nullable=True),
        sa.Column("events_back", sa.Integer(), nullable=True),
        sa.Column("done_at", columns.Moment(), nullable=True),
        sa.Column("problem_en", sa.Text(), nullable=True),
        sa.Column("problem_zh", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_match_runs")),
    )
    op.create_index("ix_match_runs_state_run_id", "match_runs", ["state", "run_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_match_runs_state_run_id", table_name="match_runs")
    op.drop_table("match_runs")
    op.drop_index(
        "ix_match_rows_draw_place",
        table_name="match_rows",
        sqlite_where=sa.text("draw_place is not null"),
        postgresql_where=sa.text("draw_place is not null"),
    )
    op.drop_index("ix_match_rows_division_code_source_decision", table_name="match_rows")
    op.drop_index("ix_match_rows_decision_row_hash", table_name="match_rows")
    op.drop_table("match_rows")
    op.drop_table("match_lines")
    op.drop_index(
        "uq_match_answers_standing",
        table_name="match_answers",
        sqlite_where=sa.text("undone_at is null"),
        postgresql_where=sa.text("undone_at is null"),
    )
    op.drop_index("ix_match_answers_answered_by_answer_id", table_name="match_answers")
    op.drop_table("match_answers")
