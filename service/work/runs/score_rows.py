"""Score the rows of a run, piece by piece: scores, questions and lists of a piece are kept together or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from service.store import run_rows, runs, verifications
from service.work.runs.alive import alive
from service.work.runs.ask import ask
from service.work.runs.release_due import LISTS
from service.work.runs.scorer_here import scorer_here
from service.work.runs.steps import begin_step
from service.work.scoring.kept import Made, keep, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from features.asof import Ledger
    from service.work.context import Context
    from service.work.jobs import Hold
    from service.work.runs.scorer_here import ScorerHere

TOGETHER: Final = 32_768
"""Rows scored in one go, however many pieces they are kept in: fewer would pay each feature's call more often."""

COLUMNS: Final = (
    "disbursement_id",
    "run_id",
    "program_id",
    "period",
    "division_code",
    "household_id",
    "prepared_by",
    "person_id",
    "card_id",
    "amount",
    "submitted_at",
)
"""What `scoring.kept.rows_of` takes of a payment."""

MODEL_CHANGED: Final = {
    "code": "model-changed",
    "en": "Another model came into force while the run was scored; each score names its own.",
    "zh": "评分过程中模型已更换，各行评分均注明所用模型。",
}


class LackingError(Exception):
    """Tables are missing without which nothing can be scored; `tables` names them."""

    def __init__(self, tables: Sequence[str]) -> None:
        super().__init__("lacking")
        self.tables = tuple(tables)


class NotYetError(Exception):
    """Some rows were submitted at a moment that has not come, by this machine's clock: they are scored when it has."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a run: its payments in order, with the division each is seen under."""

    number: int
    ids: list[str]
    places: dict[str, int]
    scopes: dict[str, str | None]


def score_rows(context: Context, run: int, hold: Hold) -> None:
    """Score the pieces that are not scored yet. Raises LackingError, NotYetError, StoppedError, Lost."""
    left = _left(context, run)
    if not left:
        return
    with alive(hold):
        here = scorer_here(context)
    if here.history.lacking:
        raise LackingError(here.history.lacking)
    here_now, waiting = _known(context, here, run, left, hold)
    for pieces in _together(here_now):
        with alive(hold):
            made, found, payments = _score(context, here, run, pieces)
        start = 0
        for piece in pieces:
            part = slice(start, start + len(piece.ids))
            start = part.stop
            rows = rows_of(
                context, found.slice(part.start, len(piece.ids)), payments.slice(part.start, len(piece.ids)), made
            )
            _keep(context, run, piece, rows, hold)
    if waiting:
        raise NotYetError


def _known(context: Context, here: ScorerHere, run: int, pieces: list[_Piece], hold: Hold) -> tuple[list[_Piece], int]:
    """The pieces with what the history holds, and how many rows it does not hold yet: those were submitted at a moment
    that has not come, and are put into a piece of their own, so that they hold up no other."""
    ids = [name for piece in pieces for name in piece.ids]
    known = dict(zip(ids, (_rows_named(here.history.ledger, ids) >= 0).tolist(), strict=True))
    early = [name for name in ids if not known[name]]
    if not early:
        return pieces, 0
    found = [
        _Piece(piece.number, [name for name in piece.ids if known[name]], piece.places, piece.scopes)
        for piece in pieces
    ]
    if any(piece.ids for piece in found):
        places = {name: place for piece in pieces for name, place in piece.places.items()}
        with context.database.write() as connection:
            begin_step(context, connection, run, "scoring", hold, progress=False)
            run_rows.put_off(connection, run, [places[name] for name in early], context.clock.now())
    return [piece for piece in found if piece.ids], len(early)


