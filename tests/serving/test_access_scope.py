"""Scope by division: no query gives a row outside it, whatever the tree, the rows, the table and the route."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from service.access import EVERYWHERE, Principal
from service.access.scope import under, within
from service.store import division_paths
from service.work.context import Context
from tests.serving.seeded import divided_tables, lenient, put, row_of

CODES = [f"{n:02d}" for n in range(10)]
UNKNOWN = "unknown"

Tree = list[dict[str, str | None]]


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Divisions with parents and, where they were merged away, successors: mostly trees, but data may hold circles,
    parents nobody handed over, and divisions merged twice over."""
    rows: Tree = []
    for code in draw(st.lists(st.sampled_from(CODES), unique=True, min_size=1)):
        above = st.one_of(st.none(), st.sampled_from(CODES))
        rows.append({"division_code": code, "parent_code": draw(above), "successor_code": draw(above)})
    return rows


def seen(tree: Tree, tops: tuple[str, ...]) -> set[str]:
    """The codes under the tops, walked downwards: another way than the closure is made."""
    known = {str(row["division_code"]) for row in tree}
    found, waiting = set(tops), list(tops)
    while waiting:
        top = waiting.pop()
        below = {str(row["division_code"]) for row in tree if top in (row["parent_code"], row["successor_code"])}
        waiting += sorted(below - found)
        found |= below
    return found & known


def principals() -> st.SearchStrategy[Principal]:
    """Somebody with some divisions, known or not, with none, or with all."""
    some = st.lists(st.sampled_from([*CODES, UNKNOWN, "' or 1=1 --", "%"]), unique=True, max_size=4)
    divisions = st.one_of(some.map(tuple), st.just((EVERYWHERE,)), st.just(("00", EVERYWHERE)))
    return divisions.map(lambda codes: Principal(1, "x", frozenset({"investigator"}), codes, "session"))


def checked(context: Context, tree: Tree, who: Principal) -> Iterator[tuple[str, set[str | None], set[str | None]]]:
    """For every table: its name, the divisions of the rows that `within` lets through, and those it should."""
    database = context.database
    places: list[str | None] = [*CODES, UNKNOWN, None]
    with database.engine.connect() as connection:
        lenient(connection, database)
        connection.exec_driver_sql("BEGIN") if database.kind == "sqlite" else None
        division_paths.replace(connection, tree)
        for table in divided_tables():
            given_places = [one for one in places if one is not None or table.c.division_code.nullable]
            rows = [row_of(table, n + 1, place, "x", context.seal) for n, place in enumerate(given_places)]
            put(connection, database, table, rows)
            asked = select(table.c.division_code).where(within(who, table.c.division_code))
            got = [row[0] for row in connection.execute(asked)]
            assert len(got) == len(set(got)), "no row twice, though ways to it are two"
            expected: set[str | None] = set(given_places) if who.sees_everywhere else {*seen(tree, who.divisions)}
            yield table.name, set(got), expected
        connection.rollback()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees(), who=principals())
def test_no_table_gives_a_row_outside_the_scope(context: Context, tree: Tree, who: Principal) -> None:
    """Every table with a division, found by walking the metadata: exactly the rows under the scope, none twice, and
    none without a division or with one nobody knows."""
    for table, got, expected in checked(context, tree, who):
        assert got == expected, table


def test_merged_places_are_seen_by_who_answers_for_them_today(context: Context) -> None:
    """A village merged into another township: both townships see its rows, their sisters do not."""
    tree: Tree = [
        {"division_code": "old", "parent_code": "a", "successor_code": "new"},
        {"division_code": "new", "parent_code": "b", "successor_code": None},
        {"division_code": "a", "parent_code": "county", "successor_code": None},
        {"division_code": "b", "parent_code": "county", "successor_code": None},
        {"division_code": "c", "parent_code": "county", "successor_code": None},
    ]
    assert [seen(tree, (top,)) & {"old"} for top in ("a", "b", "c", "new", "county")] == [
        {"old"}, {"old"}, set(), {"old"}, {"old"},
    ]  # fmt: skip
    with context.database.write() as connection:
        division_paths.replace(connection, tree)
        codes = division_paths.DIVISION_PATHS.c.division_code
        for top, there in (("a", True), ("b", True), ("c", False), ("new", True), ("county", True)):
            who = Principal(1, "x", frozenset({"auditor"}), (top,), "session")
            asked = select(codes).where(codes == "old", within(who, codes))
            assert bool(connection.execute(asked).first()) is there, top
            assert bool(connection.execute(select(codes).where(codes == "old", under(top, codes))).first()) is there
            outside = division_paths.outside(connection, ["old"], [top])
            assert outside == (set() if there else {"old"}), top


def test_the_tables_are_found() -> None:
    """The walk finds those that are there for certain: a check of nothing passes anything."""
    names = {table.name for table in divided_tables()}
    assert {"account_divisions", "audit_lines", "cases", "payments", "runs", "scores"} <= names
