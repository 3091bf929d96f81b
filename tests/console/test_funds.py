"""The page of funds: sums as the work layer has them, drill-down by address, as of any day, within one's divisions."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace

import pyarrow as pa
import pytest
from sqlalchemy import select

from features.contract import EVERY_TABLE
from service.access import Principal
from service.clock import SetClock
from service.console.formats import yuan
from service.store.town_sums import TOWN_FUNDS
from service.work.context import Context
from service.work.facts.accept import accept
from service.work.facts.hashes import hashes_of
from service.work.funds.board import Asked, board
from service.work.funds.refresh import refresh_some
from service.work.funds.stages import CHAIN, days_in_stages
from service.work.places import places_of
from tests.console.conftest import Browse
from tests.county import County
from tests.serving.put_once import put_once
from tests.serving.test_chain_and_funds import EVERYBODY
from tests.serving.test_chain_and_funds import county as county

TABLES = ("divisions", "programs", "payment_runs", "applications", "approvals", "disbursements", "settlements")


@pytest.fixture
def filled(context: Context, clock: SetClock, county: County) -> County:
    """The county's money on record, a while after its last payment."""

    def put() -> None:
        with context.database.write() as connection:
            for name in TABLES:
                (batch,) = county.tables[name].combine_chunks().to_batches()
                hashes = hashes_of(context.seal, EVERY_TABLE[name], batch)
                accept(context, connection, EVERY_TABLE[name], batch, hashes, source="test")
        while refresh_some(context):
            pass

    put_once(context, ("funds", id(county)), put)
    last = max(county.tables["disbursements"].column("submitted_at").to_pylist())
    clock.at = last + dt.timedelta(days=1)
    return county


def links(page: str) -> list[str]:
    """Where the lines of the table lead."""
    return [one.replace("&amp;", "&") for one in re.findall(r'data-href="(/funds[^"]*)"', page)]


def test_the_page_says_what_the_sums_say(filled: County, context: Context, browse: Browse) -> None:
    """By item, period and place; each line leads to what lies below it; parts are those of the whole."""
    browser = browse("supervisor")
    page = browser.open("/funds")
    found = board(context, EVERYBODY, "program", Asked())
    assert found.whole is not None
    for one in found.groups:
        assert yuan(one.sums.paid_fen) in page
        assert yuan(one.received_fen) in page
    names = {row["program_id"]: row["name"] for row in filled.tables["programs"].to_pylist()}
    assert names[found.groups[0].key] in page
    assert "领取补贴的群众" in page
    (first, *_) = links(page)
    assert f"program={found.groups[0].key}" in first
    below = browser.open(first)
    assert "各环节天数" in below
    periods = board(context, EVERYBODY, "period", Asked(program_id=found.groups[0].key))
    assert len(links(below)) == len(periods.groups)
    assert sum(one.sums.paid_fen for one in periods.groups) == found.groups[0].sums.paid_fen
    places = browser.open("/funds?by=place")
    tree = places_of(context)
    shown = board(context, EVERYBODY, "place", Asked())
    assert len(shown.groups) > 1
    for one in shown.groups:
        assert tree.name(one.key) in places
        assert yuan(one.sums.credited_fen) in places
    assert sum(one.sums.released_fen for one in shown.groups) == found.whole.sums.released_fen
    town = next(path for path in links(places))
    assert shown.groups[0].key in town
    inside = browser.open(town)
    assert yuan(shown.groups[0].sums.waiting_fen) in inside
    assert tree.name(shown.groups[0].key) in inside


def test_a_year_holds_its_months(filled: County, context: Context) -> None:
    """`2018` is all of 2018, and nothing of another year."""
    every = board(context, EVERYBODY, "period", Asked())
    year = every.periods[0][:4]
    some = board(context, EVERYBODY, "period", Asked(period=year))
    assert {one.key for one in some.groups} == {one for one in every.periods if one.startswith(year)}
    assert len(some.groups) < len(every.groups)


def test_late_money_stands_on_the_map_and_in_the_list(filled: County, context: Context, browse: Browse) -> None:
    """As of a day on which money waited: the department is named, the run, the days; the map agrees with the list."""
    runs = {row["run_id"]: row for row in filled.tables["payment_runs"].to_pylist()}
    limits = {row["program_id"]: row["release_limit_days"] for row in filled.tables["programs"].to_pylist()}
    late = next(
        (row for row in runs.values() if _paid_late(filled, row, limits)),
        None,
    )
    assert late is not None, "the county pays every run in time"
    day = late["funds_received_on"] + dt.timedelta(days=int(limits[late["program_id"]]) + 1)
    found = board(context, EVERYBODY, "program", Asked(on=day))
    assert late["run_id"] in {one.run_id for one in found.standing}
    worst = {spot for (item, _), spot in found.spots.items() if item == late["program_id"]}
    assert max(spot.days_over for spot in worst) >= 1
    page = browse("supervisor", language="en").open(f"/funds?at={day}")
    assert late["run_id"] in page
    assert f"as it stood on {day}" in page
    assert 'class="heat"' in page
    assert f'href="/runs?run_id={late["run_id"]}"' in page
    assert "/runs?run_id" not in browse("data_scientist").open(f"/funds?at={day}")