def _rows_named(ledger: Ledger, ids: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The row of each payment as it stands, -1 where the ledger does not hold it."""
    import pyarrow as pa

    from models.scoring.select import rows_named

    return rows_named(ledger, pa.array(ids, pa.string()), np.full(len(ids), np.iinfo(np.int64).max))


def _left(context: Context, run: int) -> list[_Piece]:
    """The pieces that are on record and not scored, in order."""
    with context.database.read() as connection:
        done = run_rows.pieces_done(connection, run, "score")
        found = []
        for number, count in run_rows.pieces_read(connection, run).items():
            if number in done or not count:
                continue
            rows = run_rows.ids_of_piece(connection, run, number)
            ids = [str(row.disbursement_id) for row in rows]
            if not ids:
                continue
            places = {str(row.disbursement_id): int(row.place) for row in rows}
            scopes = {str(row.disbursement_id): row.scope_code for row in rows}
            found.append(_Piece(number, ids, places, scopes))
    return found


def _together(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces that are scored in one go."""
    held: list[_Piece] = []
    for piece in pieces:
        if held and sum(len(p.ids) for p in held) + len(piece.ids) > TOGETHER:
            yield held
            held = []
        held.append(piece)
    if held:
        yield held


def _score(context: Context, here: ScorerHere, run: int, pieces: Sequence[_Piece]) -> tuple[Made, pa.Table, pa.Table]:
    """Scores of all payments of some pieces, as of their own submission, and the payments, in the same order."""
    import pyarrow as pa

    from models.scoring.score import score

    ledger = here.history.ledger
    rows = _rows_named(ledger, [name for piece in pieces for name in piece.ids])
    bundle, degraded = here.bundle()
    at = ledger.tables["disbursements"].known_at[rows]
    found = pa.concat_tables(score(ledger, bundle, context.policy, rows, at)).combine_chunks()
    made = Made(
        kind="before",
        made_by=run_rows.made_by(run),
        fact_seq=here.history.seq,
        at=context.clock.now(),
        degraded=degraded,
    )
    return made, found, _payments(ledger, rows)


def _payments(ledger: Ledger, rows: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Table:
    """Rows of the ledger's payments in canonical types."""
    import pyarrow as pa

    table = ledger.tables["disbursements"]
    places = pa.array(rows)
    return pa.table({name: table.arrow(name).take(places) for name in COLUMNS if table.has(name)})


def _keep(context: Context, run: int, piece: _Piece, rows: list[dict[str, Any]], hold: Hold) -> None:
    """Keep what was found of one piece in one transaction."""
    scoped = [{**row, "scope_code": piece.scopes[row["disbursement_id"]]} for row in rows]
    asked = [row for row in scoped if row["recommendation"] == "verify"]
    with context.database.write() as connection:
        context.database.alone(connection, LISTS)
        found = begin_step(context, connection, run, "scoring", hold)
        if run_rows.is_done(connection, run, "score", piece.number):
            return  # Cancelled and resumed at once, a run may have two workers for a while.
        now = context.clock.now()
        run_rows.mark(
            connection,
            {
                "run": run,
                "step": "score",
                "piece": piece.number,
                "rows": len(rows),
                "fact_seq": rows[0]["fact_seq"],
                "at": now,
            },
        )
        keep(connection, rows, events=False)
        ask(context, connection, asked, run=run)
        # A payment that was asked about before, on its own or in another run, may have been decided meanwhile.
        states = verifications.states(connection, [row["disbursement_id"] for row in asked])
        run_rows.keep_results(connection, run, [_result(piece, row, states) for row in rows])
        version = rows[0]["model_version"]
        changed = found.model_version not in (None, version) and MODEL_CHANGED not in found.notes
        runs.change(
            connection,
            run,
            rows_scored=runs.RUNS.c.rows_scored + len(rows),
            model_version=version,
            degraded=bool(found.degraded) or bool(rows[0]["degraded"]),
            notes=[*found.notes, MODEL_CHANGED] if changed else found.notes,
            lists_version=runs.RUNS.c.lists_version + 1,
        )


def _result(piece: _Piece, row: dict[str, Any], states: dict[tuple[str, dt.datetime], str]) -> dict[str, Any]:
    """On which list a row stands."""
    on = "release"
    if row["recommendation"] == "verify":
        state = states[row["disbursement_id"], row["as_of"]]
        on = {"waiting": "verify", "corrected": "corrected"}.get(state, "release")
    return {
        "place": piece.places[row["disbursement_id"]],
        "recommendation": row["recommendation"],
        "list": on,
        "as_of": row["as_of"],
    }
