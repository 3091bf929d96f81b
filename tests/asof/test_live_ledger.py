"""A ledger that takes rows gives the numbers of one made from all rows at once, whatever comes in, in whatever order.

The oracle is a ledger made anew: nothing of it knows how to take a row.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features._world import world
from features.asof import Ledger, View
from features.asof.live import LiveLedger
from features.catalogue import all_features
from features.contract import TABLES
from features.division.count_lines_copied_in_list import count_lines_copied_in_list
from features.division.is_in_block_copied_across_townships import is_in_block_copied_across_townships
from tests.asof.live_county import anew, assert_equal, begun, slices, taken, to_come, to_the_day, whole_rows
from tests.conftest import LONG
from tests.county import County, invent, known_at

EVERY = tuple(TABLES)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """A small county; changed by nobody."""
    return invent(tmp_path_factory.mktemp("live"), households=200, seed=5, months=14)


def _grow(
    tables: dict[str, pa.Table], cut: int, size: int, seed: int, delays: dict[str, float]
) -> tuple[LiveLedger, Ledger]:
    """A ledger that was used when it was opened and after every few slices, and the same made at once."""
    base = begun(tables, cut)
    live = LiveLedger(base)
    _use(live)
    coming = to_come(tables, cut, seed, delays)
    for number, rows in enumerate(slices(tables, coming, size)):
        done = live.append(rows)
        assert not done.late
        assert not done.conflicts
        assert not done.repeated
        if number % max(1, 200 // size) == 0:
            _use(live)
    return live, anew(base, tables, coming)


def _use(ledger: Ledger) -> None:
    """Ask for everything, so that everything is kept and has to follow."""
    last = ledger.tables["disbursements"].rows - 1
    view = View.before_payment(ledger, np.array([last]))
    for feature in all_features():
        feature.of(view)


@pytest.mark.no_cover
@pytest.mark.parametrize(("size", "share"), [(1, 0.97), (7, 0.8), (500, 0.4)])
def test_slices_of_rows(county: County, size: int, share: float) -> None:
    live, whole = _grow(county.tables, county.moment(share), size, seed=size, delays={})
    assert live.version > 0
    assert_equal(live, whole)


@pytest.mark.parametrize(("seed", "delays"), [(1, {}), (2, {"cards": 9.0, "settlements": 3.5, "persons": 30.0})])
def test_tables_with_delays_of_their_own(county: County, seed: int, delays: dict[str, float]) -> None:
    live, whole = _grow(dict(county.tables), county.moment(0.75), 60, seed, delays)
    assert_equal(live, whole, seed, scored=False)


@pytest.mark.parametrize("size", [2, 40])
def test_rows_of_one_moment(county: County, size: int) -> None:
    tables = to_the_day(county.tables)
    live, whole = _grow(tables, county.moment(0.9), size, seed=3, delays={})
    disordered = [name for name, table in live.tables.items() if len(table.rank)]  # type: ignore[attr-defined]
    assert len(disordered) >= 3, "rows of one moment were to come in another order than that of their keys"
    assert_equal(live, whole)


@pytest.mark.slow
@settings(
    max_examples=100 if LONG else 10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    share=st.floats(0.5, 0.9),
    size=st.sampled_from([7, 60, 500]),
    seed=st.integers(0, 1000),
    delays=st.dictionaries(st.sampled_from(EVERY), st.floats(0, 60), max_size=6),
    by_day=st.booleans(),
)
def test_any_order_of_tables(
    county: County, share: float, size: int, seed: int, delays: dict[str, float], by_day: bool
) -> None:
    tables = to_the_day(county.tables) if by_day else dict(county.tables)
    live, whole = _grow(tables, county.moment(share), size, seed, delays)
    assert_equal(live, whole, seed, scored=False)


def test_a_store_on_disk_and_what_it_keeps(county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.asof._cache.SMALL", 0)  # Else so small a store keeps nothing.
    base = begun(county.tables, county.moment(0.8))
    for name, table in base.items():
        _write(table, tmp_path / f"{name}.parquet")
    coming = to_come(county.tables, county.moment(0.8), 1)
    for _ in range(2):  # The second time indexes and derived columns are read back from the disk.
        live = LiveLedger.open(tmp_path)
        _use(live)
        for rows in slices(county.tables, coming, 300):
            live.append(rows)
            _use(live)
        assert_equal(live, anew(base, county.tables, coming), scored=False)
        assert list(tmp_path.glob("index-*/derived-*/*.reads"))


def _write(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path)


def test_versions_replace_and_change_nothing_before_them(county: County) -> None:
    tables, cut = dict(county.tables), county.moment(0.8)
    base = begun(tables, cut)
    live = LiveLedger(base)
    _use(live)
    assert not live.tables["settlements"].has_versions or len(base["settlements"])
    rng = np.random.default_rng(2)
    more: dict[str, pa.Table] = {}
    for name, column in (("persons", "household_id"), ("settlements", "status"), ("households", "division_code")):
        rows = rng.choice(base[name].num_rows, 12, replace=False)
        version = base[name].take(pa.array(rows))
        others = base[name].column(column).take(pa.array(rng.choice(base[name].num_rows, 12)))
        version = version.set_column(version.column_names.index(column), column, others.combine_chunks())
        more[name] = _known(version, name, cut + 1_000_000 * np.arange(1, 13))
    coming = to_come(tables, cut, 1)
    done = live.append(more)
    assert {name: len(rows) for name, rows in done.rows.items()} == dict.fromkeys(more, 12)
    _use(live)
    for part in slices(tables, coming, 100):
        live.append(part)
        _use(live)
    begin = {name: pa.concat_tables([table, more[name]]) if name in more else table for name, table in base.items()}
    assert all(live.tables[name].has_versions for name in more)
    assert_equal(live, anew(begin, tables, coming))


def _known(table: pa.Table, name: str, moments: np.ndarray) -> pa.Table:
    clock = TABLES[name].clock
    assert clock is not None
    kind = table.schema.field(clock).type
    return table.set_column(table.column_names.index(clock), clock, pa.array(moments, pa.int64()).cast(kind))


def test_the_same_rows_again_change_nothing(county: County) -> None:
    tables, cut = county.tables, county.moment(0.85)
    live = LiveLedger(begun(tables, cut))
    coming = to_come(tables, cut, 1)
    live.append(taken(tables, coming))
    version, rows = live.version, {name: table.rows for name, table in live.tables.items()}
    again = {name: table.num_rows for name, table in tables.items()}
    done = live.append(tables)
    assert done.repeated == again
    assert not done.rows
    assert not done.late
    assert not done.conflicts
    assert (live.version, {name: table.rows for name, table in live.tables.items()}) == (version, rows)


def test_rows_known_earlier_than_the_last_come_back_and_are_not_stored(county: County) -> None:
    tables, cut = county.tables, county.moment(0.9)
    base = begun(tables, cut)
    hidden = {name: table.slice(table.num_rows // 2, 3) for name, table in base.items() if name in LATE}
    rest = {
        name: pa.concat_tables([table.slice(0, table.num_rows // 2), table.slice(table.num_rows // 2 + 3)])
        if name in LATE
        else table
        for name, table in base.items()
    }
    live = LiveLedger(rest)
    _use(live)
    done = live.append(hidden)
    assert {n: sorted(map(str, t.to_pylist())) for n, t in done.late.items()} == {
        n: sorted(map(str, t.to_pylist())) for n, t in hidden.items()
    }
    assert not done.rows
    assert live.version == 0
    assert_equal(live, Ledger(rest), scored=False)
    # What was too late is in the ledger made anew from what this one gives back.
    folded = {
        name: pa.concat_tables([live.contents(name), *([hidden[name]] if name in hidden else [])]) for name in rest
    }
    assert_equal(LiveLedger(folded), Ledger(base), scored=False)


LATE = ("disbursements", "settlements", "card_transactions", "approvals", "persons")


def test_a_row_that_contradicts_one_of_its_key_and_clock_is_refused(county: County) -> None:
    base = begun(county.tables, county.moment(0.9))
    live = LiveLedger(base)
    last = base["disbursements"].take(pa.array([int(np.argmax(known_at("disbursements", base["disbursements"])))]))
    place = last.column_names.index("quantity")
    other = last.set_column(place, "quantity", pa.array([12345.0]).cast(last.schema.field("quantity").type))
    done = live.append({"disbursements": other})
    assert done.conflicts["disbursements"].equals(other)
    assert not done.rows
    assert live.version == 0


def test_tables_and_columns_that_were_never_shared_may_come(county: County) -> None:
    tables, cut = county.tables, county.moment(0.7)
    base = {n: t for n, t in begun(tables, cut).items() if n not in NEW}
    base["persons"] = base["persons"].drop_columns(["phone"])
    live = LiveLedger(base)
    _use(live)
    assert_equal(live, Ledger(base))
    assert not live.has("settlements")
    assert not live.has("persons.phone")
    coming = to_come(tables, cut, 1)
    missing = begun(tables, cut)
    first = {name: missing[name] for name in NEW}
    live.append(first)
    assert live.has("settlements.amount")
    _use(live)
    for rows in slices(tables, coming, 200):
        live.append(rows)
        _use(live)
    assert live.has("persons.phone")
    assert_equal(live, anew({**base, **first}, tables, coming))


NEW = ("settlements", "kinship", "complaints", "card_events")


def test_contents_are_all_rows_in_their_types(county: County, tmp_path: Path) -> None:
    tables, cut = county.tables, county.moment(0.6)
    base = begun(tables, cut)
    live = LiveLedger(base)
    coming = to_come(tables, cut, 1)
    for rows in slices(tables, coming, 90):
        live.append(rows)
    for name, table in tables.items():
        mine = live.contents(name)
        assert mine.schema.equals(table.schema)
        assert sorted(map(str, mine.to_pylist())) == sorted(map(str, table.to_pylist()))
    live.save(tmp_path)
    assert_equal(live, Ledger.open(tmp_path), scored=False)
    assert sum(live.nbytes().values()) > sum(len(t.known_at) for t in live.tables.values()) * 8


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), size=st.sampled_from([1, 2, 9]))
def test_rosters_copied_across_townships(seed: int, size: int) -> None:
    """Lists of few different names, line by line in any order: blocks come into being and are taken apart."""
    rng = np.random.default_rng(seed)
    made = world()
    for number in range(3):
        names = rng.choice(list("ABC"), int(rng.integers(5, 9)), p=[0.8, 0.1, 0.1])
        for line, name in enumerate(names):
            village = VILLAGES[number]
            made = made.paid(
                "P1", at=f"2019-03-0{number // 2 + 1}", run_id="R1", division_code=village, payee_name=str(name),
                line_no=line, person_id=f"{number}{line}", card_id=f"C{number}{line}", household_id=f"H{number}{line}",
            )  # fmt: skip
    tables = made.tables()
    base = {**tables, "disbursements": tables["disbursements"].slice(0, 0)}
    live = LiveLedger(base)
    coming = to_come({"disbursements": tables["disbursements"]}, -(2**62), seed)
    for rows in slices(tables, coming, size):
        live.append(rows)
        lines = live.tables["disbursements"]
        view = View(live, np.full(lines.rows, 2**61), np.arange(lines.rows))
        came = anew(base, tables, coming[: lines.rows])
        other = View(came, view.at, whole_rows(live, np.arange(lines.rows)))
        for feature in (is_in_block_copied_across_townships, count_lines_copied_in_list):
            assert feature.of(view).tolist() == feature.of(other).tolist()


VILLAGES = ("519901101001", "519901102001", "519901101002")


def test_a_payment_makes_nothing_again(county: County) -> None:
    """Nothing of the size of the history is made because a payment came: not once, not for any derived column."""
    tables, cut = county.tables, county.moment(0.8)
    base = begun(tables, cut)
    # What a payment names is on record: a new person or item is another matter.
    live = LiveLedger({**tables, "disbursements": base["disbursements"], "settlements": base["settlements"]})
    _use(live)
    payments = [row for row in to_come(tables, cut, 1) if row[0] == "disbursements"]
    assert len(payments) > 100
    for number, rows in enumerate(slices(tables, payments, 1)):
        assert live.append(rows).rows
        live.catch_up()
        if number % 20 == 0:
            _use(live)
    assert dict(live.remade) == {}
