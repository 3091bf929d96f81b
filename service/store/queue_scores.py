"""What a refresh of the queue reads of scores: the newest of each payment within a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from service.store.scores import SCORE_TEXTS, SCORES, newest

S = SCORES.c
JUDGED = (S.disbursement_id, S.score, S.anomaly, S.recommendation, S.desk, S.typology, S.suspect_role)
DETAILS = (
    *JUDGED, S.program_id, S.division_code, S.household_id, S.prepared_by, S.person_hash, S.card_hash,
    S.card_last_four, S.amount_fen, S.reasons,
)  # fmt: skip

_AT_ONCE = 500


def within(connection: Connection, since: dt.datetime, until: dt.datetime) -> Iterator[Row[Any]]:
    """The newest score of each payment submitted after `since` and by `until`: what every payment is judged as."""
    asked = select(*JUDGED).where(S.submitted_at > since, S.submitted_at <= until, newest())
    rows: Iterable[Row[Any]] = connection.execute(asked.order_by(S.disbursement_id))
    yield from rows


def details(connection: Connection, payments: Sequence[str], *conditions: ColumnElement[bool]) -> Iterator[Row[Any]]:
    """The newest score of some payments, with whom and what it is about."""
    for start in range(0, len(payments), _AT_ONCE):
        few = payments[start : start + _AT_ONCE]
        asked = select(*DETAILS).where(S.disbursement_id.in_(few), newest(), *conditions)
        rows: Iterable[Row[Any]] = connection.execute(asked)
        yield from rows


def off(connection: Connection, payments: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """What said nothing of some payments at their newest score: each text with how many it stands beside; and the
    models that scored them."""
    texts: dict[str, int] = {}
    models: set[str] = set()
    for start in range(0, len(payments), _AT_ONCE):
        few = payments[start : start + _AT_ONCE]
        asked = (
            select(SCORE_TEXTS.c.text, S.model_version, func.count())
            .join(SCORE_TEXTS, SCORE_TEXTS.c.text_id == S.not_applicable)
            .where(S.disbursement_id.in_(few), newest())
            .group_by(SCORE_TEXTS.c.text, S.model_version)
        )
        for text, model, number in connection.execute(asked):
            texts[str(text)] = texts.get(str(text), 0) + int(number)
            models.add(str(model))
    return texts, models
