"""What the pages keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "form_keys",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("sent_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_form_keys")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("form_keys")
