"""The queue and its cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "case_questions",
        sa.Column("question_id", columns.Number, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_case_questions")),
    )
    op.create_index("uq_case_questions_text", "case_questions", ["text"], unique=True)
    op.create_table(
        "queue_draws",
        sa.Column("queue_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("offered_as", sa.Text(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=False),
        sa.Column("frame", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue_at", "disbursement_id", name=op.f("pk_queue_draws")),
    )
    op.create_table(
        "queue_refreshes",
        sa.Column("queue_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("continued", sa.BigInteger(), nullable=False),
        sa.Column("quietened", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue_at", name=op.f("pk_queue_refreshes")),
    )
    op.create_table(
        "saved_filters",
        sa.Column("account_id", columns.Number, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", columns.Document, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_saved_filters")),
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("hub_kind", sa.Text(), nullable=False),
        sa.Column("hub_key", sa.Text(), nullable=False),
        sa.Column("hub_shown", sa.Text(), nullable=False),
        sa.Column("hub_sealed", columns.Sealed(), nullable=True),
        sa.Column("typology", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("suspect_role", sa.Text(), nullable=False),
        sa.Column("selected_by", sa.Text(), nullable=False),
        sa.Column("offered_as", sa.Text(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("loss_fen", sa.BigInteger(), nullable=False),
        sa.Column("rank_key", sa.BigInteger(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("summary_zh", sa.Text(), nullable=False),
        sa.Column("summary_en", sa.Text(), nullable=False),
        sa.Column("question_id", columns.Number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("state_since", columns.Moment(), nullable=False),
        sa.Column("held_from", sa.Text(), nullable=True),
        sa.Column("due_at", columns.Moment(), nullable=True),
        sa.Column("escalated_at", columns.Moment(), nullable=True),
        sa.Column("two_people", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", columns.Number, nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", columns.Moment(), nullable=False),
        sa.Column("changed_at", columns.Moment(), nullable=False),
        sa.Column("closed_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["case_questions.question_id"], name=op.f("fk_cases_question_id_case_questions")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_amount_fen", "cases", ["amount_fen"], unique=False)
    op.create_index("ix_cases_assignee_id", "cases", ["assignee_id", "is_open", "rank_key", "case_id"], unique=False)
    op.create_index("ix_cases_counts", "cases", ["is_open", "desk", "state", "division_code"], unique=False)
    op.create_index("ix_cases_desk", "cases", ["is_open", "desk", "rank_key", "case_id"], unique=False)
    op.create_index(
        "ix_cases_division_code", "cases", ["division_code", "is_open", "rank_key", "case_id"], unique=False
    )
    op.create_index("ix_cases_due_at", "cases", ["is_open", "due_at"], unique=False)
    op.create_index("ix_cases_escalated_at", "cases", ["escalated_at", "rank_key", "case_id"], unique=False)
    op.create_index("ix_cases_hub_key", "cases", ["hub_key"], unique=False)
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"], unique=False)
    op.create_index("ix_cases_question_id", "cases", ["question_id", "is_open", "rank_key", "case_id"], unique=False)
    op.create_index("ix_cases_rank_key", "cases", ["is_open", "rank_key", "case_id"], unique=False)
    op.create_index("ix_cases_state", "cases", ["state", "rank_key", "case_id"], unique=False)
    op.create_index("ix_cases_typology", "cases", ["typology", "is_open", "rank_key", "case_id"], unique=False)
    op.create_index(
        "uq_cases_identity",
        "cases",
        ["desk", "hub_kind", "hub_key", "typology", "offered_as", "part"],
        unique=True,
        sqlite_where=sa.text("is_open IS 1"),
        postgresql_where=sa.text("is_open IS true"),
    )
    op.create_table(
        "assignments",
        sa.Column("assignment_id", columns.Number, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("account_id", columns.Number, nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("by_whom", sa.Text(), nullable=False),
        sa.Column("ended_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_assignments_case_id_cases")),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_assignments")),
    )
    op.create_index("ix_assignments_case_id", "assignments", ["case_id"], unique=False)
    op.create_index("ix_assignments_desk", "assignments", ["desk", "at"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("attachment_id", columns.Number, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("account_id", columns.Number, nullable=False),
        sa.Column("name", columns.Sealed(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_attachments_case_id_cases")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("case_id", "content_hash", name=op.f("uq_attachments_case_id_content_hash")),
    )
    op.create_table(
        "case_history",
        sa.Column("line_id", columns.Number, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("account_id", columns.Number, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("reason", columns.Sealed(), nullable=True),
        sa.Column("details", columns.Document, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_history_case_id_cases")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_case_history")),
    )
    op.create_index("ix_case_history_case_id", "case_history", ["case_id", "line_id"], unique=False)
    op.create_table(
        "case_links",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_links_case_id_cases")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.case_id"], name=op.f("fk_case_links_other_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "other_id", "kind", name=op.f("pk_case_links")),
    )
    op.create_index("ix_case_links_other_id", "case_links", ["other_id"], unique=False)
    op.create_table(
        "case_members",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("disbursement_id", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", columns.Moment(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("loss_fen", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.Text(), nullable=True),
        sa.Column("card_hash", sa.Text(), nullable=True),
        sa.Column("card_last_four", sa.Text(), nullable=False),
        sa.Column("selected_by", sa.Text(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=True),
        sa.Column("codes", columns.Document, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decided_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_members_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "disbursement_id", name=op.f("pk_case_members")),
    )
    op.create_index("ix_case_members_card_hash", "case_members", ["card_hash"], unique=False)
    op.create_index("ix_case_members_disbursement_id", "case_members", ["disbursement_id"], unique=False)
    op.create_index("ix_case_members_household_id", "case_members", ["household_id"], unique=False)
    op.create_index("ix_case_members_person_hash", "case_members", ["person_hash"], unique=False)
    op.create_index(
        "uq_case_members_active",
        "case_members",
        ["disbursement_id"],
        unique=True,
        sqlite_where=sa.text("active IS 1"),
        postgresql_where=sa.text("active IS true"),
    )
    op.create_table(
        "case_notes",
        sa.Column("note_id", columns.Number, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("account_id", columns.Number, nullable=False),
        sa.Column("text", columns.Sealed(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_notes_case_id_cases")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_case_notes")),
        sa.UniqueConstraint("account_id", "request", name=op.f("uq_case_notes_account_id_request")),
    )
    op.create_index("ix_case_notes_case_id", "case_notes", ["case_id", "note_id"], unique=False)
    op.create_table(
        "case_ties",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_ties_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_case_ties")),
    )
    op.create_index("ix_case_ties_key", "case_ties", ["key", "case_id"], unique=False)
    op.create_table(
        "closing_proposals",
        sa.Column("proposal_id", columns.Number, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("closing", columns.Document, nullable=False),
        sa.Column("reason", columns.Sealed(), nullable=False),
        sa.Column("proposed_by", columns.Number, nullable=False),
        sa.Column("proposer", sa.Text(), nullable=False),
        sa.Column("proposed_at", columns.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", columns.Number, nullable=True),
        sa.Column("decider", sa.Text(), nullable=True),
        sa.Column("decided_at", columns.Moment(), nullable=True),
        sa.Column("decided_reason", columns.Sealed(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_closing_proposals_case_id_cases")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_closing_proposals")),
    )
    op.create_index("ix_closing_proposals_case_id", "closing_proposals", ["case_id"], unique=False)
    op.create_index(
        "uq_closing_proposals_waiting",
        "closing_proposals",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "counter_evidence",
        sa.Column("memory_id", columns.Number, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_key", sa.Text(), nullable=False),
        sa.Column("typology", sa.Text(), nullable=False),
        sa.Column("why", columns.Sealed(), nullable=False),
        sa.Column("evidence", columns.Document, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("codes", columns.Document, nullable=False),
        sa.Column("programs", columns.Document, nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.Column("ended_at", columns.Moment(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_counter_evidence_case_id_cases")),
        sa.PrimaryKeyConstraint("memory_id", name=op.f("pk_counter_evidence")),
    )
    op.create_index("ix_counter_evidence_about_key", "counter_evidence", ["about_key", "typology"], unique=False)
    op.create_index("ix_counter_evidence_case_id", "counter_evidence", ["case_id"], unique=False)
    op.create_table(
        "quietened",
        sa.Column("quietened_id", columns.Number, nullable=False),
        sa.Column("memory_id", columns.Number, nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("hub_kind", sa.Text(), nullable=False),
        sa.Column("hub_key", sa.Text(), nullable=False),
        sa.Column("hub_shown", sa.Text(), nullable=False),
        sa.Column("typology", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("first_at", columns.Moment(), nullable=False),
        sa.Column("last_at", columns.Moment(), nullable=False),
        sa.Column("returned_why", sa.Text(), nullable=True),
        sa.Column("returned_as", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["memory_id"], ["counter_evidence.memory_id"], name=op.f("fk_quietened_memory_id_counter_evidence")
        ),
        sa.PrimaryKeyConstraint("quietened_id", name=op.f("pk_quietened")),
    )
    op.create_index("ix_quietened_desk", "quietened", ["desk", "quietened_id"], unique=False)
    op.create_index(
        "uq_quietened_pattern", "quietened", ["memory_id", "desk", "hub_kind", "hub_key", "typology"], unique=True
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_index("uq_quietened_pattern", table_name="quietened")
    op.drop_index("ix_quietened_desk", table_name="quietened")
    op.drop_table("quietened")
    op.drop_index("ix_counter_evidence_case_id", table_name="counter_evidence")
    op.drop_index("ix_counter_evidence_about_key", table_name="counter_evidence")
    op.drop_table("counter_evidence")
    op.drop_index(
        "uq_closing_proposals_waiting",
        table_name="closing_proposals",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index("ix_closing_proposals_case_id", table_name="closing_proposals")
    op.drop_table("closing_proposals")
    op.drop_index("ix_case_ties_key", table_name="case_ties")
    op.drop_table("case_ties")
    op.drop_index("ix_case_notes_case_id", table_name="case_notes")
    op.drop_table("case_notes")
    op.drop_index(
        "uq_case_members_active",
        table_name="case_members",
        sqlite_where=sa.text("active IS 1"),
        postgresql_where=sa.text("active IS true"),
    )
    op.drop_index("ix_case_members_person_hash", table_name="case_members")
    op.drop_index("ix_case_members_household_id", table_name="case_members")
    op.drop_index("ix_case_members_disbursement_id", table_name="case_members")
    op.drop_index("ix_case_members_card_hash", table_name="case_members")
    op.drop_table("case_members")
    op.drop_index("ix_case_links_other_id", table_name="case_links")
    op.drop_table("case_links")
    op.drop_index("ix_case_history_case_id", table_name="case_history")
    op.drop_table("case_history")
    op.drop_table("attachments")
    op.drop_index("ix_assignments_desk", table_name="assignments")
    op.drop_index("ix_assignments_case_id", table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(
        "uq_cases_identity",
        table_name="cases",
        sqlite_where=sa.text("is_open IS 1"),
        postgresql_where=sa.text("is_open IS true"),
    )
    op.drop_index("ix_cases_typology", table_name="cases")
    op.drop_index("ix_cases_state", table_name="cases")
    op.drop_index("ix_cases_rank_key", table_name="cases")
    op.drop_index("ix_cases_question_id", table_name="cases")
    op.drop_index("ix_cases_opened_at", table_name="cases")
    op.drop_index("ix_cases_hub_key", table_name="cases")
    op.drop_index("ix_cases_escalated_at", table_name="cases")
    op.drop_index("ix_cases_due_at", table_name="cases")
    op.drop_index("ix_cases_division_code", table_name="cases")
    op.drop_index("ix_cases_desk", table_name="cases")
    op.drop_index("ix_cases_counts", table_name="cases")
    op.drop_index("ix_cases_assignee_id", table_name="cases")
    op.drop_index("ix_cases_amount_fen", table_name="cases")
    op.drop_table("cases")
    op.drop_table("saved_filters")
    op.drop_table("queue_refreshes")
    op.drop_table("queue_draws")
    op.drop_index("uq_case_questions_text", table_name="case_questions")
    op.drop_table("case_questions")
