"""Make a large, honest data set in the contract's tables.

`python benchmarks/_make_history.py OUT --payments N --run M`

It exists to measure speed and memory, not quality: people, cards and payments are regular, with enough ties (shared
phones, changed cards, kin, deaths, approvals) for every feature to have work. History is monthly runs of M payments;
the last run is the one to be scored. Times are local; everything is drawn from one seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

DAY = 86_400_000_000
START = 17167  # 2017-01-01 in days since 1970
OFFSET = 8 * 3_600_000_000
COUNTY = 519901000000


def ids(prefix: str, numbers: np.ndarray, width: int) -> pa.Array:
    """`P0000012` for 12: text built by Arrow, not row by row."""
    digits = pc.cast(pa.array(numbers.astype(np.int64) + 10**width), pa.string())
    return pc.binary_join_element_wise(pa.scalar(prefix), pc.utf8_slice_codeunits(digits, 1), "")


def money(fen: np.ndarray) -> pa.Array:
    """Whole fen as decimal(18, 2), exactly."""
    low = fen.astype(np.int64)
    both = np.column_stack([low, np.where(low < 0, -1, 0)]).astype(np.int64)
    return pa.Array.from_buffers(
        pa.decimal128(18, 2), len(low), [None, pa.py_buffer(np.ascontiguousarray(both).tobytes())]
    )


def moments(micros: np.ndarray) -> pa.Array:
    return pa.array(micros.astype(np.int64) - OFFSET, pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def dates(days: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())


def pick(values: list[str], codes: np.ndarray) -> pa.Array:
    return pa.array(values).take(pa.array(codes))


def write(out: Path, table: str, **columns: pa.Array) -> None:
    pq.write_table(pa.table(columns), out / f"{table}.parquet", compression="zstd", row_group_size=1 << 20)
    print(f"{table:20s} {len(next(iter(columns.values()))):>12,}")


def make(out: Path, payments: int, run: int, seed: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    months = max(2, payments // run + 1)
    persons, households = run + run // 2, run // 2
    villages, townships, officials = max(40, run // 400), max(4, run // 8000), max(200, run // 100)
    person = np.arange(persons)
    household = person % households
    village_of = household % villages
    village_codes = COUNTY + 1_000_000 + (np.arange(villages) % townships) * 1000 + 1 + np.arange(villages) // townships
    town_codes = COUNTY + 1_000_000 + np.arange(townships) * 1000
    known = np.full(persons, (START - 200) * DAY) + rng.integers(0, 100 * DAY, persons)
    code_text = pc.cast(pa.array(np.concatenate([[COUNTY], town_codes, village_codes])), pa.string())
    write(
        out,
        "divisions",
        division_code=code_text,
        name=code_text,
        parent_code=pc.cast(
            pa.array(
                np.concatenate([[COUNTY], np.full(townships, COUNTY), town_codes[np.arange(villages) % townships]])
            ),
            pa.string(),
        ),
        level=pick(["county", "township", "village"], np.repeat([0, 1, 2], [1, townships, villages])),
    )
    village_text = pc.cast(pa.array(village_codes), pa.string())
    born = rng.integers(-15000, 12000, persons)
    names = ids("N", rng.integers(0, 40_000, persons), 5)
    write(
        out,
        "persons",
        person_id=ids("P", person, 8),
        name=names,
        sex=pick(["M", "F"], rng.integers(0, 2, persons)),
        birth_date=dates(born),
        household_id=ids("H", household, 8),
        division_code=village_text.take(pa.array(village_of)),
        relation_to_head=pick(["head", "spouse", "child"], np.minimum(person // households, 2)),
        phone=ids("1", rng.integers(0, persons * 4 // 5, persons), 9),
        recorded_at=moments(known),
    )
    write(
        out,
        "households",
        household_id=ids("H", np.arange(households), 8),
        division_code=village_text.take(pa.array(np.arange(households) % villages)),
        category=pick(
            ["general", "low_income", "extreme_poverty", "lifted_from_poverty"], rng.integers(0, 4, households)
        ),
        recorded_at=moments(known[:households]),
    )
    posts = [
        "village_secretary",
        "village_director",
        "village_accountant",
        "township_clerk",
        "township_leader",
        "county_reviewer",
        "finance_officer",
    ]
    post = np.where(np.arange(officials) < officials * 7 // 10, np.arange(officials) % 3, 3 + np.arange(officials) % 4)
    official_place = np.where(
        post < 3, village_codes[np.arange(officials) % villages], town_codes[np.arange(officials) % townships]
    )
    write(
        out,
        "officials",
        official_id=ids("O", np.arange(officials), 6),
        person_id=ids("P", rng.integers(0, persons, officials), 8),
        name=ids("N", rng.integers(0, 40_000, officials), 5),
        post=pick(posts, post),
        division_code=pc.cast(pa.array(official_place), pa.string()),
        from_date=dates(np.full(officials, START - 900)),
    )
    tie = rng.integers(0, persons, persons // 10)
    write(
        out,
        "kinship",
        person_id=ids("P", tie, 8),
        relative_id=ids("P", rng.integers(0, persons, len(tie)), 8),
        relation=pick(["spouse", "parent", "child", "sibling"], rng.integers(0, 4, len(tie))),
        recorded_at=moments(known[: len(tie)]),
    )
    dead = rng.choice(persons, persons // 100, replace=False)
    died = START + rng.integers(0, months * 30, len(dead))
    write(
        out,
        "civil_events",
        person_id=ids("P", dead, 8),
        kind=pick(["death", "imprisoned", "public_payroll_start"], rng.integers(0, 3, len(dead))),
        effective_on=dates(died),
        source=pick(["civil", "police"], rng.integers(0, 2, len(dead))),
        recorded_at=moments((died + rng.integers(10, 200, len(dead))) * DAY),
    )
    owner = np.arange(households)
    write(
        out,
        "holdings",
        holding_id=ids("L", owner, 8),
        household_id=ids("H", owner, 8),
        kind=pick(["arable", "forest", "grassland"], owner % 3),
        quantity=pa.array(np.round(rng.gamma(3, 2, households), 1)),
        valid_from=dates(np.full(households, START - 800)),
        recorded_at=moments(known[:households]),
    )
    write(
        out,
        "cards",
        card_id=ids("62", person, 14),
        holder_person_id=ids("P", person, 8),
        kind=pick(["social_security", "passbook"], (rng.random(persons) < 0.1).astype(int)),
        bank_code=pick(["A", "B", "C"], person % 3),
        opened_on=dates(START - 700 + rng.integers(0, 600, persons)),
        outlet_id=ids("B", village_of, 6),
        activated_on=dates(np.full(persons, START - 60)),
        phone=ids("1", rng.integers(0, persons * 4 // 5, persons), 9),
    )
    event = np.arange(persons // 2)
    write(
        out,
        "card_events",
        event_id=ids("E", event, 8),
        card_id=ids("62", rng.integers(0, persons, len(event)), 14),
        at=moments(START * DAY + np.sort(rng.integers(0, months * 30 * DAY, len(event)))),
        kind=pick(["phone_changed", "payee_registered", "device_bound"], event % 3),
        value=ids("V", rng.integers(0, persons, len(event)), 8),
    )
    frequency = ["monthly", "monthly", "quarterly", "annual"]
    programs = np.arange(16)
    write(
        out,
        "programs",
        program_id=ids("G", programs, 2),
        name=ids("补贴", programs, 2),
        paid_per=pick(["person", "household"], (programs % 4 == 3).astype(int)),
        quantity_unit=pick(["month", "mu"], (programs % 4 == 3).astype(int)),
        frequency=pick(frequency, programs % 4),
        means_tested=pa.array(programs % 5 == 0),
        living_only=pa.array(programs % 4 != 3),
        bars_public_payroll=pa.array(programs % 5 == 0),
        once_per_household=pa.array(np.zeros(16, bool)),
        notice_days=pa.array(np.full(16, 7)),
        release_limit_days=pa.array(np.full(16, 30)),
    )
    write(
        out,
        "program_rates",
        program_id=ids("G", programs, 2),
        rate=money(8000 + programs * 500),
        valid_from=dates(np.full(16, START - 900)),
    )
    applicants = np.arange(run)
    applied = (START - 110 + rng.integers(0, 50, run)) * DAY
    program = applicants % 16
    write(
        out,
        "applications",
        application_id=ids("A", applicants, 8),
        program_id=ids("G", program, 2),
        person_id=ids("P", applicants, 8),
        household_id=ids("H", household[:run], 8),
        period=pick(["2017"], np.zeros(run, int)),
        quantity=pa.array(1.0 + applicants % 3),
        division_code=village_text.take(pa.array(village_of[:run])),
        applied_on=dates(applied // DAY),
        entered_by=ids("O", applicants % (officials * 7 // 10), 6),
    )
    stages = ["household_report", "village_assessment", "township_review", "county_determination"]
    stage = np.tile(np.arange(4), run)
    at = np.repeat(applied, 4) + stage * 10 * DAY + rng.integers(0, DAY, 4 * run)
    order = np.argsort(at, kind="stable")
    by = np.where(
        stage < 2,
        np.repeat(applicants, 4) % (officials * 7 // 10),
        officials * 7 // 10 + np.repeat(applicants, 4) % (officials * 3 // 10),
    )
    write(
        out,
        "approvals",
        application_id=ids("A", np.repeat(applicants, 4)[order], 8),
        stage=pick(stages, stage[order]),
        official_id=ids("O", by[order], 6),
        at=moments(at[order]),
        result=pick(["passed"], np.zeros(4 * run, int)),
    )
    write(
        out,
        "notices",
        application_id=ids("A", applicants, 8),
        posted_from=dates(applied // DAY + 11),
        posted_to=dates(applied // DAY + 19),
        quantity=pa.array(1.0 + applicants % 3),
        amount=money((1 + applicants % 3) * (8000 + program * 500)),
    )
    _money(out, rng, run, payments, household, village_of, village_text, names, officials)


def _money(
    out: Path,
    rng: np.random.Generator,
    run: int,
    payments: int,
    household: np.ndarray,
    village_of: np.ndarray,
    village_text: pa.Array,
    names: pa.Array,
    officials: int,
) -> None:
    """Runs, payments month by month, answers of the bank and card activity."""
    history = payments // run * run
    total = history + run
    month, line = np.arange(total) // run, np.arange(total) % run
    who, program = line, line % 16
    submitted = (START + 30 * month) * DAY + 10 * DAY // 24 + (line // 2000) * 60_000_000
    card = np.where(rng.random(total) < 0.004, rng.integers(0, run, total), who)
    period = pick([f"{2017 + m // 12}-{m % 12 + 1:02d}" for m in range(int(month.max()) + 1)], month)
    run_no = month * 16 + program
    columns = dict(
        disbursement_id=ids("D", np.arange(total), 9),
        run_id=ids("R", run_no, 5),
        line_no=pa.array(line + 1),
        program_id=ids("G", program, 2),
        application_id=ids("A", who, 8),
        period=period,
        person_id=ids("P", who, 8),
        household_id=ids("H", household[who], 8),
        payee_name=names.take(pa.array(who)),
        card_id=ids("62", card, 14),
        quantity=pa.array(1.0 + line % 3),
        amount=money((1 + line % 3) * (8000 + program * 500)),
        division_code=village_text.take(pa.array(village_of[who])),
        prepared_by=ids("O", officials * 7 // 10 + line % (officials * 3 // 10), 6),
        submitted_at=moments(submitted),
    )
    write(out, "disbursements", **columns)
    runs = np.arange(int(run_no.max()) + 1)
    write(
        out,
        "payment_runs",
        run_id=ids("R", runs, 5),
        program_id=ids("G", runs % 16, 2),
        period=pick([f"{2017 + m // 12}-{m % 12 + 1:02d}" for m in range(int(month.max()) + 1)], runs // 16),
        division_code=pick([str(COUNTY)], np.zeros(len(runs), int)),
        funds_received_on=dates(START + 30 * (runs // 16) - 5),
        created_at=moments((START + 30 * (runs // 16)) * DAY),
        planned_on=dates(START + 30 * (runs // 16) + 5),
    )
    paid = history
    write(
        out,
        "settlements",
        disbursement_id=ids("D", np.arange(paid), 9),
        status=pick(["paid", "returned"], (rng.random(paid) < 0.005).astype(int)),
        amount=columns["amount"].slice(0, paid),
        at=moments(submitted[:paid] + 5 * DAY),
    )
    drawn = paid // 4
    source = np.sort(rng.choice(paid, drawn, replace=False))
    write(
        out,
        "card_transactions",
        transaction_id=ids("X", np.arange(drawn), 9),
        card_id=ids("62", card[source], 14),
        at=moments(submitted[source] + rng.integers(6 * DAY, 20 * DAY, drawn)),
        kind=pick(["cash_withdrawal", "transfer_out", "purchase"], rng.integers(0, 3, drawn)),
        amount=columns["amount"].take(pa.array(source)),
        outlet_id=ids("B", village_of[who[source]], 6),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--payments", type=int, default=10_000_000, help="payments before the run to be scored")
    parser.add_argument("--run", type=int, default=1_000_000, help="payments of the run to be scored")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    make(given.out, given.payments, given.run, given.seed)
