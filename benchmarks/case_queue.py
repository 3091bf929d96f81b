"""A queue of a million open cases on SQLite: `python benchmarks/case_queue.py`.

Rows are made straight in the tables (a province: 21 prefectures, 183 counties, 27,000 villages; two payments and six
ties a case), and then the verbs of the service are timed as a request calls them, the line in the log included: the
first page of a desk, a page far behind, filters, narrow scopes, a search by words, by person, the counts, one case
opened and read, one moved. Shown are the median and the 95th percentile over `--rounds` calls each with another
filter. Asked by somebody who is kin of two hundred people, so that recusal costs what it costs.
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.access import Principal
from service.clock import SystemClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, cases, division_paths, every_table, kin_ties
from service.store.case_lists import Sort
from service.store.case_members import CASE_MEMBERS
from service.store.case_ties import CASE_TIES
from service.store.cases import CASES
from service.work.context import Context
from service.work.queue.count_queues import count_queues, of_divisions
from service.work.queue.find_cases import Filter, find_cases
from service.work.queue.move_case import move_case
from service.work.queue.read_case import read_case
from service.work.queue.states import OpenState

AT_ONCE = 20_000
PREFECTURES, COUNTIES, TOWNSHIPS, VILLAGES = 21, 9, 12, 12
TYPOLOGIES = [f"T{n:02d}" for n in range(1, 46)]
STATES = ["new"] * 6 + ["with_department", "talk_by_letter", "preliminary_check", "held"]
DESKS = ["discipline"] * 4 + ["department"] * 4 + ["owed"] * 2


def tree() -> list[dict[str, str | None]]:
    """Divisions of a province, each with its parent."""
    rows: list[dict[str, str | None]] = [{"division_code": "51", "parent_code": None}]
    for p in range(PREFECTURES):
        above = f"51{p:02d}"
        rows.append({"division_code": above, "parent_code": "51"})
        for c in range(COUNTIES):
            county = f"{above}{c:02d}"
            rows.append({"division_code": county, "parent_code": above})
            for t in range(TOWNSHIPS):
                township = f"{county}{t:03d}"
                rows.append({"division_code": township, "parent_code": county})
                rows += [{"division_code": f"{township}{v:03d}", "parent_code": township} for v in range(VILLAGES)]
    return rows


def word(n: int) -> str:
    """A word for a number, without digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{n:03d}")


def fill(context: Context, count: int) -> list[str]:
    """So many open cases; their numbers."""
    draw = random.Random(7)  # noqa: S311 - invented rows
    divisions = tree()
    villages = [str(row["division_code"]) for row in divisions if len(str(row["division_code"])) == 12]
    now = context.clock.now()
    with context.database.write() as connection:
        division_paths.replace(connection, divisions)
        questions = [
            cases.question(connection, f"疑点{n}：取现、代领\nquestion {n}: cards emptied") for n in range(400)
        ]
        kin_ties.keep_kin(connection, [("me", f"p{draw.randrange(10**7)}", "sibling", None) for _ in range(200)])
    numbers: list[str] = []
    for start in range(0, count, AT_ONCE):
        made, members, ties = [], [], []
        for n in range(start, min(count, start + AT_ONCE)):
            number, village = cases.new_id(), draw.choice(villages)
            loss = int(draw.paretovariate(1.1) * 1000)
            made.append(
                {
                    "case_id": number, "desk": draw.choice(DESKS), "hub_kind": "official", "hub_key": f"O{n}",
                    "hub_shown": f"O{n}", "hub_sealed": None, "typology": draw.choice(TYPOLOGIES), "part": 0,
                    "suspect_role": "official", "selected_by": "rule", "offered_as": "alert", "propensity": None,
                    "score": draw.random(), "amount_fen": loss * 2, "loss_fen": loss, "rank_key": -loss,
                    "member_count": 2, "division_code": village, "summary_zh": f"疑点：取现、代领{n}",
                    "summary_en": f"question: cards emptied {n}", "question_id": draw.choice(questions),
                    "state": draw.choice(STATES), "is_open": True, "state_since": now, "held_from": None,
                    "due_at": now, "escalated_at": None, "two_people": False,
                    "assignee_id": draw.choice([None, draw.randrange(1, 3000)]), "assignee": None, "version": 1,
                    "opened_at": now, "changed_at": now, "closed_at": None,
                }
            )  # fmt: skip
            for k in range(2):
                person = f"p{draw.randrange(10**7)}"
                members.append(
                    {
                        "case_id": number, "disbursement_id": f"D{n}-{k}", "active": True, "added_at": now,
                        "amount_fen": loss, "score": 0.5, "loss_fen": loss // 2, "program_id": "P",
                        "household_id": f"H{n}", "division_code": village, "person_hash": person,
                        "card_hash": f"c{n}-{k}", "card_last_four": "····0001", "selected_by": "rule",
                        "propensity": None, "codes": ["T25.a"], "outcome": None, "decided_at": None,
                    }
                )  # fmt: skip
                ties.append({"case_id": number, "key": f"person:{person}"})
            ties += [
                {"case_id": number, "key": key} for key in (f"household:H{n}", f"village:{village}", f"official:O{n}")
            ]
            numbers.append(number)
        with context.database.write() as connection:
            connection.execute(CASES.insert(), made)
            connection.execute(CASE_MEMBERS.insert(), members)
            connection.execute(CASE_TIES.insert(), ties)
        print(f"  {start + len(made):,} cases", end="\r", file=sys.stderr)
    return numbers


