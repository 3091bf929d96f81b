"""Make a trial: a service over a demo's county, brought to life, with one account a role."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from service.access import Principal
from service.clock import SetClock
from service.running.prepare import prepare
from service.running.trial import settings as kept
from service.running.trial.live import People, irregular, live_through, report_something, runs_of
from service.sealing.keys import make_key_file
from service.settings import Settings
from service.store.accounts import Account
from service.work.access.from_the_machine import trial_accounts
from service.work.access.sessions import principal_of_account
from service.work.context import Context
from service.work.errors import WrongUsageError
from service.work.hand_over import hand_over
from service.work.records_in import records_in

HALF_A_YEAR: Final = dt.timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An invented person to sign in as: the last six characters of the number, and the name."""

    last_six: str
    name: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial gives whoever tries: accounts with passwords, a recipient, where codes are found."""

    accounts: list[tuple[Account, str]]
    recipient: Recipient | None
    outbox: Path


def make_trial(
    folder: Path,
    by: str,
    told: Callable[[str, float], None],
    *,
    database: str = "",
    policy: Path | None = None,
    lived: dt.timedelta = HALF_A_YEAR,
) -> Trial:
    """Make the trial of a demo's folder; what was left of one that was never finished goes first.

    `database` is its address, an empty one; SQLite beside the trial by default. `policy`: a policy of its own.
    `lived`: how long its people have worked. Raises WrongUsageError where the folder holds no demo.
    """
    county, truth = folder / "county", folder / "truth.parquet"
    if not (county / "disbursements.parquet").is_file() or not truth.is_file():
        raise WrongUsageError(
            f"{folder}: expected what `mingbai demo` makes (county/, truth.parquet, mlruns/): run it first",
            f"{folder}：未找到演示数据，请先运行 mingbai demo",
        )
    home = kept.home_of(folder)
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, mode=0o700)
    make_key_file(home / "trial.key")
    settings = Settings(
        home=home,
        mlruns=folder / "mlruns",
        key_file=home / "trial.key",
        notices=kept.NOTICES,
        database=database,
        policy=policy,
    )
    context = prepare(settings)
    last = runs_of(county, dt.datetime(1970, 1, 1, tzinfo=dt.UTC))[-1].at
    until = _morning_after(context, last)
    clock = SetClock(until - lived)
    context = replace(context, clock=clock)
    try:
        with records_in(settings.mlruns):
            hand_over(context, county, lambda name, place, of: told(f"handing {name} over", place / of))
            accounts = trial_accounts(context, by)
            runs = runs_of(county, until - lived)
            live_through(context, clock, runs, until, _people(accounts), irregular(truth), told)
            reached = _reached(county)
            report_something(context, [number for number, _ in reached[1:]])
    finally:
        context.database.close()
    kept.write(folder, (dt.datetime.now(dt.UTC) - until).days, database, policy)
    recipient = Recipient(reached[0][0][-6:], reached[0][1]) if reached else None
    return Trial(accounts, recipient, home / "outbox.txt")


def _morning_after(context: Context, last: dt.datetime) -> dt.datetime:
    """Nine in the morning of the day after the last run: it was scored, its lists wait to be signed."""
    zone = dt.timezone(dt.timedelta(hours=context.policy.utc_offset_hours))
    day = (last.astimezone(zone) + dt.timedelta(days=1)).date()
    return dt.datetime.combine(day, dt.time(9), zone).astimezone(dt.UTC)


def _people(accounts: list[tuple[Account, str]]) -> People:
    found: dict[str, Principal] = {
        one.roles[0]: principal_of_account(replace(one, must_change=False), "session") for one, _ in accounts
    }
    return People(found["investigator"], found["supervisor"], found["department_verifier"])


def _reached(county: Path) -> list[tuple[str, str]]:
    """Three people paid lately who have a phone on record: identity number (invented) and name."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    paid = pq.read_table(county / "disbursements.parquet", columns=["person_id", "submitted_at"])
    recent = set(paid.sort_by([("submitted_at", "descending")]).column("person_id").slice(0, 2_000).to_pylist())
    people = pq.read_table(county / "persons.parquet", columns=["person_id", "name", "phone"])
    with_phone = people.filter(pc.is_valid(people.column("phone"))).to_pylist()
    return [(row["person_id"], row["name"]) for row in with_phone if row["person_id"] in recent][:3]
