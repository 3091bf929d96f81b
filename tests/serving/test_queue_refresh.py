"""Refreshing the queue over an invented county: cases open, go on, stay quiet, and nothing is lost or double."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import select

from models.scoring.bundle import load_bundle
from models.scoring.draws import SCHEMA
from models.scoring.policy import Policy
from models.scoring.score import score
from service.clock import SetClock
from service.store import case_members, division_paths, facts
from service.store.case_members import CASE_MEMBERS
from service.store.cases import CASES
from service.store.counter_evidence import QUIETENED
from service.work.context import Context
from service.work.moments import EPOCH
from service.work.queue.close_case import close_case
from service.work.queue.closing import Closing, Explained
from service.work.queue.kept_draws import kept_draws
from service.work.queue.refresh_queue import Refreshed, refresh
from service.work.queue.remember import end_memory, list_quietened
from service.work.scoring.kept import Made, keep, rows_of
from service.work.scoring.payments import payments_at
from tests.county import County, invent
from tests.serving.queue_world import somebody

BOSS = somebody(1, "supervisor", divisions=("*",))
DAY = 86_400_000_000


@dataclass
class World:
    """A county, the moment its queue is of, and what every payment of the window is scored."""

    county: County
    at: int
    rows: np.ndarray
    scores: pa.Table


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A small county, scored once by the shipped model after payment."""
    county = invent(tmp_path_factory.mktemp("queue"), households=500, seed=21, months=18)
    at = county.moment(0.9)
    rows, _ = county.between(0.6, 0.9)
    moments = np.full(len(rows), at, dtype=np.int64)
    table = pa.concat_tables(score(county.ledger, load_bundle(None), Policy.load(), rows, moments))
    return World(county, at, rows, table)


@pytest.fixture
def scored(context: Context, clock: SetClock, world: World) -> Context:
    """A context with the county's divisions and scores, at the moment of the queue; places are few."""
    clock.at = EPOCH + dt.timedelta(microseconds=world.at)
    values = {
        **context.policy.values,
        "desks.discipline_capacity": 4,
        "desks.department_capacity": 12,
        "desks.random_share": 0.2,
    }
    context = replace(context, policy=replace(context.policy, values=values))
    keep_scores(context, world, world.scores)
    tree = world.county.tables["divisions"].select(["division_code", "parent_code", "successor_code"]).to_pylist()
    with context.database.write() as connection:
        division_paths.replace(connection, tree)
    return context


def keep_scores(context: Context, world: World, table: pa.Table, made_by: str = "rescore") -> None:
    """Put scores on record as the scorer does."""
    made = Made(kind="after", made_by=made_by, fact_seq=0, at=context.clock.now())
    with context.database.write() as connection:
        keep(connection, rows_of(context, table, payments_at(world.county.ledger, world.rows), made), events=False)


def everything(context: Context) -> list[Any]:
    """Every case."""
    with context.database.read() as connection:
        return list(connection.execute(select(CASES).order_by(CASES.c.rank_key, CASES.c.case_id)))


def members(context: Context) -> list[Any]:
    """Every payment that is in an open case."""
    with context.database.read() as connection:
        return list(connection.execute(select(CASE_MEMBERS).where(CASE_MEMBERS.c.active.is_(True))))


def test_alerts_become_cases_within_each_desks_places(scored: Context, world: World) -> None:
    """No payment is in two cases; each desk opens what it can; cases lie in the division that holds their payments."""
    done = refresh(scored, world.county.ledger, world.at)
    rows = everything(scored)
    assert (done.opened, done.continued) == (len(rows), 0)
    desks = Counter(row.desk for row in rows if row.offered_as == "alert")
    assert 0 < desks["discipline"] <= 4
    assert 0 < desks["department"] <= 12
    found = members(scored)
    assert len({m.disbursement_id for m in found}) == len(found)
    assert {row.member_count for row in rows} == set(Counter(m.case_id for m in found).values())
    for row in rows:
        mine = [m for m in found if m.case_id == row.case_id]
        assert row.amount_fen == sum(m.amount_fen for m in mine)
        assert row.loss_fen == sum(m.loss_fen for m in mine)
        with scored.database.read() as connection:
            assert row.division_code == division_paths.nearest_above(connection, [m.division_code for m in mine])


