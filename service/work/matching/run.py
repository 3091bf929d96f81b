"""The job that matches departments' lists against the register: find, keep what was found, let it count in scores.

Nothing is written to a disk but through the database; what does not fit into memory is said, and nothing changes.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from service.clock import micros
from service.store import jobs, match_answers, match_rows, match_runs, outbox
from service.store.database import DatabaseError
from service.store.match_runs import MatchRun
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WorkError
from service.work.facts.follow_ups import RESCORE, SOON
from service.work.jobs import Hold, Lost
from service.work.matching.answer import apply_answers
from service.work.matching.ask import SERVICE
from service.work.matching.kept_events import add_events, events_of
from service.work.matching.kept_rows import Found, keep_rows
from service.work.matching.lines_in_force import in_force
from service.work.matching.memory import Said, row_hash
from service.work.runs.alive import alive

if TYPE_CHECKING:
    import pyarrow as pa

    from features.matching.matched_events import Kept

_LOG = logging.getLogger("mingbai.matching")

DONE: Final = "org.mingbai.matching.done"
MEMORY_GB: Final = 2.0
"""Memory the comparison may take, beside the lists themselves."""
SAMPLE: Final = 200
"""Pairs drawn for people to look at, beside those they have answered to."""

NOTHING: Final = ("尚未报送部门名单或人员登记，无从匹配。", "No list or no register was handed over: nothing to match.")
TOO_LARGE: Final = (
    "名单和登记超出可用内存，请在内存更大的机器上用 mingbai match 处理。",
    "The lists and the register do not fit into memory: match them with `mingbai match` on a larger machine.",
)
BROKE: Final = ("匹配失败，请将编号告知管理员。", "The run failed: tell an administrator its number.")
DIED: Final = (
    "匹配过程多次中断（可能内存不足），已放弃。",
    "The run was given up: its worker died again and again, perhaps for lack of memory.",
)


def match_lists(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: one run. Begun again it is of the same moment, and what was kept stays."""
    with context.database.read() as connection:
        run = match_runs.get(connection, int(arguments["run"]))
    if run is None or run.state != "waiting":
        return
    try:
        _match(context, run, hold)
    except WorkError as error:
        _fail(context, run, (error.chinese or str(error), str(error)))
    except MemoryError:
        _fail(context, run, TOO_LARGE)
    except (SQLAlchemyError, DatabaseError, Lost):
        raise
    except Exception as error:  # Asked for again it would fail again: whoever asked is told.
        _LOG.error("matching %d failed with %s", run.run_id, type(error).__name__)
        _fail(context, run, BROKE)


def given_up(context: Context, connection: Connection, arguments: Mapping[str, Any]) -> None:
    """Keep that workers died of a run."""
    match_runs.fail(connection, int(arguments["run"]), context.clock.now(), DIED)


def _match(context: Context, run: MatchRun, hold: Hold) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    from features.matching import register
    from features.matching.link import Lists, link
    from service.work.runs.scorer_here import scorer_here

    with alive(hold):
        history = scorer_here(context).history
        ledger, seq = history.ledger, history.seq
    with context.database.write() as connection:
        before = match_runs.newest(connection)
        last = before.as_of if before is not None else None
        now = context.clock.now()
        # No two runs are of one moment: what a later one decides otherwise counts from its own on.
        as_of = match_runs.begin(connection, run.run_id, now if last is None or now > last else last + _TICK)
        spec = in_force(context, connection).spec
        answers = match_answers.standing(connection)
    try:
        at = micros(as_of)
        lists = Lists(register.department_rows(ledger, at), register.persons(ledger, at), register.divisions(ledger))
    except register.NoListError:
        return _fail(context, run, NOTHING)
    if not lists.left.num_rows:
        return _fail(context, run, NOTHING)
    names = {row_hash(context.seal, row): row for row in lists.left.column(spec.left_id).to_pylist()}
    said = Said.of(context.seal, answers, names)
    with alive(hold):
        links = link(
            lists, spec, memory=said, asked=None, memory_gb=MEMORY_GB, threads=1, on_disk=False,
            progress=lambda _what, _share: hold.renew(),
        )  # fmt: skip
    settled = frozenset(said.settled)
    found = Found(lists, links, spec, settled)
    keep_rows(context, run.run_id, found, hold)
    hold.renew()
    ids = links.matches.column("row_id")
    decision = pc.if_else(pc.is_in(ids, pa.array(sorted(settled), pa.string())), "same", links.matches["decision"])
    matches = links.matches.set_column(4, "decision", decision).set_column(
        1, "person_id", pa.chunked_array([links.persons])
    )
    kept, events = events_of(context, ledger, matches, as_of, last)
    counts = {name: decision.to_pylist().count(name) for name in ("same", "unsure", "none")}
    values = {
        "fact_seq": seq, "same_probability": spec.same_probability, "none_probability": spec.none_probability,
        "spec": spec.version, "rows": matches.num_rows, **counts, "persons": lists.right.num_rows,
        "pairs": links.pairs, "cleared": len(said.away), "confirmed": len(settled),
    }  # fmt: skip
    sample = _sample(context, found, sum(one.drawn for one in answers))
    _finish(context, run, values, kept, events, sample, max((one.answer_id for one in answers), default=0))


def _sample(context: Context, found: Found, answered: int) -> dict[str, int]:
    """Places of the rows people are to look at: the draw of `mingbai match review`, larger by what was answered."""
    from features.matching.review import draw

    drawn = draw(found.links, found.spec, found.lists.left, found.lists.right, SAMPLE + answered)
    return {row_hash(context.seal, row): place for place, row in enumerate(drawn.column("row_id").to_pylist())}


def _finish(
    context: Context,
    run: MatchRun,
    values: dict[str, Any],
    kept: Kept,
    events: pa.Table,
    sample: dict[str, int],
    answered: int,
) -> None:
    """Keep that the run is done, with the events that count from now on: all of it or nothing. `answered`: the last
    answer it knew of."""
    values |= {"events_new": kept.new, "events_changed": kept.changed, "events_back": kept.taken_back}
    now = context.clock.now()
    with context.database.write() as connection:
        if not match_runs.finish(connection, run.run_id, now, values):
            return  # Another worker was first.
        match_rows.draw(connection, sample)
        # What somebody answered while the rows were written stands above what was written.
        apply_answers(connection, answered)
        add_events(context, connection, events)
        if events.num_rows:
            jobs.add(connection, RESCORE, {}, now + SOON, name=RESCORE)
        told = {name: values[name] for name in ("rows", "same", "unsure", "none")}
        outbox.add(connection, DONE, f"matching/{run.run_id}", told, now)
        details = told | {name: values[name] for name in ("events_new", "events_changed", "events_back")}
        record(context, connection, Line(SERVICE, "matching.done", "matching", str(run.run_id), details=details))


def _fail(context: Context, run: MatchRun, why: tuple[str, str]) -> None:
    with context.database.write() as connection:
        match_runs.fail(connection, run.run_id, context.clock.now(), why)


_TICK: Final = dt.timedelta(microseconds=1)
