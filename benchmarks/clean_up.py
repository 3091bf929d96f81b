"""Time and memory of `mingbai cards` and `mingbai duplicates` by the size of the register.

    python benchmarks/clean_up.py [PERSONS ...]

Each size is an invented register of that many people (households of one to six, names as common as in a county, a
village to three thousand people, one person in two thousand entered twice), four cards in five people, one payment
each in the year. Sizes run in processes of their own.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from features._world import world
from features.asof import Ledger
from features.matching.exact import short_form
from tests.matching_households.register import GIVEN, SURNAMES, number

T = int(np.datetime64("2019-07-01", "us").astype(np.int64)) - 8 * 3_600_000_000
KNOWN = int(np.datetime64("2016-01-05", "us").astype(np.int64))
PAID = int(np.datetime64("2019-04-05", "us").astype(np.int64))
TWICE = 2000


def invented(people: int, seed: int = 3) -> dict[str, pa.Table]:
    """Tables of a register of so many people; one in `TWICE` stands a second time under the old form of the number."""
    rng = np.random.default_rng(seed)
    homes = np.repeat(np.arange(people), rng.integers(1, 7, people))[:people]
    surname = rng.integers(len(SURNAMES), size=people)[homes]
    given = rng.integers(len(GIVEN), size=(people, 2))
    days = rng.integers(np.datetime64("1930-01-01").astype(int), np.datetime64("1999-12-31").astype(int), people)
    births = days.astype("datetime64[D]")
    ids = [number(str(b), int(k) % 900 + 1) for k, b in enumerate(births)]
    names = [f"{SURNAMES[s]}{GIVEN[a]}{GIVEN[b]}" for s, (a, b) in zip(surname.tolist(), given.tolist(), strict=True)]
    # Invented numbers may meet by chance; who shares one is not entered twice.
    _, place, count = np.unique(np.array(ids), return_inverse=True, return_counts=True)
    twice = np.flatnonzero((np.arange(people) % TWICE == 0) & (count[place] == 1))
    rows = np.concatenate([np.arange(people), twice])
    person = [*ids, *(short_form(ids[k]) for k in twice.tolist())]
    unique = {one: k for k, one in enumerate(person)}
    keep = np.array(sorted(unique.values()))
    rows, person = rows[keep], [person[k] for k in keep.tolist()]
    towns = [f"5199{town + 1:02d}{100 + place:03d}" for town in range(9) for place in range(40)]
    codes = [f"{town}{place + 1:03d}" for place in range(100) for town in towns]
    codes = codes[: people // 3000 + 1]
    village = np.array(codes, dtype=object)[homes % len(codes)]
    cards = np.flatnonzero(rng.random(len(rows)) < 0.8)
    moment = pa.timestamp("us", tz="UTC")
    household = np.array([f"F{home:08d}" for home in homes.tolist()], dtype=object)
    return {
        "divisions": pa.table(
            {
                "division_code": codes,
                "name": codes,
                "level": ["village"] * len(codes),
                "valid_from": pa.array(np.full(len(codes), np.datetime64("2000-01-01"))),
            }
        ),
        "persons": pa.table(
            {
                "person_id": person,
                "name": [names[k] for k in rows.tolist()],
                "sex": ["M" if k % 2 else "F" for k in rows.tolist()],
                "birth_date": pa.array(births[rows]),
                "household_id": household[rows].tolist(),
                "division_code": village[rows].tolist(),
                "relation_to_head": ["child"] * len(rows),
                "phone": [f"1{home % 3_000_000_000:010d}" for home in homes[rows].tolist()],
                "recorded_at": pa.array(np.full(len(rows), KNOWN), pa.int64()).cast(moment),
            }
        ),
        "cards": pa.table(
            {
                "card_id": [f"C{k:09d}" for k in cards.tolist()],
                "holder_person_id": [person[k] for k in cards.tolist()],
                "kind": np.where(rng.random(len(cards)) < 0.9, "social_security", "passbook").tolist(),
                "opened_on": pa.array(np.full(len(cards), np.datetime64("2018-02-01"))),
                "activated_on": pa.array(np.full(len(cards), np.datetime64("2018-02-11"))),
            }
        ),
        "disbursements": pa.table(
            {
                "disbursement_id": [f"D{k:09d}" for k in cards.tolist()],
                "program_id": ["PENSION"] * len(cards),
                "period": ["2019-03"] * len(cards),
                "person_id": [person[k] for k in cards.tolist()],
                "household_id": household[rows[cards]].tolist(),
                "card_id": [f"C{k:09d}" for k in rng.permutation(cards).tolist()],
                "amount": pa.array([Decimal("100.00")] * len(cards), pa.decimal128(18, 2)),
                "division_code": village[rows[cards]].tolist(),
                "submitted_at": pa.array(np.full(len(cards), PAID), pa.int64()).cast(moment),
            }
        ),
    }


def measure(people: int) -> dict[str, Any]:
    """Seconds of both searches, peak memory of the process in GB, and how many planted pairs were found."""
    from features.matching.cards.by_place import by_place
    from features.matching.cards.clean_up import clean_up
    from features.matching.duplicates.find import find_duplicates

    base = world().ledger
    places = {"programs": base.tables["programs"]}
    sources = {n: pa.table({c: t.raw(c) for c in (x.name for x in t.schema.columns)}) for n, t in places.items()}
    tables = invented(people)
    ledger = Ledger({**sources, **tables})
    started = time.perf_counter()
    found = clean_up(ledger, T)
    by_place(ledger, found, "village")
    cards_s = time.perf_counter() - started
    rows = found.table.num_rows
    del found
    started = time.perf_counter()
    pairs = find_duplicates(ledger, T)
    duplicates_s = time.perf_counter() - started
    old = sum(row["kind"] == "old_form" and row["decision"] == "same" for row in pairs.table.to_pylist())
    planted = sum(len(one) == 15 for one in tables["persons"].column("person_id").to_pylist())
    return {
        "people": people, "cards listed": rows, "cards s": round(cards_s, 1), "pairs compared": pairs.compared,
        "duplicates s": round(duplicates_s, 1), "planted": planted, "found": old, "told": pairs.table.num_rows,
        "peak GB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }  # fmt: skip


def main(sizes: list[int]) -> None:
    """Measure each size in a process of its own and print a line each."""
    context = multiprocessing.get_context("spawn")
    for size in sizes:
        with context.Pool(1) as pool:
            print(pool.apply(measure, (size,)), flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [20_000, 200_000])