def test_places_kept_for_learning_carry_their_chance_and_stay_in_their_places(scored: Context, world: World) -> None:
    """The random sample is spread through the queue, its propensity beside each payment and on record for training."""
    refresh(scored, world.county.ledger, world.at)
    rows = everything(scored)
    drawn = [row for row in rows if row.offered_as == "random"]
    assert drawn
    assert all(row.propensity is not None and 0 < row.propensity <= 1 for row in drawn)
    places = [n for n, row in enumerate(rows) if row.offered_as == "random"]
    assert min(places) < len(rows) / 2 < max(places) + len(rows) / len(drawn)
    record = kept_draws(scored)
    assert record.schema == SCHEMA
    by_payment = {row["disbursement_id"]: row for row in record.to_pylist()}
    for m in members(scored):
        assert by_payment[m.disbursement_id]["case_id"] == m.case_id
        chance = by_payment[m.disbursement_id]["propensity"]
        assert chance == (m.propensity if m.selected_by == "random" else 1.0)


def test_the_same_moment_again_changes_nothing_and_a_later_one_goes_on(
    scored: Context, world: World, clock: SetClock
) -> None:
    """A refresh begun again after a crash, or a day later with the same scores, opens no case twice."""
    refresh(scored, world.county.ledger, world.at)
    before = [tuple(row) for row in everything(scored)]
    assert refresh(scored, world.county.ledger, world.at) == Refreshed()
    assert [tuple(row) for row in everything(scored)] == before
    clock.move(days=1)
    again = refresh(scored, world.county.ledger, world.at + DAY)
    rows = everything(scored)
    # What did not fit into a desk's places may not open before the week is over.
    assert Counter(row.desk for row in rows if row.offered_as == "alert")["discipline"] <= 4
    assert {row[0] for row in before} <= {row.case_id for row in rows}
    found = members(scored)
    assert len({m.disbursement_id for m in found}) == len(found)
    assert again.opened == len(rows) - len(before)


def test_two_refreshes_at_once_make_one_queue(scored: Context, world: World) -> None:
    """Threads that race: one keeps its queue, the other finds it kept."""
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: refresh(scored, world.county.ledger, world.at), range(2)))
    assert sorted(one.opened > 0 for one in done) == [False, True]
    found = members(scored)
    assert len({m.disbursement_id for m in found}) == len(found)