def pages(context: Context) -> list[tuple[str, Callable[[int], object]]]:
    """The pages over the queue as a browser asks for them, in this process: by a supervisor of everything."""
    from fastapi.testclient import TestClient

    from service.api.asking import COOKIE
    from service.application import make_application
    from service.store import accounts
    from service.work.access.sessions import open_session

    client = TestClient(make_application(context), headers={"accept": "text/html"})
    with context.database.write() as connection:
        values = {
            "name": f"bench-{secrets.token_hex(4)}",
            "made_by": "bench",
            "made_at": context.clock.now(),
            "person": "me",
        }
        number = accounts.add(connection, values, ["supervisor"], ["*"], ())
        client.cookies.set(COOKIE, open_session(context, connection, method="password", account_id=number).token)

    def page(path: str) -> Callable[[int], object]:
        return lambda n: client.get(path).raise_for_status()

    return [
        ("page: the overview", page("/overview")),
        ("page: a desk", page("/queue/discipline")),
        ("page: a desk, one state, by amount", page("/queue/discipline?state=held&sort=amount")),
    ]


def timed(rounds: int, work: Callable[[int], object]) -> tuple[float, float]:
    """Median and 95th percentile of so many calls, milliseconds."""
    took = []
    work(0)
    for n in range(rounds):
        began = time.perf_counter()
        work(n)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def main() -> None:
    """Fill, time, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="a folder to keep the database in, and to find it again")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="mingbai-queue-"))
    try:
        bench(folder, asked.cases, asked.rounds)
    finally:
        if asked.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def bench(folder: Path, count: int, rounds: int) -> None:
    """Time every verb on a queue of so many cases."""
    from sqlalchemy import select, text

    from models.scoring.policy import Policy

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "queue.db"
    there = path.exists()
    key = Seal.new_key()
    settings = Settings(home=folder, mlruns=folder / "mlruns", database=f"sqlite:///{path}", key=key)
    database = Database(settings.database_url)
    context = Context(settings, database, SystemClock(), Seal.from_text(key), Policy.load())
    began = time.perf_counter()
    if not there:
        every_table().create_all(database.engine)
        # Indexes are made at the end: a million rows one by one into fifteen of them would take an hour.
        indexes = [index for table in (CASES, CASE_MEMBERS, CASE_TIES) for index in table.indexes]
        for index in indexes:
            index.drop(database.engine)
        fill(context, count)
        print("  indexes", file=sys.stderr)
        for index in indexes:
            index.create(database.engine)
        with database.write() as connection:
            connection.execute(text("analyze"))
    with database.read() as connection:
        numbers = list(connection.execute(select(CASES.c.case_id).limit(5_000)).scalars())
    size = path.stat().st_size / 2**30
    print(f"{count:,} open cases on SQLite, {size:.1f} GiB, made in {time.perf_counter() - began:.0f} s\n")

    boss = Principal(1, "boss", frozenset({"supervisor"}), ("*",), "session", person="me")
    province = replace(boss, divisions=("51",))
    county, village = replace(boss, divisions=("511003",)), replace(boss, divisions=("511003004005",))
    draw = random.Random(3)  # noqa: S311 - which rows are asked for
    far = find_cases(context, boss, Filter(desk="discipline"), None, 1000).after
    for _ in range(20):
        far = find_cases(context, boss, Filter(desk="discipline"), far, 1000).after

    def look(who: Principal, after: str | None = None, sort: Sort = "rank", **wanted: Any) -> Callable[[int], object]:
        return lambda n: find_cases(
            context, who, Filter(**{k: v(n) if callable(v) else v for k, v in wanted.items()}), after, 50
        )

    def move(n: int) -> object:
        number = draw.choice(numbers)
        with database.read() as connection:
            row = cases.get(connection, number)
        assert row is not None  # noqa: S101 - of the list just read
        check = row.desk == "discipline" and row.state != "preliminary_check"
        to: OpenState = "preliminary_check" if check else "with_department"
        if row.state == to:
            return None
        return move_case(context, boss, number, row.version, to, f"reason {n}")

    measured: list[tuple[str, Callable[[int], object]]] = [
        ("first page of a desk, everywhere", look(boss, desk=lambda n: DESKS[n % 10])),
        ("first page of a desk, one province", look(province, desk=lambda n: DESKS[n % 10])),
        ("first page of a desk, one county", look(county, desk=lambda n: DESKS[n % 10])),
        ("first page, one village", look(village)),
        ("page 21,000 rows behind", look(boss, far, desk="discipline")),
        ("filter: typology", look(boss, typology=lambda n: TYPOLOGIES[n % 45])),
        ("filter: state and typology, one county", look(county, state="held", typology=lambda n: TYPOLOGIES[n % 45])),
        ("filter: a township of a province", look(province, division=lambda n: f"5110030{n % 12:02d}")),
        ("filter: assignee", look(boss, assignee_id=lambda n: 1 + n % 2999)),
        ("filter: overdue and told", look(boss, escalated=True)),
        ("a desk, by deadline", look(boss, sort="due", desk=lambda n: DESKS[n % 10])),
        ("a desk, by amount", look(boss, sort="amount", desk=lambda n: DESKS[n % 10])),
        ("one typology, by deadline", look(boss, sort="due", desk="owed", typology=lambda n: TYPOLOGIES[n % 45])),
        ("what nobody has, the newest first", look(boss, sort="newest", desk="discipline", unassigned=True)),
        ("search: words", look(boss, text=lambda n: f"emptied {word(n % 400)}")),
        ("search: words that are everywhere", look(boss, text="取现")),
        ("search: an amount", look(boss, text=lambda n: f"emptied {2000 + n}.00")),
        ("search: a person", look(boss, person_id=lambda n: f"P{n}")),
        ("search: a hub", look(boss, hub_id=lambda n: f"O{n * 991}")),
        ("counts of every desk and state, as shown", lambda n: count_queues(context, boss)),
        ("the same, counted anew", lambda n: of_divisions(context, boss)),
        ("the same, one county", lambda n: of_divisions(context, county)),
        ("read a case", lambda n: read_case(context, boss, draw.choice(numbers))),
        ("move a case", move),
        *pages(context),
    ]  # fmt: skip
    print(f"{'':<42} {'median':>9} {'p95':>9}   milliseconds, {rounds} calls")
    for name, work in measured:
        middle, high = timed(rounds, work)
        print(f"{name:<42} {middle:>9.1f} {high:>9.1f}")
    database.close()


if __name__ == "__main__":
    main()
