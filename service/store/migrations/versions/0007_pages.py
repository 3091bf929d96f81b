"""What the pages keep, and indexes their lists are sorted by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "form_keys",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("sent_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_form_keys")),
    )
    op.create_table(
        "funds_flows",
        sa.Column("flow", columns.Number, nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("credited_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("repaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waiting_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("flow", name=op.f("pk_funds_flows")),
    )
    op.create_index("ix_funds_flows_division_code", "funds_flows", ["division_code"], unique=False)
    op.create_index("ix_funds_flows_program_id_period", "funds_flows", ["program_id", "period"], unique=False)
    op.create_index("ix_funds_flows_run_key", "funds_flows", ["run_key"], unique=False)
    op.create_table(
        "studies",
        sa.Column("study_id", columns.Number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", columns.Moment(), nullable=False),
        sa.Column("arguments", columns.Document, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done_at", columns.Moment(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("problem_en", sa.Text(), nullable=True),
        sa.Column("problem_zh", sa.Text(), nullable=True),
        sa.Column("published_at", columns.Moment(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("study_id", name=op.f("pk_studies")),
    )
    op.create_index("ix_studies_kind_about_study_id", "studies", ["kind", "about", "study_id"], unique=False)
    op.create_index("ix_studies_kind_published_at", "studies", ["kind", "published_at"], unique=False)
    op.create_table(
        "town_days",
        sa.Column("row", columns.Number, nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_town_days")),
    )
    op.create_index("ix_town_days_run_key", "town_days", ["run_key"], unique=False)
    op.create_table(
        "town_flows",
        sa.Column("flow", columns.Number, nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("credited_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("repaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waiting_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("flow", name=op.f("pk_town_flows")),
    )
    op.create_index("ix_town_flows_division_code", "town_flows", ["division_code"], unique=False)
    op.create_index("ix_town_flows_run_key", "town_flows", ["run_key"], unique=False)
    op.create_table(
        "town_funds",
        sa.Column("atom", columns.Number, nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("credited_fen", sa.BigInteger(), nullable=False),
        sa.Column("returned_fen", sa.BigInteger(), nullable=False),
        sa.Column("repaid_fen", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("waiting_fen", sa.BigInteger(), nullable=False),
        sa.Column("first_submitted_at", columns.Moment(), nullable=True),
        sa.Column("last_paid_at", columns.Moment(), nullable=True),
        sa.Column("funds_received_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("atom", name=op.f("pk_town_funds")),
    )
    op.create_index("ix_town_funds_division_code", "town_funds", ["division_code"], unique=False)
    op.create_index("ix_town_funds_run_key", "town_funds", ["run_key"], unique=False)
    op.drop_index(op.f("ix_cases_counts"), table_name="cases")
    op.create_index(
        "ix_cases_counts",
        "cases",
        ["is_open", "desk", "state", "division_code", "assignee_id", "loss_fen"],
        unique=False,
    )
    op.create_index("ix_cases_desk_amount_fen", "cases", ["is_open", "desk", "amount_fen", "case_id"], unique=False)
    op.create_index("ix_cases_desk_closed_at", "cases", ["is_open", "desk", "closed_at", "case_id"], unique=False)
    op.create_index("ix_cases_desk_due_at", "cases", ["is_open", "desk", "due_at", "case_id"], unique=False)
    op.create_index("ix_cases_desk_opened_at", "cases", ["is_open", "desk", "opened_at", "case_id"], unique=False)
    op.create_index(
        "ix_cases_offered_as",
        "cases",
        ["offered_as", "is_open", "rank_key", "case_id"],
        unique=False,
        sqlite_where=sa.text("offered_as != 'alert'"),
        postgresql_where=sa.text("offered_as != 'alert'"),
    )
    # Sums of days gone by and of towns are made once more in the background.
    op.execute(
        "insert into funds_stale (run_key, stamp) select distinct run_key, 0 from funds "
        "where run_key not in (select run_key from funds_stale)"
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index(
        "ix_cases_offered_as",
        table_name="cases",
        sqlite_where=sa.text("offered_as != 'alert'"),
        postgresql_where=sa.text("offered_as != 'alert'"),
    )
    op.drop_index("ix_cases_desk_opened_at", table_name="cases")
    op.drop_index("ix_cases_desk_due_at", table_name="cases")
    op.drop_index("ix_cases_desk_closed_at", table_name="cases")
    op.drop_index("ix_cases_desk_amount_fen", table_name="cases")
    op.drop_index("ix_cases_counts", table_name="cases")
    op.create_index(op.f("ix_cases_counts"), "cases", ["is_open", "desk", "state", "division_code"], unique=False)
    op.drop_index("ix_town_funds_run_key", table_name="town_funds")
    op.drop_index("ix_town_funds_division_code", table_name="town_funds")
    op.drop_table("town_funds")
    op.drop_index("ix_town_flows_run_key", table_name="town_flows")
    op.drop_index("ix_town_flows_division_code", table_name="town_flows")
    op.drop_table("town_flows")
    op.drop_index("ix_town_days_run_key", table_name="town_days")
    op.drop_table("town_days")
    op.drop_index("ix_studies_kind_published_at", table_name="studies")
    op.drop_index("ix_studies_kind_about_study_id", table_name="studies")
    op.drop_table("studies")
    op.drop_index("ix_funds_flows_run_key", table_name="funds_flows")
    op.drop_index("ix_funds_flows_program_id_period", table_name="funds_flows")
    op.drop_index("ix_funds_flows_division_code", table_name="funds_flows")
    op.drop_table("funds_flows")
    op.drop_table("form_keys")
