"""What a refresh looks at: the newest score of every payment, and whom and what a payment of a case touches."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from service.sealing.column import open_text
from service.store import queue_scores
from service.store.scores import SCORES
from service.work.context import Context
from service.work.moments import EPOCH
from service.work.queue.open_case import Member

if TYPE_CHECKING:
    import pyarrow as pa

    from features.asof import Ledger


def judged(context: Context, connection: Connection, ledger: Ledger, at_us: int) -> pa.Table:
    """The newest scores of the policy's window before a moment, of payments the ledger knows, in the contract's
    columns; `reasons` only where a look is asked for."""
    import pyarrow as pa

    until = EPOCH + dt.timedelta(microseconds=at_us)
    since = until - dt.timedelta(days=context.policy["cases.window_days"])
    names = [column.name for column in queue_scores.JUDGED]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for row in queue_scores.within(connection, since, until):
        for name, value in zip(names, row, strict=True):
            columns[name].append(value)
    table = pa.table(columns, schema=_schema())
    codes = ledger.vocabulary("disbursement").encode(table.column("disbursement_id"))
    known = set(ledger.tables["disbursements"].codes("disbursement_id").tolist())
    table = table.filter(pa.array([int(code) in known for code in codes], pa.bool_()))
    asked = [
        one
        for one, told in zip(*(table.column(n).to_pylist() for n in ("disbursement_id", "recommendation")), strict=True)
        if told != "release"
    ]
    reasons = {row.disbursement_id: _opened(context, row) for row in queue_scores.details(connection, asked)}
    texts = [reasons.get(one, "[]") for one in table.column("disbursement_id").to_pylist()]
    return table.append_column("reasons", pa.array(texts, pa.string()))


def _schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {"score": pa.float64(), "anomaly": pa.float64()}
    return pa.schema([(column.name, kinds.get(column.name, pa.string())) for column in queue_scores.JUDGED])


def _opened(context: Context, row: Row[Any]) -> str:
    return open_text(context.seal, SCORES.c.reasons, row.reasons) or "[]"


def members_of(
    context: Context, connection: Connection, ledger: Ledger, at_us: int, payments: Sequence[str]
) -> dict[str, Member]:
    """Payments as members of cases: whom they touch, who handled them, which rules asked."""
    holders, handlers = _touched(context, ledger, at_us, payments)
    found = {}
    for row in queue_scores.details(connection, payments):
        one = str(row.disbursement_id)
        found[one] = _member(context, row, holders.get(one, frozenset()), handlers.get(one, frozenset()))
    return found


def members_scored(
    context: Context, connection: Connection, payments: Sequence[str], *conditions: Any
) -> dict[str, Member]:
    """The same from scores alone, without the ledger: who prepared the list is known, who approved is not."""
    found = {}
    for row in queue_scores.details(connection, payments, *conditions):
        handled = frozenset({row.prepared_by}) if row.prepared_by else frozenset()
        found[str(row.disbursement_id)] = _member(context, row, frozenset(), handled)
    return found


def _member(context: Context, row: Row[Any], tied: frozenset[str], officials: frozenset[str]) -> Member:
    reasons = json.loads(_opened(context, row))
    codes = tuple(r["code"] for r in reasons if r["kind"] != "model" and "." in r["code"])
    return Member(
        disbursement_id=row.disbursement_id, amount_fen=int(row.amount_fen), score=float(row.score),
        program_id=row.program_id, household_id=row.household_id, division_code=row.division_code,
        person_hash=row.person_hash, card_hash=row.card_hash, card_last_four=row.card_last_four, codes=codes,
        tied=tied, officials=officials,
    )  # fmt: skip


def _touched(
    context: Context, ledger: Ledger, at_us: int, payments: Sequence[str]
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Card holders (keyed hashes) and officials who handled each payment, as known at the moment."""
    import numpy as np

    from features.asof import View
    from models.scoring.hubs import KINDS, hubs_of

    codes = ledger.vocabulary("disbursement").encode_values(list(payments))
    place = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
    own = ledger.tables["disbursements"].codes("disbursement_id")
    place[own] = np.arange(len(own))
    rows = place[codes]
    good = np.nonzero((codes >= 0) & (rows >= 0))[0]
    ids = [payments[int(i)] for i in good]
    if not ids:
        return {}, {}
    view = View(ledger, np.full(len(good), at_us, dtype=np.int64), rows[good])
    hubs = hubs_of(view)
    official = hubs.kind == list(KINDS).index("official")
    names = ledger.vocabulary("official").decode(hubs.code[official])
    handlers: dict[str, set[str]] = {}
    for query, name in zip(hubs.query[official].tolist(), names, strict=True):
        if name:
            handlers.setdefault(ids[query], set()).add(name)
    holders: dict[str, frozenset[str]] = {}
    if view.has("cards"):
        persons = ledger.vocabulary("person").decode(
            np.asarray(view.lookup("cards", "holder_person_id", "card_id"), dtype=np.int64)
        )
        holders = {
            one: frozenset({context.seal.hash("person", person)})
            for one, person in zip(ids, persons, strict=True)
            if person
        }
    return holders, {one: frozenset(found) for one, found in handlers.items()}
