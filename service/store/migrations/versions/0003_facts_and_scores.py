"""Facts handed over, who is tied to whom, scores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "awaiting_scores",
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("disbursement_id", name=op.f("pk_awaiting_scores")),
    )
    op.create_table(
        "division_paths",
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("ancestor_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("division_code", "ancestor_code", name=op.f("pk_division_paths")),
    )
    op.create_index("ix_division_paths_ancestor_code", "division_paths", ["ancestor_code"], unique=False)
    op.create_table(
        "fact_batches",
        sa.Column("seq", columns.Number, autoincrement=False, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", columns.Sealed(), nullable=False),
        sa.Column("intake_id", columns.Number, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_fact_batches")),
    )
    op.create_index("ix_fact_batches_table_name_seq", "fact_batches", ["table_name", "seq"], unique=False)
    op.create_table(
        "fact_keys",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("clock", columns.Number, autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seq", columns.Number, nullable=False),
        sa.PrimaryKeyConstraint("table_name", "key_hash", "clock", name=op.f("pk_fact_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intakes",
        sa.Column("intake_id", columns.Number, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows_in", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("ignored_columns", sa.Text(), nullable=False),
        sa.Column("first_seq", columns.Number, nullable=True),
        sa.Column("last_seq", columns.Number, nullable=True),
        sa.Column("begun_at", columns.Moment(), nullable=False),
        sa.Column("touched_at", columns.Moment(), nullable=False),
        sa.Column("done_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("rows_in = accepted + quarantined", name=op.f("ck_intakes_conserved")),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_intakes")),
    )
    op.create_index("uq_intakes_sent_by_idempotency_key", "intakes", ["sent_by", "idempotency_key"], unique=True)
    op.create_table(
        "kin_ties",
        sa.Column("person_hash", sa.Text(), nullable=False),
        sa.Column("relative_hash", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("recorded_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("person_hash", "relative_hash", name=op.f("pk_kin_ties")),
    )
    op.create_table(
        "official_posts",
        sa.Column("official_id", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("to_on", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("official_id", "post", "division_code", "from_on", name=op.f("pk_official_posts")),
    )
    op.create_index("ix_official_posts_division_code", "official_posts", ["division_code"], unique=False)
    op.create_index("ix_official_posts_person_hash", "official_posts", ["person_hash"], unique=False)
    op.create_table(
        "person_places",
        sa.Column("person_hash", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("recorded_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("person_hash", name=op.f("pk_person_places")),
    )
    op.create_index("ix_person_places_division_code", "person_places", ["division_code"], unique=False)
    op.create_index("ix_person_places_household_id", "person_places", ["household_id"], unique=False)
    op.create_table(
        "personal_values",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("value", columns.Sealed(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.Text(), nullable=True),
        sa.Column("recorded_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "reference", name=op.f("pk_personal_values")),
    )
    op.create_index("ix_personal_values_person_hash", "personal_values", ["person_hash"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", columns.Number, nullable=False),
        sa.Column("intake_id", columns.Number, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("line", columns.Number, nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("expected_zh", sa.Text(), nullable=False),
        sa.Column("row_sent", columns.Sealed(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_intake_id_quarantine_id", "quarantine", ["intake_id", "quarantine_id"], unique=False)
    op.create_index(
        "ix_quarantine_table_name_quarantine_id", "quarantine", ["table_name", "quarantine_id"], unique=False
    )
    op.create_table(
        "score_texts",
        sa.Column("text_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("text_id", name=op.f("pk_score_texts")),
    )
    op.create_table(
        "scores",
        sa.Column("score_id", columns.Number, nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("prepared_by", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.Text(), nullable=False),
        sa.Column("card_hash", sa.Text(), nullable=False),
        sa.Column("card_last_four", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", columns.Moment(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("anomaly", sa.Double(), nullable=False),
        sa.Column("recommendation", sa.Text(), nullable=False),
        sa.Column("deadline", columns.Moment(), nullable=True),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("typology", sa.Text(), nullable=False),
        sa.Column("suspect_role", sa.Text(), nullable=False),
        sa.Column("reasons", columns.Sealed(), nullable=True),
        sa.Column("not_applicable", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.Column("as_of", columns.Moment(), nullable=False),
        sa.Column("scored_at", columns.Moment(), nullable=False),
        sa.Column("fact_seq", columns.Number, nullable=False),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_scores")),
        sa.UniqueConstraint(
            "disbursement_id", "kind", "as_of", "made_by", name=op.f("uq_scores_disbursement_id_kind_as_of_made_by")
        ),
    )
    op.create_index(
        "ix_scores_alerts",
        "scores",
        ["score_id"],
        unique=False,
        postgresql_where=sa.text("recommendation != 'release'"),
        sqlite_where=sa.text("recommendation != 'release'"),
    )
    op.create_index("ix_scores_card_hash", "scores", ["card_hash"], unique=False)
    op.create_index("ix_scores_person_hash", "scores", ["person_hash"], unique=False)
    op.create_index("ix_scores_run_id", "scores", ["run_id"], unique=False)


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("ix_scores_run_id", table_name="scores")
    op.drop_index("ix_scores_person_hash", table_name="scores")
    op.drop_index("ix_scores_card_hash", table_name="scores")
    op.drop_index(
        "ix_scores_alerts",
        table_name="scores",
        postgresql_where=sa.text("recommendation != 'release'"),
        sqlite_where=sa.text("recommendation != 'release'"),
    )
    op.drop_table("scores")
    op.drop_table("score_texts")
    op.drop_index("ix_quarantine_table_name_quarantine_id", table_name="quarantine")
    op.drop_index("ix_quarantine_intake_id_quarantine_id", table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_index("ix_personal_values_person_hash", table_name="personal_values")
    op.drop_table("personal_values")
    op.drop_index("ix_person_places_household_id", table_name="person_places")
    op.drop_index("ix_person_places_division_code", table_name="person_places")
    op.drop_table("person_places")
    op.drop_index("ix_official_posts_person_hash", table_name="official_posts")
    op.drop_index("ix_official_posts_division_code", table_name="official_posts")
    op.drop_table("official_posts")
    op.drop_table("kin_ties")
    op.drop_index("uq_intakes_sent_by_idempotency_key", table_name="intakes")
    op.drop_table("intakes")
    op.drop_table("fact_keys")
    op.drop_index("ix_fact_batches_table_name_seq", table_name="fact_batches")
    op.drop_table("fact_batches")
    op.drop_index("ix_division_paths_ancestor_code", table_name="division_paths")
    op.drop_table("division_paths")
    op.drop_table("awaiting_scores")