def test_a_crash_in_the_middle_leaves_no_queue(scored: Context, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All or nothing; the next attempt makes the whole queue."""

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("service.work.queue.refresh_queue.queue_draws.keep", crash)
        with pytest.raises(RuntimeError):
            refresh(scored, world.county.ledger, world.at)
    assert everything(scored) == []
    assert refresh(scored, world.county.ledger, world.at).opened > 0


def test_new_alerts_come_to_the_open_case_of_their_question(scored: Context, world: World, clock: SetClock) -> None:
    """First some of the alerts are known, then all: the cases go on, with more payments, under the same numbers."""
    told = world.scores.column("recommendation").to_pylist()
    alerts = [n for n, one in enumerate(told) if one != "release"]
    later = set(alerts[::2])
    first = ["release" if n in later else one for n, one in enumerate(told)]
    place = world.scores.schema.get_field_index("recommendation")
    keep_scores(scored, world, world.scores.set_column(place, "recommendation", pa.array(first)), "first")
    refresh(scored, world.county.ledger, world.at)
    before = {row.case_id: row for row in everything(scored)}
    had = {m.disbursement_id: m.case_id for m in members(scored)}
    keep_scores(scored, world, world.scores, "second")
    clock.move(days=8)
    done = refresh(scored, world.county.ledger, world.at + DAY)
    rows = {row.case_id: row for row in everything(scored)}
    now = {m.disbursement_id: m.case_id for m in members(scored)}
    assert done.continued > 0
    assert had.items() <= now.items()
    grown = [number for number, row in before.items() if rows[number].member_count > row.member_count]
    assert len(grown) >= 1
    assert all(rows[number].version > 1 for number in grown)
    open_ones = [(r.desk, r.hub_kind, r.hub_key, r.typology, r.offered_as) for r in rows.values()]
    assert len(set(open_ones)) == len(open_ones)


def explain(context: Context, about: str) -> Any:
    """Close the first department case of several rules' making as explained; its row."""
    row = next(r for r in everything(context) if r.desk == "department" and r.offered_as == "alert" and r.typology)
    closing = Closing("cleared", explained=Explained(about, "家庭成员代领，有授权"))  # type: ignore[arg-type]
    close_case(context, BOSS, row.case_id, row.version, closing, "已核实")
    return row


def forget_findings(context: Context, number: str) -> None:
    """Let the payments count as not looked at: as next month's payments of the same pattern would."""
    with context.database.write() as connection:
        for one in case_members.of_case(connection, number):
            case_members.change(connection, number, one.disbursement_id, {"outcome": None})


@pytest.mark.parametrize("about", ["hub", "household"])
def test_what_was_explained_stays_quiet_until_it_grows_or_expires(
    scored: Context, world: World, clock: SetClock, about: str
) -> None:
    """The same pattern is listed as quiet with the memory's number; it comes back when that expires, and says why."""
    refresh(scored, world.county.ledger, world.at)
    row = explain(scored, about)
    with scored.database.read() as connection:
        assert facts.last_seq(connection) == 1
    forget_findings(scored, row.case_id)
    clock.move(days=30)
    done = refresh(scored, world.county.ledger, world.at + DAY)
    assert done.quietened == 1
    quiet, _ = list_quietened(scored, BOSS, "department", 0, 10)
    assert [(one["hub_key"], one["typology"], one["case_id"]) for one in quiet] == [
        (row.hub_key, row.typology, row.case_id)
    ]
    clock.move(days=400)
    refresh(scored, world.county.ledger, world.at + 2 * DAY)
    with scored.database.read() as connection:
        back = connection.execute(select(QUIETENED)).one()
        again = connection.execute(select(CASES).where(CASES.c.case_id == back.returned_as)).one()
    assert back.returned_why == "the explanation has expired"
    assert (again.hub_key, again.typology, again.is_open) == (row.hub_key, row.typology, True)
    assert list_quietened(scored, BOSS, "department", 0, 10)[0] == []


def test_what_people_forget_comes_back(scored: Context, world: World, clock: SetClock) -> None:
    """A memory that was ended quietens nothing."""
    refresh(scored, world.county.ledger, world.at)
    row = explain(scored, "hub")
    forget_findings(scored, row.case_id)
    end_memory(scored, BOSS, 1, "授权书是假的")
    clock.move(days=8)
    assert refresh(scored, world.county.ledger, world.at + DAY).quietened == 0
    assert sum((r.hub_key, r.typology) == (row.hub_key, row.typology) for r in everything(scored)) == 2


def test_what_was_found_is_no_alert_again(scored: Context, world: World, clock: SetClock) -> None:
    """Payments with a finding neither open a case nor take a place for learning."""
    refresh(scored, world.county.ledger, world.at)
    for row in everything(scored):
        if row.desk != "discipline" and not row.two_people:
            close_case(scored, BOSS, row.case_id, row.version, Closing("cleared"), "无问题")
    with scored.database.read() as connection:
        decided = case_members.all_decided(connection)
    assert decided
    clock.move(days=8)
    refresh(scored, world.county.ledger, world.at + DAY)
    assert decided.isdisjoint(m.disbursement_id for m in members(scored))


def test_nothing_personal_is_kept_in_clear(scored: Context, world: World) -> None:
    """Cards, phones and devices of hubs are sealed: no identifier of the county stands in a case."""
    refresh(scored, world.county.ledger, world.at)
    tables = world.county.tables
    secret = set(tables["disbursements"].column("card_id").to_pylist()) | set(
        tables["persons"].column("person_id").to_pylist()
    )
    secret |= {one for one in tables["persons"].column("phone").to_pylist() if one}
    for row in [*everything(scored), *members(scored)]:
        for value in row:
            assert not isinstance(value, str) or value not in secret


def test_the_store_folder_is_not_needed(scored: Context, world: World, tmp_path: Path) -> None:
    """A refresh writes to the database alone."""
    before = {p for p in world.county.store.rglob("*") if p.is_file()}
    refresh(scored, world.county.ledger, world.at)
    after = {p for p in world.county.store.rglob("*") if p.is_file()}
    assert {p.name for p in after - before if p.parent.name == "queues"} == set()
    assert not (tmp_path / "home" / "queues").exists()