def _paid_late(county: County, run: dict[str, object], limits: dict[str, int | None]) -> bool:
    limit, came = limits[str(run["program_id"])], run["funds_received_on"]
    if limit is None or not isinstance(came, dt.date):
        return False
    payments = county.tables["disbursements"].to_pylist()
    again = {row["disbursement_id"]: row["reissue_of"] for row in payments if row["reissue_of"]}
    due = came + dt.timedelta(days=limit + 1)
    paid: dict[str, dt.date] = {}
    for row in county.tables["settlements"].to_pylist():
        if row["status"] == "paid":
            first = again.get(row["disbursement_id"], row["disbursement_id"])
            paid[first] = min(paid.get(first, dt.date.max), row["at"].date())
    return any(
        row["submitted_at"].date() < due and paid.get(row["disbursement_id"], dt.date.max) > due + dt.timedelta(days=1)
        for row in payments
        if row["run_id"] == run["run_id"] and row["disbursement_id"] not in again
    )


@pytest.mark.parametrize("days_back", [None, 300])
def test_townships_say_what_their_villages_say(filled: County, context: Context, days_back: int | None) -> None:
    """Whoever sees everything reads sums by township, whoever is given every village reads them one by one: the same,
    also after a village was told to lie elsewhere."""
    villages = tuple(
        row["division_code"] for row in filled.tables["divisions"].to_pylist() if row["level"] == "village"
    )
    each = Principal(3, "each", frozenset({"supervisor"}), villages, "session")
    on = None if days_back is None else context.clock.now().date() - dt.timedelta(days=days_back)
    for _ in range(2):
        for by in ("program", "period"):
            one, other = (board(context, who, by, Asked(on=on)) for who in (EVERYBODY, each))
            assert one.whole is not None
            assert [replace(group, received_fen=None) for group in one.groups] == [
                replace(group, received_fen=None) for group in other.groups
            ]
            assert one.standing == other.standing
        rows = [row for row in filled.tables["divisions"].to_pylist() if row["level"] == "village"]
        moved = pa.Table.from_pylist([{**rows[0], "parent_code": None}], filled.tables["divisions"].schema)
        with context.database.write() as connection:
            (batch,) = moved.to_batches()
            hashes = hashes_of(context.seal, EVERY_TABLE["divisions"], batch)
            accept(context, connection, EVERY_TABLE["divisions"], batch, hashes, source="test")
        while refresh_some(context):
            pass
    with context.database.read() as connection:
        towns = set(connection.execute(select(TOWN_FUNDS.c.division_code)).scalars())
    assert rows[0]["division_code"] in towns
    assert rows[1]["division_code"] not in towns


def test_the_file_is_the_table(filled: County, context: Context, browse: Browse) -> None:
    """In the language of whoever takes it, money as yuan, the same lines."""
    answer = browse("auditor", language="en").client.get("/funds/file?by=period")
    assert answer.headers["content-disposition"] == 'attachment; filename="funds-by-period.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    found = board(context, EVERYBODY, "period", Asked())
    assert [row["Period"] for row in rows] == [one.key for one in found.groups]
    assert [row["Paid"].replace(".", "").lstrip("0") for row in rows] == [
        str(one.sums.paid_fen or "") for one in found.groups
    ]


def test_somebody_of_one_place_sees_its_money_alone(filled: County, context: Context, browse: Browse) -> None:
    """The map and the table begin there; another place holds nothing; a role without funds sees none."""
    tree = places_of(context)
    paid = board(context, EVERYBODY, "place", Asked())
    mine, other = (tree.get(one.key) for one in paid.groups[:2])
    assert mine is not None
    assert other is not None
    browser = browse("department_verifier", divisions=(mine.code,))
    page = browser.open("/funds?by=place")
    assert mine.name in page
    assert other.name not in page
    away = browser.open(f"/funds?division={other.code}")
    assert "没有符合条件的资金记录" in away
    browse("administrator").open("/funds", 403)


def test_addresses_nobody_made(filled: County, browse: Browse) -> None:
    """A day that has not come is today; nonsense is refused or finds nothing; nothing is run."""
    browser = browse("supervisor")
    for query in ("at=2999-01-01", "at=2019-02-31", "at=0001-01-01", ""):
        assert "截至 2" not in browser.open(f"/funds?{query}").split("<main")[1].split('class="figures"')[0]
    for query in ("at=soon", "by=person", f"program={'x' * 65}"):
        browser.open(f"/funds?{query}", 422)
    page = browser.open("/funds?program=%3Cscript%3Ealert(1)%3C/script%3E&division=%25&period=20_9")
    assert "<script>alert" not in page
    assert "没有符合条件" in page


def test_days_between_stages_follow_the_chain(filled: County, context: Context) -> None:
    """In the order of the stages, never below nothing, of a sample where there are many."""
    item = max(board(context, EVERYBODY, "program", Asked()).groups, key=lambda one: (one.sums.payments, one.key)).key
    found = days_in_stages(context, EVERYBODY, Asked(program_id=item))
    assert found.looked_at == found.payments
    steps = [one.begin for one in found.days if one.begin in CHAIN]
    assert steps == [stage for stage in CHAIN if stage in steps]
    assert ("submitted", "paid") in {(one.begin, one.end) for one in found.days}
    assert all(0 <= one.median <= one.p90 and one.counted for one in found.days)
