"""Bring the queue up to date: alerts become cases, or come to the cases there are; what was explained stays quiet.

The thinking is done before the transaction, which then holds all or nothing: a refresh that is begun again after a
crash gives the same queue.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from service.access import Principal
from service.clock import micros
from service.store import case_members, cases, counter_evidence, division_paths, jobs, queue_draws
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.jobs import Hold
from service.work.queue.alerts import judged, members_of
from service.work.queue.change import SERVICE
from service.work.queue.open_case import Member, NewCase, Opened, hub_of, join_case, one_hand, open_case
from service.work.queue.remember import Recalled, quieten, recall
from service.work.queue.states import DESKS
from service.work.queue.working_days import local_day, zone

if TYPE_CHECKING:
    import pyarrow as pa

    from features.asof import Ledger
    from models.scoring.bundle import Bundle
    from models.scoring.cases import Standing

KIND: Final = "refresh_queue"
AT_NIGHT: Final = dt.time(2)
HALF: Final = 0.5
"""A group with more than this share of its payments in one open case of its question goes on there, under whatever hub
it was grouped this time."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: cases opened and continued, patterns kept quiet."""

    opened: int = 0
    continued: int = 0
    quietened: int = 0


def refresh_queue(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: refresh the queue as of its moment (`at`, microseconds UTC), and plan the next night's."""
    from service.work.runs.alive import alive
    from service.work.runs.scorer_here import scorer_here

    with alive(hold):
        here = scorer_here(context)
        if not here.history.lacking:
            bundle, degraded = here.bundle()
            # What the model disagrees with itself about is asked only where there is one.
            refresh(context, here.history.ledger, int(arguments["at"]), bundle=None if degraded else bundle)
    hold.renew()
    plan(context)


def plan(context: Context) -> None:
    """Have the queue refreshed in the coming night, at two o'clock local time."""
    now = context.clock.now()
    at = dt.datetime.combine(local_day(context, now), AT_NIGHT, zone(context))
    with context.database.write() as connection:
        at = at if at > now else at + dt.timedelta(days=1)
        jobs.add(connection, KIND, {"at": micros(at)}, at, name=KIND)


def ask_for_refresh(context: Context, who: Principal) -> dt.datetime:
    """Have the queue refreshed now; the moment it will be of."""
    now = context.clock.now()
    with context.database.write() as connection:
        # Under a name of its own: the night's job keeps its moment.
        jobs.add(connection, KIND, {"at": micros(now)}, now, name=f"{KIND}:asked")
        record(context, connection, Line(who.name, "queue.refresh_asked", "queue", "all"))
    return now


def refresh(context: Context, ledger: Ledger, at_us: int, *, bundle: Bundle | None = None) -> Refreshed:
    """Make the queue of a moment (microseconds UTC) from the newest scores and keep it; the same moment only once."""
    from models.scoring.cases import build_queue

    with context.database.read() as connection:
        if queue_draws.refreshed(connection, at_us):
            return Refreshed()
        found = judged(context, connection, ledger, at_us)
        standing = _standing(context, connection)
    if found.num_rows == 0:
        return Refreshed()
    queue = build_queue(ledger, found, at_us, context.policy, bundle=bundle, standing=standing)
    draws = {row["disbursement_id"]: row for row in queue.draws.to_pylist()}
    wanted = _wanted(context, ledger, at_us, queue.cases, draws)
    with context.database.write() as connection:
        one_hand(context, connection)
        if queue_draws.refreshed(connection, at_us):
            return Refreshed()
        return _keep(context, connection, at_us, wanted, draws)


def _standing(context: Context, connection: Connection) -> Standing:
    from models.scoring.cases import Standing

    since = context.clock.now() - dt.timedelta(days=context.policy["cases.queue_days"])
    opened = cases.opened_since(connection, since)
    return Standing(
        held=frozenset(case_members.all_held(connection)),
        settled=frozenset(case_members.all_decided(connection)),
        left={desk: max(0, int(context.policy[f"desks.{desk}_capacity"]) - opened.get(desk, 0)) for desk in DESKS},
    )


def _wanted(
    context: Context, ledger: Ledger, at_us: int, table: pa.Table, draws: Mapping[str, dict[str, Any]]
) -> list[NewCase]:
    """Cases to be, in the order of the queue, with their payments."""
    rows = table.to_pylist()
    payments = sorted({one for row in rows for one in json.loads(row["members"])})
    with context.database.read() as connection:
        members = members_of(context, connection, ledger, at_us, payments)
    made: list[NewCase] = []
    place = 0
    for row in rows:
        numbers = json.loads(row["members"])
        offered = str(draws[numbers[0]]["offered_as"])
        loss = round(row["expected_loss"] * 100)
        if offered == "alert":
            place = -loss
        # A case asked for to learn stands where the queue put it: behind the last one it follows.
        made.append(_case(row, [members[one] for one in numbers if one in members], loss, offered, place))
    return made


def _case(row: Mapping[str, Any], members: Sequence[Member], loss_fen: int, offered: str, place: int) -> NewCase:
    """A case of the queue; its expected loss is laid on its payments by risk times amount."""
    weight = sum(one.score * one.amount_fen for one in members)
    shared = tuple(
        replace(
            one,
            loss_fen=round(loss_fen * one.score * one.amount_fen / weight) if weight > 0 else 0,
            selected_by=row["selected_by"],
        )
        for one in members
    )
    return NewCase(
        desk=row["desk"], hub_kind=row["hub_kind"], hub_id=row["hub_id"], typology=row["typology"],
        suspect_role=row["suspect_role"], summary_zh=row["summary_zh"], summary_en=row["summary_en"],
        selected_by=row["selected_by"], offered_as=offered, members=shared, score=float(row["score"]),
        rank_key=None if offered == "alert" else place, told_from_members=offered == "alert",
    )  # fmt: skip


def _keep(
    context: Context, connection: Connection, at_us: int, wanted: Sequence[NewCase], draws: Mapping[str, dict[str, Any]]
) -> Refreshed:
    """Keep what a refresh found, in one transaction."""
    opened = continued = quiet = 0
    lines: list[Line] = []
    kept: list[dict[str, Any]] = []
    for case in wanted:
        drawn = _with_chance(case, draws)
        done = _put(context, connection, drawn)
        if done is None:
            continue
        if isinstance(done, Quiet):
            quiet += 1
            continue
        opened, continued = opened + done.new, continued + (not done.new and bool(done.lines))
        lines += done.lines
        kept += [
            {**draws[one.disbursement_id], "case_id": done.case_id}
            for one in case.members
            if one.disbursement_id in draws
        ]
    queue_draws.keep(connection, kept)
    row = {"queue_at": at_us, "opened": opened, "continued": continued, "quietened": quiet}
    queue_draws.keep_refresh(connection, row)
    lines.append(Line(SERVICE.name, "queue.refreshed", "queue", "all", details=row))
    record(context, connection, *lines)
    return Refreshed(opened, continued, quiet)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Not opened, because of a memory."""

    memory_id: int


def _with_chance(case: NewCase, draws: Mapping[str, dict[str, Any]]) -> NewCase:
    """A payment of the random sample carries the chance it was drawn by."""
    if case.offered_as != "random":
        return case
    members = tuple(replace(one, propensity=draws[one.disbursement_id]["propensity"]) for one in case.members)
    return replace(case, members=members, propensity=members[0].propensity if members else None)


def _put(context: Context, connection: Connection, case: NewCase) -> Opened | Quiet | None:
    """Continue the open case of a question, keep it quiet, or open it; None where others have all its payments."""
    key, _ = hub_of(context, case.hub_kind, case.hub_id)
    held = case_members.held(connection, [one.disbursement_id for one in case.members])
    if cases.open_of(connection, (case.desk, case.hub_kind, key, case.typology, case.offered_as)):
        return open_case(context, connection, SERVICE, case)
    if held:
        number, count = Counter(held.values()).most_common(1)[0]
        row = cases.lock(connection, number)
        same = row is not None and (row.desk, row.typology) == (case.desk, case.typology)
        if row is not None and same and count > HALF * len(case.members):
            return join_case(context, connection, SERVICE, row, case, held)
    free = replace(case, members=tuple(one for one in case.members if one.disbursement_id not in held))
    if not free.members:
        return None
    # A sample from which what was explained is left out would be a sample of something else.
    recalled = recall(context, connection, free) if free.offered_as == "alert" else Recalled(None)
    if recalled.memory_id is not None:
        division = division_paths.nearest_above(
            connection, [one.division_code for one in free.members if one.division_code]
        )
        quieten(context, connection, free, recalled.memory_id, division)
        return Quiet(recalled.memory_id)
    if recalled.why:
        free = replace(free, details={**free.details, "returned": recalled.why})
    done = open_case(context, connection, SERVICE, free)
    if recalled.why:
        counter_evidence.returned(connection, free.desk, key, free.typology, recalled.why, done.case_id)
    return done
