"""The chain of payments, sums, recipients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "funds",
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
        sa.PrimaryKeyConstraint("atom", name=op.f("pk_funds")),
    )
    op.create_index("ix_funds_division_code", "funds", ["division_code"], unique=False)
    op.create_index("ix_funds_program_id_period", "funds", ["program_id", "period"], unique=False)
    op.create_index("ix_funds_run_key", "funds", ["run_key"], unique=False)
    op.create_table(
        "funds_days",
        sa.Column("row", columns.Number, nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_funds_days")),
    )
    op.create_index("ix_funds_days_run_key", "funds_days", ["run_key"], unique=False)
    op.create_table(
        "funds_stale",
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("stamp", columns.Number, nullable=False),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_funds_stale")),
    )
    op.create_table(
        "items",
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("release_limit_days", sa.Integer(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_items")),
    )
    op.create_table(
        "payment_steps",
        sa.Column("step", columns.Number, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_payment_steps")),
    )
    op.create_index("ix_payment_steps_subject_id_at", "payment_steps", ["subject_id", "subject", "at"], unique=False)
    op.create_table(
        "payments",
        sa.Column("payment", columns.Number, nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("known_at", columns.Moment(), nullable=False),
        sa.Column("until", columns.Moment(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("card_last_four", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reissue_of", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("payment", name=op.f("pk_payments")),
    )
    op.create_index("ix_payments_card_known_at", "payments", ["card", "known_at"], unique=False)
    op.create_index("ix_payments_disbursement_id", "payments", ["disbursement_id"], unique=False)
    op.create_index("ix_payments_person_known_at", "payments", ["person", "known_at"], unique=False)
    op.create_index("ix_payments_program_id_period", "payments", ["program_id", "period"], unique=False)
    op.create_index("ix_payments_reissue_of", "payments", ["reissue_of"], unique=False)
    op.create_index("ix_payments_run_id", "payments", ["run_id"], unique=False)
    op.create_table(
        "recipient_codes",
        sa.Column("code", columns.Number, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("last_six", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("ends_at", columns.Moment(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_recipient_codes")),
    )
    op.create_index("ix_recipient_codes_ends_at", "recipient_codes", ["ends_at"], unique=False)
    op.create_index("ix_recipient_codes_last_six", "recipient_codes", ["last_six"], unique=False)
    op.create_table(
        "recipient_notices",
        sa.Column("notice", columns.Number, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=True),
        sa.Column("content", columns.Sealed(), nullable=True),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.Column("due_at", columns.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", columns.Moment(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("notice", name=op.f("pk_recipient_notices")),
    )
    op.create_index("ix_recipient_notices_person", "recipient_notices", ["person"], unique=False)
    op.create_index("ix_recipient_notices_state_due_at", "recipient_notices", ["state", "due_at"], unique=False)
    op.create_index("uq_recipient_notices_about", "recipient_notices", ["about"], unique=True)
    op.create_table(
        "recipients",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("last_six", sa.Text(), nullable=False),
        sa.Column("number", columns.Sealed(), nullable=False),
        sa.Column("name", columns.Sealed(), nullable=False),
        sa.Column("phone", columns.Sealed(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("recorded_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_recipients")),
    )
    op.create_index("ix_recipients_last_six", "recipients", ["last_six"], unique=False)
    op.create_table(
        "reports",
        sa.Column("report", columns.Number, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("text", columns.Sealed(), nullable=False),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", columns.Sealed(), nullable=True),
        sa.Column("answered_at", columns.Moment(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_reports")),
    )
    op.create_index("ix_reports_person", "reports", ["person"], unique=False)
    op.create_index("ix_reports_state_made_at", "reports", ["state", "made_at"], unique=False)
    op.create_index("uq_reports_number", "reports", ["number"], unique=True)
    op.create_table(
        "run_funds",
        sa.Column("run_funds", columns.Number, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("known_at", columns.Moment(), nullable=False),
        sa.Column("until", columns.Moment(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("funds_received_on", sa.Date(), nullable=True),
        sa.Column("funds_fen", sa.BigInteger(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("run_funds", name=op.f("pk_run_funds")),
    )
    op.create_index("ix_run_funds_program_id_period", "run_funds", ["program_id", "period"], unique=False)
    op.create_index("ix_run_funds_run_id", "run_funds", ["run_id"], unique=False)


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_run_funds_run_id", table_name="run_funds")
    op.drop_index("ix_run_funds_program_id_period", table_name="run_funds")
    op.drop_table("run_funds")
    op.drop_index("uq_reports_number", table_name="reports")
    op.drop_index("ix_reports_state_made_at", table_name="reports")
    op.drop_index("ix_reports_person", table_name="reports")
    op.drop_table("reports")
    op.drop_index("ix_recipients_last_six", table_name="recipients")
    op.drop_table("recipients")
    op.drop_index("uq_recipient_notices_about", table_name="recipient_notices")
    op.drop_index("ix_recipient_notices_state_due_at", table_name="recipient_notices")
    op.drop_index("ix_recipient_notices_person", table_name="recipient_notices")
    op.drop_table("recipient_notices")
    op.drop_index("ix_recipient_codes_last_six", table_name="recipient_codes")
    op.drop_index("ix_recipient_codes_ends_at", table_name="recipient_codes")
    op.drop_table("recipient_codes")
    op.drop_index("ix_payments_run_id", table_name="payments")
    op.drop_index("ix_payments_reissue_of", table_name="payments")
    op.drop_index("ix_payments_program_id_period", table_name="payments")
    op.drop_index("ix_payments_person_known_at", table_name="payments")
    op.drop_index("ix_payments_disbursement_id", table_name="payments")
    op.drop_index("ix_payments_card_known_at", table_name="payments")
    op.drop_table("payments")
    op.drop_index("ix_payment_steps_subject_id_at", table_name="payment_steps")
    op.drop_table("payment_steps")
    op.drop_table("items")
    op.drop_table("funds_stale")
    op.drop_index("ix_funds_days_run_key", table_name="funds_days")
    op.drop_table("funds_days")
    op.drop_index("ix_funds_run_key", table_name="funds")
    op.drop_index("ix_funds_program_id_period", table_name="funds")
    op.drop_index("ix_funds_division_code", table_name="funds")
    op.drop_table("funds")
