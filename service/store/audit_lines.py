"""The log: lines only ever added, each holding the hash of the line before."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from service.store._columns import METADATA, Document, Moment, Number

AUDIT_LINES = Table(
    "audit_lines",
    METADATA,
    Column("line", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    # What it was done to: kind and number, `case`, `C-12`. Never an identity number, card or phone.
    Column("about_kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("division_code", Text),
    Column("reason", Text),
    Column("details", Document, nullable=False),
    Column("request_id", Text),
    Column("before", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_lines_about", "about_kind", "about"),
    Index("ix_audit_lines_who", "who"),
)
