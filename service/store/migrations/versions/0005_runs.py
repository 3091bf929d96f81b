"""Payment runs and what waits for verification."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "run_changes",
        sa.Column("run", columns.Number, nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("place", columns.Number, autoincrement=False, nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=True),
        sa.Column("before_disbursement_id", sa.Text(), nullable=True),
        sa.Column("scope_code", sa.Text(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("before_rows", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("before_amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("card_last_four", sa.Text(), nullable=True),
        sa.Column("before_card_last_four", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run", "change", "place", name=op.f("pk_run_changes")),
    )
    op.create_table(
        "run_pieces",
        sa.Column("run", columns.Number, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("piece", columns.Number, autoincrement=False, nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("fact_seq", columns.Number, nullable=True),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("run", "step", "piece", name=op.f("pk_run_pieces")),
    )
    op.create_table(
        "run_rows",
        sa.Column("run", columns.Number, nullable=False),
        sa.Column("place", columns.Number, autoincrement=False, nullable=False),
        sa.Column("piece", columns.Number, nullable=False),
        sa.Column("line", columns.Number, nullable=True),
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("scope_code", sa.Text(), nullable=True),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.Text(), nullable=False),
        sa.Column("card_hash", sa.Text(), nullable=False),
        sa.Column("card_last_four", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=True),
        sa.Column("list", sa.Text(), nullable=True),
        sa.Column("as_of", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("run", "place", name=op.f("pk_run_rows")),
        sa.UniqueConstraint("run", "disbursement_id", name=op.f("uq_run_rows_run_disbursement_id")),
    )
    op.create_index("ix_run_rows_disbursement_id", "run_rows", ["disbursement_id"], unique=False)
    op.create_index("ix_run_rows_run_list_place", "run_rows", ["run", "list", "place"], unique=False)
    op.create_index("ix_run_rows_run_person_hash", "run_rows", ["run", "person_hash"], unique=False)
    op.create_index("ix_run_rows_run_piece", "run_rows", ["run", "piece"], unique=False)
    op.create_table(
        "runs",
        sa.Column("run", columns.Number, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("planned_on", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("told", columns.Document, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failure", columns.Document, nullable=True),
        sa.Column("notes", columns.Document, nullable=False),
        sa.Column("spool", sa.Text(), nullable=True),
        sa.Column("upload_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("idempotency", sa.Text(), nullable=True),
        sa.Column("sent_by_id", columns.Number, nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_by_person", sa.Text(), nullable=True),
        sa.Column("sent_divisions", columns.Document, nullable=False),
        sa.Column("received_at", columns.Moment(), nullable=False),
        sa.Column("read_at", columns.Moment(), nullable=True),
        sa.Column("scored_at", columns.Moment(), nullable=True),
        sa.Column("cancelled_at", columns.Moment(), nullable=True),
        sa.Column("intake_id", columns.Number, nullable=True),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("rows_taken", sa.BigInteger(), nullable=False),
        sa.Column("rows_repeated", sa.BigInteger(), nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=False),
        sa.Column("rows_scored", sa.BigInteger(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.Column("lists_version", columns.Number, nullable=False),
        sa.Column("compared_with", columns.Number, nullable=True),
        sa.Column("signed_at", columns.Moment(), nullable=True),
        sa.Column("signed_by_id", columns.Number, nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed", columns.Document, nullable=True),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_runs")),
        sa.UniqueConstraint("content", name=op.f("uq_runs_content")),
        sa.UniqueConstraint("sent_by_id", "idempotency", name=op.f("uq_runs_sent_by_id_idempotency")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_division_code", "runs", ["division_code"], unique=False)
    op.create_index("ix_runs_program_id_division_code", "runs", ["program_id", "division_code"], unique=False)
    op.create_index("ix_runs_run_id", "runs", ["run_id"], unique=False)
    op.create_index("ix_runs_state", "runs", ["state"], unique=False)
    op.create_table(
        "verifications",
        sa.Column("verification", columns.Number, nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("run", columns.Number, nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("card_last_four", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("typology", sa.Text(), nullable=False),
        sa.Column("suspect_role", sa.Text(), nullable=False),
        sa.Column("as_of", columns.Moment(), nullable=False),
        sa.Column("asked_at", columns.Moment(), nullable=False),
        sa.Column("deadline", columns.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_how", sa.Text(), nullable=True),
        sa.Column("decided_by_id", columns.Number, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", columns.Moment(), nullable=True),
        sa.Column("reason", columns.Sealed(), nullable=True),
        sa.PrimaryKeyConstraint("verification", name=op.f("pk_verifications")),
        sa.UniqueConstraint("disbursement_id", "as_of", name=op.f("uq_verifications_disbursement_id_as_of")),
    )
    op.create_index("ix_verifications_division_code", "verifications", ["division_code"], unique=False)
    op.create_index("ix_verifications_run", "verifications", ["run"], unique=False)
    op.create_index("ix_verifications_state_deadline", "verifications", ["state", "deadline"], unique=False)


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_verifications_state_deadline", table_name="verifications")
    op.drop_index("ix_verifications_run", table_name="verifications")
    op.drop_index("ix_verifications_division_code", table_name="verifications")
    op.drop_table("verifications")
    op.drop_index("ix_runs_state", table_name="runs")
    op.drop_index("ix_runs_run_id", table_name="runs")
    op.drop_index("ix_runs_program_id_division_code", table_name="runs")
    op.drop_index("ix_runs_division_code", table_name="runs")
    op.drop_table("runs")
    op.drop_index("ix_run_rows_run_piece", table_name="run_rows")
    op.drop_index("ix_run_rows_run_person_hash", table_name="run_rows")
    op.drop_index("ix_run_rows_run_list_place", table_name="run_rows")
    op.drop_index("ix_run_rows_disbursement_id", table_name="run_rows")
    op.drop_table("run_rows")
    op.drop_table("run_pieces")
    op.drop_table("run_changes")
