"""Jobs, events for other systems, webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "followers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", columns.Number, nullable=False),
        sa.Column("until_seq", columns.Number, nullable=True),
        sa.Column("as_of", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_followers")),
    )
    op.create_table(
        "jobs",
        sa.Column("job_id", columns.Number, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", columns.Document, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("due_at", columns.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("stalls", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("held_until", columns.Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_name", "jobs", ["name"], unique=False)
    op.create_index("ix_jobs_state_due_at", "jobs", ["state", "due_at"], unique=False)
    op.create_table(
        "outbox_events",
        sa.Column("number", columns.Number, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("position", columns.Number, nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("data", columns.Document, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_events_at", "outbox_events", ["at"], unique=False)
    op.create_index("uq_outbox_events_event_id", "outbox_events", ["event_id"], unique=True)
    op.create_index("uq_outbox_events_position", "outbox_events", ["position"], unique=True)
    op.create_table(
        "webhook_subscriptions",
        sa.Column("subscription_id", columns.Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", columns.Document, nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.Column("asked_by", columns.Number, nullable=True),
        sa.Column("position", columns.Number, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wait_until", columns.Moment(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("held_until", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_webhook_subscriptions")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", columns.Number, nullable=False),
        sa.Column("subscription_id", columns.Number, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("position", columns.Number, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.Moment(), nullable=False),
        sa.Column("first_tried_at", columns.Moment(), nullable=True),
        sa.Column("ended_at", columns.Moment(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["webhook_subscriptions.subscription_id"],
            name=op.f("fk_webhook_deliveries_subscription_id_webhook_subscriptions"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_webhook_deliveries")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_deliveries_ended_at", "webhook_deliveries", ["ended_at"], unique=False)
    op.create_index(
        "ix_webhook_deliveries_subscription_id_state_due_at",
        "webhook_deliveries",
        ["subscription_id", "state", "due_at"],
        unique=False,
    )
    op.create_index(
        "ix_webhook_deliveries_subscription_id_subject_state",
        "webhook_deliveries",
        ["subscription_id", "subject", "state"],
        unique=False,
    )
    op.create_index(
        "uq_webhook_deliveries_subscription_id_event_id_round",
        "webhook_deliveries",
        ["subscription_id", "event_id", "round"],
        unique=True,
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("secret_id", columns.Number, nullable=False),
        sa.Column("subscription_id", columns.Number, nullable=False),
        sa.Column("sealed", columns.Sealed(), nullable=False),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["webhook_subscriptions.subscription_id"],
            name=op.f("fk_webhook_secrets_subscription_id_webhook_subscriptions"),
        ),
        sa.PrimaryKeyConstraint("secret_id", name=op.f("pk_webhook_secrets")),
    )
    op.create_index("ix_webhook_secrets_subscription_id", "webhook_secrets", ["subscription_id"], unique=False)


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_webhook_secrets_subscription_id", table_name="webhook_secrets")
    op.drop_table("webhook_secrets")
    op.drop_index("uq_webhook_deliveries_subscription_id_event_id_round", table_name="webhook_deliveries")
    op.drop_index("ix_webhook_deliveries_subscription_id_subject_state", table_name="webhook_deliveries")
    op.drop_index("ix_webhook_deliveries_subscription_id_state_due_at", table_name="webhook_deliveries")
    op.drop_index("ix_webhook_deliveries_ended_at", table_name="webhook_deliveries")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_subscriptions")
    op.drop_index("uq_outbox_events_position", table_name="outbox_events")
    op.drop_index("uq_outbox_events_event_id", table_name="outbox_events")
    op.drop_index("ix_outbox_events_at", table_name="outbox_events")
    op.drop_table("outbox_events")
    op.drop_index("ix_jobs_state_due_at", table_name="jobs")
    op.drop_index("ix_jobs_name", table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("followers")
