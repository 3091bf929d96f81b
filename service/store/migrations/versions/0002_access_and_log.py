"""Accounts, sessions, keys, the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store import _columns as columns
from service.store._append_only import append_only_ddl, remove_append_only_ddl

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "access_requests",
        sa.Column("request_id", columns.Number, nullable=False),
        sa.Column("account_id", columns.Number, nullable=False),
        sa.Column("roles", columns.Document, nullable=False),
        sa.Column("divisions", columns.Document, nullable=False),
        sa.Column("desks", columns.Document, nullable=False),
        sa.Column("reason", columns.Sealed(), nullable=False),
        sa.Column("asked_by", columns.Number, nullable=False),
        sa.Column("asked_at", columns.Moment(), nullable=False),
        sa.Column("ends_at", columns.Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", columns.Number, nullable=True),
        sa.Column("decided_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_access_requests")),
    )
    op.create_index("ix_access_requests_account_id", "access_requests", ["account_id"], unique=False)
    op.create_index("ix_access_requests_state", "access_requests", ["state"], unique=False)
    op.create_table(
        "account_divisions",
        sa.Column("account_id", columns.Number, autoincrement=False, nullable=False),
        sa.Column("division_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "division_code", name=op.f("pk_account_divisions")),
    )
    op.create_index("ix_account_divisions_division_code", "account_divisions", ["division_code"], unique=False)
    op.create_table(
        "account_roles",
        sa.Column("account_id", columns.Number, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_roles")),
    )
    op.create_index("ix_account_roles_role", "account_roles", ["role"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("account_id", columns.Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("password_at", columns.Moment(), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("reset_by", sa.Text(), nullable=True),
        sa.Column("reset_at", columns.Moment(), nullable=True),
        sa.Column("desks", columns.Document, nullable=False),
        sa.Column("official_id", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("email_hash", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("totp_secret", columns.Sealed(), nullable=True),
        sa.Column("totp_on", sa.Boolean(), nullable=False),
        sa.Column("totp_last", columns.Number, nullable=True),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_accounts_email_hash")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_accounts_issuer_subject")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", columns.Number, nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("account_id", columns.Number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", columns.Document, nullable=False),
        sa.Column("divisions", columns.Document, nullable=False),
        sa.Column("addresses", columns.Document, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", columns.Moment(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.Column("used_at", columns.Moment(), nullable=True),
        sa.Column("revoked_at", columns.Moment(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"], unique=False)
    op.create_table(
        "audit_flags",
        sa.Column("line", columns.Number, autoincrement=False, nullable=False),
        sa.Column("flag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", "flag", name=op.f("pk_audit_flags")),
    )
    op.create_index("ix_audit_flags_flag_line", "audit_flags", ["flag", "line"], unique=False)
    op.create_table(
        "audit_lines",
        sa.Column("line", columns.Number, autoincrement=False, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", columns.Document, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_audit_lines")),
    )
    op.create_index(
        "ix_audit_lines_about_kind_about_line", "audit_lines", ["about_kind", "about", "line"], unique=False
    )
    op.create_index("ix_audit_lines_action_line", "audit_lines", ["action", "line"], unique=False)
    op.create_index("ix_audit_lines_at", "audit_lines", ["at"], unique=False)
    op.create_index("ix_audit_lines_who_line", "audit_lines", ["who", "line"], unique=False)
    op.create_table(
        "audit_reasons",
        sa.Column("line", columns.Number, autoincrement=False, nullable=False),
        sa.Column("reason", columns.Sealed(), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_audit_reasons")),
    )
    op.create_table(
        "audit_verifications",
        sa.Column("verification_id", columns.Number, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("first", columns.Number, nullable=False),
        sa.Column("last", columns.Number, nullable=False),
        sa.Column("lines", columns.Number, nullable=False),
        sa.Column("anchors", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("findings", columns.Document, nullable=False),
        sa.PrimaryKeyConstraint("verification_id", name=op.f("pk_audit_verifications")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", columns.Number, autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", columns.Number, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("account_id", columns.Number, nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("divisions", columns.Document, nullable=False),
        sa.Column("opened_at", columns.Moment(), nullable=False),
        sa.Column("seen_at", columns.Moment(), nullable=False),
        sa.Column("ends_at", columns.Moment(), nullable=False),
        sa.Column("ended_at", columns.Moment(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"], unique=False)
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"], unique=False)
    op.create_index("ix_sessions_person", "sessions", ["person"], unique=False)
    op.create_index("uq_sessions_token_hash", "sessions", ["token_hash"], unique=True)
    op.create_table(
        "sign_in_attempts",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", columns.Moment(), nullable=False),
        sa.Column("wait_until", columns.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_last_at", "sign_in_attempts", ["last_at"], unique=False)
    for statement in append_only_ddl("audit_lines", "line", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take the tables away."""
    for statement in remove_append_only_ddl("audit_lines", op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index("ix_sign_in_attempts_last_at", table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_index("uq_sessions_token_hash", table_name="sessions")
    op.drop_index("ix_sessions_person", table_name="sessions")
    op.drop_index("ix_sessions_ends_at", table_name="sessions")
    op.drop_index("ix_sessions_account_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("recovery_codes")
    op.drop_table("audit_verifications")
    op.drop_table("audit_reasons")
    op.drop_index("ix_audit_lines_who_line", table_name="audit_lines")
    op.drop_index("ix_audit_lines_at", table_name="audit_lines")
    op.drop_index("ix_audit_lines_action_line", table_name="audit_lines")
    op.drop_index("ix_audit_lines_about_kind_about_line", table_name="audit_lines")
    op.drop_table("audit_lines")
    op.drop_index("ix_audit_flags_flag_line", table_name="audit_flags")
    op.drop_table("audit_flags")
    op.drop_index("ix_api_keys_account_id", table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("accounts")
    op.drop_index("ix_account_roles_role", table_name="account_roles")
    op.drop_table("account_roles")
    op.drop_index("ix_account_divisions_division_code", table_name="account_divisions")
    op.drop_table("account_divisions")
    op.drop_index("ix_access_requests_state", table_name="access_requests")
    op.drop_index("ix_access_requests_account_id", table_name="access_requests")
    op.drop_table("access_requests")
