"""Speed of the log: lines added a second, alone and in groups, and lines verified a second.

    python -m benchmarks.audit_log --lines 1000000
    python -m benchmarks.audit_log --database postgresql+psycopg://...

On SQLite in a folder of its own by default; every transaction is on disk before the next one begins.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models.scoring.policy import Policy
from service.clock import SystemClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, every_table
from service.work.audit.anchor import anchor
from service.work.audit.record import Line, record
from service.work.audit.verify import verify
from service.work.context import Context


def main() -> None:
    """Print the figures of one run."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lines", type=int, default=1_000_000, help="lines of the log that is verified")
    options.add_argument("--seconds", type=float, default=5.0, help="seconds each way of adding is measured")
    options.add_argument("--threads", type=int, default=4)
    options.add_argument("--database", default="")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), database=asked.database)
        database = Database(settings.database_url)
        every_table().create_all(database.engine)
        context = Context(settings, database, SystemClock(), Seal.from_text(Seal.new_key()), Policy.load())
        for group in (1, 10, 100):
            for threads in (1, asked.threads):
                rate = _adding(context, group, threads, asked.seconds)
                print(f"added, {group:3} a transaction, {threads} at once: {rate:9,.0f} lines/s")
        _fill(context, asked.lines)
        anchor(context)
        start = time.perf_counter()
        found = verify(context)
        took = time.perf_counter() - start
        assert found.sound, found.findings  # noqa: S101 - a figure of something broken is no figure
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"verified: {found.lines:,} lines in {took:.1f} s, {found.lines / took:,.0f} lines/s, peak {peak:.0f} MB")
        database.close()


def _line(number: int) -> Line:
    """A line like most: a look at a case, with a reason."""
    return Line(
        f"investigator-{number % 40}",
        "case.read",
        "case",
        f"C-{number % 5_000}",
        division_code="519921100204",
        reason="核对死亡登记与发放对象是否为同一人" if number % 3 == 0 else None,
        details={"shown": number % 50},
        request_id=f"{number:032x}",
    )


def _adding(context: Context, group: int, threads: int, seconds: float) -> float:
    """Lines a second with `group` lines a transaction from some threads."""
    end = time.perf_counter() + seconds

    def add(_: int) -> int:
        done = 0
        while time.perf_counter() < end:
            with context.database.write() as connection:
                record(context, connection, *(_line(done + n) for n in range(group)))
            done += group
        return done

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(add, range(threads))) / seconds


def _fill(context: Context, lines: int) -> None:
    """Bring the log to so many lines."""
    with context.database.read() as connection:
        from service.store import audit_lines

        head = audit_lines.head(connection)
    number = head[0] if head else 0
    while number < lines:
        few = min(5_000, lines - number)
        with context.database.write() as connection:
            record(context, connection, *(_line(number + n) for n in range(few)))
        number += few


if __name__ == "__main__":
    main()
