"""Small ledgers drawn by Hypothesis, with the same rows as plain Python for the oracles to walk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from features.asof import Ledger, View

DAY = 86_400_000_000
START = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
PEOPLE = ("P1", "P2", "P3", None)
PROGRAMS = ("LAND", "PENSION", None)
CARDS = ("C1", "C2", "C3", None)


@dataclass(frozen=True)
class Payment:
    """One row of disbursements; `hour` is when it became known, in hours after the start."""

    number: str
    hour: int
    person: str | None
    program: str | None
    card: str | None
    fen: int | None


@dataclass(frozen=True)
class Question:
    """What is asked: a person, a program and a moment in hours after the start."""

    person: str | None
    program: str | None
    hour: int


PAYMENTS = st.lists(
    st.builds(
        Payment,
        number=st.integers(0, 30).map("D{:02d}".format),
        hour=st.integers(0, 240),
        person=st.sampled_from(PEOPLE),
        program=st.sampled_from(PROGRAMS),
        card=st.sampled_from(CARDS),
        fen=st.none() | st.integers(1, 10**9),
    ),
    max_size=40,
    unique_by=lambda p: (p.number, p.hour),
)
QUESTIONS = st.lists(
    st.builds(
        Question,
        person=st.sampled_from((*PEOPLE, "P9")),
        program=st.sampled_from((*PROGRAMS, "NONE")),
        hour=st.integers(-5, 260),
    ),
    min_size=1,
    max_size=12,
)


def table(payments: list[Payment]) -> pa.Table:
    """The payments as the store keeps them."""

    def texts(values: list[str | None]) -> pa.Array:
        return pa.array(values, pa.string())

    at = [START + dt.timedelta(hours=p.hour) for p in payments]
    fen = [None if p.fen is None else Decimal(p.fen) / 100 for p in payments]
    return pa.table(
        {
            "disbursement_id": texts([p.number for p in payments]),
            "person_id": texts([p.person for p in payments]),
            "program_id": texts([p.program for p in payments]),
            "card_id": texts([p.card for p in payments]),
            "amount": pa.array(fen, pa.decimal128(18, 2)),
            "submitted_at": pa.array(at, pa.timestamp("us", tz="UTC")),
        }
    )


def ledger_of(payments: list[Payment], **other: pa.Table) -> Ledger:
    """The payments as a ledger."""
    return Ledger({"disbursements": table(payments), **other})


def view_of(ledger: Ledger, questions: list[Question]) -> View:
    """The questions as a view with keys of their own."""
    own = {
        "person_id": ledger.vocabulary("person").encode_values([q.person for q in questions]),
        "program_id": ledger.vocabulary("program").encode_values([q.program for q in questions]),
    }
    return View(ledger, np.array([micros(q.hour) for q in questions]), None, own)


def micros(hour: float) -> int:
    """Hours after the start as microseconds UTC."""
    return int(START.timestamp() * 1_000_000) + int(hour * 3_600_000_000)


def on_record(payments: list[Payment], question: Question, *, days: float | None = None) -> list[Payment]:
    """What was known and not replaced at the question's moment, oldest knowledge first, by walking every row."""
    known = [p for p in payments if p.hour <= question.hour]
    newest = {p.number: max(other.hour for other in known if other.number == p.number) for p in known}
    standing = [p for p in known if p.hour == newest[p.number]]
    if days is not None:
        standing = [p for p in standing if p.hour > question.hour - days * 24]
    return sorted(standing, key=lambda p: (p.hour, p.number))


def same_person(payments: list[Payment], question: Question) -> list[Payment]:
    """Those of the question's person."""
    return [p for p in payments if p.person is not None and p.person == question.person]


def same_item(payments: list[Payment], question: Question) -> list[Payment]:
    """Those of the question's person and program."""
    return [p for p in same_person(payments, question) if p.program is not None and p.program == question.program]


def numbers(ledger: Ledger, rows: Any) -> list[str | None]:
    """Payment numbers of ledger rows."""
    payments = ledger.tables["disbursements"]
    return ledger.vocabulary("disbursement").decode(payments.column("disbursement_id")[rows])
