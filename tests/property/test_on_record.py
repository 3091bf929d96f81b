"""What is on record only grows, except where a later version stands in for an earlier one. Oracle: plain Python."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.asof import Ledger, View

DAY = 86_400_000_000
PEOPLE, VILLAGES = ("P1", "P2", "P3"), ("V1", "V2", "V3")
Row = tuple[str, str, int]
rows = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(VILLAGES), st.integers(0, 12)),
    max_size=14,
    unique_by=lambda row: (row[0], row[2]),
)


def ledger_of(found: list[Row]) -> Ledger:
    """Persons, of whom versions are kept, and the same rows as complaints about them, each for itself."""
    times = [dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=day) for _, _, day in found]
    when = pa.array(times, pa.timestamp("us", tz="UTC"))
    person = pa.array([p for p, _, _ in found], pa.string())
    village = pa.array([v for _, v, _ in found], pa.string())
    number = pa.array([f"N{k}" for k in range(len(found))], pa.string())
    return Ledger(
        {
            "persons": pa.table({"person_id": person, "name": number, "division_code": village, "recorded_at": when}),
            "complaints": pa.table({"complaint_id": number, "at": when, "division_code": village, "person_id": person}),
        }
    )


def seen(ledger: Ledger, table: str, day: int) -> set[Row]:
    """Rows of all villages a query at the end of the day sees."""
    at = int(dt.datetime(2020, 1, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000 + day * DAY
    villages = ledger.vocabulary("division").encode_values(list(VILLAGES))
    asked = villages[villages >= 0]
    view = View(ledger, np.full(len(asked), at), None, {"division_code": asked})
    pairs = view.match(table, "division_code")
    source = ledger.tables[table]
    people = ledger.vocabulary("person").decode(source.codes("person_id")[pairs.row])
    places = ledger.vocabulary("division").decode(source.codes("division_code")[pairs.row])
    days = (source.known_at[pairs.row] - at) // DAY + day
    found = list(zip(people, places, days.tolist(), strict=True))
    assert len(set(found)) == len(found)
    return {(str(p), str(v), int(d)) for p, v, d in found}


@given(rows, st.integers(-1, 13), st.integers(0, 5))
def test_raising_the_moment_hides_only_what_was_replaced(found: list[Row], day: int, more: int) -> None:
    """Where versions are kept, a row is gone later only if a newer one of its key has become known."""
    ledger = ledger_of(found)
    before, after = seen(ledger, "persons", day), seen(ledger, "persons", day + more)
    for person, village, known in before - after:
        assert any(p == person and known < d <= day + more for p, _, d in found), (person, village, known)
    assert all(day < d <= day + more for _, _, d in after - before)
    wanted = {(p, v, d) for p, v, d in found if d <= day and not any(q == p and d < e <= day for q, _, e in found)}
    assert before == wanted


@given(rows, st.integers(-1, 13), st.integers(0, 5))
def test_what_has_no_versions_only_grows(found: list[Row], day: int, more: int) -> None:
    """A complaint is on record from its moment on."""
    ledger = ledger_of(found)
    assert seen(ledger, "complaints", day) == {row for row in found if row[2] <= day}
    assert seen(ledger, "complaints", day) <= seen(ledger, "complaints", day + more)


@given(rows, st.integers(-1, 13), st.integers(1, 6))
def test_counts_are_those_of_the_rows(found: list[Row], day: int, days: int) -> None:
    """`running`, `distinct`, `latest` and `match` with a window tell of the same rows, versions or not."""
    ledger = ledger_of(found)
    at = int(dt.datetime(2020, 1, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000 + day * DAY
    codes = ledger.vocabulary("division").encode_values(list(VILLAGES))
    view = View(ledger, np.full(len(codes), at), None, {"division_code": codes})
    for table in ("persons", "complaints"):
        visible = [row for row in seen(ledger, table, day) if row[2] > day - days]
        counts = view.running(table, "division_code", days=days)
        people = view.distinct(table, "division_code", of="person_id", days=days)
        matched = view.match(table, "division_code", days=days).count()
        for k, village in enumerate(VILLAGES):
            mine = [row for row in visible if row[1] == village]
            assert counts[k] == matched[k] == len(mine)
            assert people[k] == len({row[0] for row in mine})
        newest = view.latest(table, "division_code")
        for k, village in enumerate(VILLAGES):
            every = [row[2] for row in seen(ledger, table, day) if row[1] == village]
            assert (newest[k] >= 0) == bool(every)
            if every:
                assert ledger.tables[table].known_at[newest[k]] == at + (max(every) - day) * DAY
