"""After payment: what banks, people and departments say later is read, and payments it touches scored again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from service.clock import micros
from service.store import followers
from service.store.followers import Stretch
from service.store.scores import SCORES
from service.work.facts.batches import read_after
from service.work.facts.follow_ups import RESCORE, TOUCHING
from service.work.jobs import Hold
from service.work.runs.scorer_here import scorer_here
from service.work.scoring import kept
from service.work.scoring.kept import Made
from service.work.scoring.payments import payments_at
from service.work.scoring.touched import touched

if TYPE_CHECKING:
    from service.work.context import Context

ROWS: Final = 2_000
"""Payments scored and kept at a time."""

MADE_BY: Final = "rescore"


def rescore(context: Context, _arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: score again, as of now, payments of the policy's window that new rows touch.

    How far it has come is on record with the moment it scores as of: begun again after a crash it does the rest of the
    same piece of work, and what was kept is not kept twice. A changed recommendation makes an event.
    """
    here = scorer_here(context)
    hold.renew()
    if here.history.lacking:
        return
    with context.database.write() as connection:
        stretch = followers.stretch(connection, RESCORE, here.history.whole, context.clock.now())
    if stretch is None:
        return
    with context.database.read() as connection:
        batches = read_after(context, connection, stretch.seq, tables=TOUCHING, until=stretch.until_seq)
        new = ((name, rows) for _, name, rows in batches)
        rows = touched(here.history.ledger, new, micros(stretch.as_of), context.policy["rescore.window_days"])
    for start in range(0, len(rows), ROWS):
        hold.renew()
        _score(context, rows[start : start + ROWS], stretch)
    with context.database.write() as connection:
        followers.done(connection, RESCORE, stretch)


def _score(context: Context, rows: Any, stretch: Stretch) -> None:
    """Score some payments as of the stretch's moment and keep what is new."""
    import numpy as np
    import pyarrow as pa

    from models.scoring.score import score

    here = scorer_here(context)
    ledger, (bundle, degraded) = here.history.ledger, here.bundle()
    at = np.full(len(rows), micros(stretch.as_of), np.int64)
    found = pa.concat_tables(score(ledger, bundle, context.policy, rows, at))
    made = Made(
        kind="after",
        made_by=MADE_BY,
        fact_seq=here.history.whole,
        at=context.clock.now(),
        degraded=degraded,
    )
    scored = kept.rows_of(context, found, payments_at(ledger, rows), made)
    with context.database.write() as connection:
        before = _standing(connection, [row["disbursement_id"] for row in scored])
        fresh = [row for row in scored if not _is_kept(before.get(row["disbursement_id"]), row)]
        kept.keep(connection, fresh, events=False)
        for row in fresh:
            last = before.get(row["disbursement_id"])
            # A payment nobody scored before was released, as far as anybody was told.
            said = "release" if last is None else last.recommendation
            if said != row["recommendation"]:
                kept.tell(connection, row, kept.CHANGED, before=said)


def _standing(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """The score that stands of each payment."""
    newest = select(func.max(SCORES.c.score_id)).where(SCORES.c.disbursement_id.in_(ids))
    asked = select(
        SCORES.c.disbursement_id, SCORES.c.recommendation, SCORES.c.kind, SCORES.c.as_of, SCORES.c.made_by
    ).where(SCORES.c.score_id.in_(newest.group_by(SCORES.c.disbursement_id)))
    return {str(row.disbursement_id): row for row in connection.execute(asked)}


def _is_kept(last: Any, row: Mapping[str, Any]) -> bool:
    """Whether the score that stands is this one, kept before the work broke off."""
    return last is not None and (last.kind, last.made_by, last.as_of) == (row["kind"], row["made_by"], row["as_of"])
