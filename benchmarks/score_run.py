"""A payment run over a long history, whole process: `python benchmarks/score_run.py [--rows 100000 ...] [--keep DIR]`.

For each size N: an invented history of 10 N payments and a run of N to be scored (`_make_history.py`), then

* cold: `mingbai score` on the folder of tables with nothing loaded: intake, encoding, indexes, features, rules, model,
  reasons, file;
* warm: the same command again, with the checked tables and their indexes in place;
* floor: DuckDB reading the rows of the run and writing them with one more column, Parquet to Parquet.

Every command is a process of its own, figures are of the whole process. `peak` is the largest sum of the memory of the
process and its workers, shared pages counted once (`/proc/PID/smaps_rollup`, sampled), `own` what of it is not pages
of files, which the system takes back when it needs them; `processor` is seconds on all
cores, which a busy machine changes less than the seconds on the clock. The model has a weight for every rule and a
term for every feature, and is drawn at random (`_bundle.py`); about 2 % of rows alert and get reasons.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MINGBAI = [sys.executable, "-c", "from service.cli import main; main()"]
"""`mingbai` of the checkout this file lies in, wherever another one is installed."""
HISTORY = 10
START_DAY, MONTH_DAYS = 17167, 30
ENVIRONMENT = {"OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}

_FLOOR = """
import duckdb, sys, time
source, first, out = sys.argv[1:4]
connection = duckdb.connect(config={"threads": 2})
connection.execute("set timezone = 'UTC'")
connection.execute("set enable_progress_bar = false")
start = time.perf_counter()
connection.execute(
    f"copy (select *, 0.5 as score from read_parquet('{source}/disbursements.parquet') "
    f"where submitted_at >= timestamptz '{first}') to '{out}' (format parquet)"
)
print(time.perf_counter() - start)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock, seconds on all cores, the largest memory in megabytes and what of it is no file's."""

    wall: float
    processor: float
    peak: float
    own: float


def run(command: list[str]) -> tuple[Cost, str]:
    """One command in a process of its own. Raises RuntimeError with its messages when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as messages:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=messages, text=True, env={**os.environ, **ENVIRONMENT}
        )
        seen = [0.0, 0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, seen), daemon=True)
        watcher.start()
        said, _ = process.communicate()
        wall = time.perf_counter() - start
        watcher.join()
        if process.returncode:
            messages.seek(0)
            raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}\n{messages.read()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, spent, seen[0] / 1024, seen[1] / 1024), said


def _watch(pid: int, seen: list[float]) -> None:
    """Keep the largest memory of a process and its children, in kilobytes, until it ends."""
    while True:
        total, own = 0, 0
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for one in [str(pid), *children]:
                lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
                own += next(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
        except (OSError, StopIteration):
            if not Path(f"/proc/{pid}").exists() or not total:
                return
        seen[:] = max(seen[0], total), max(seen[1], own)
        time.sleep(0.25)


def day_of_run() -> str:
    """The day the last run was submitted, from midnight local time."""
    day = START_DAY + MONTH_DAYS * HISTORY
    return time.strftime("%Y-%m-%d", time.gmtime(day * 86_400))


def prepare(folder: Path, rows: int) -> tuple[Path, Path]:
    """The invented data and a model for them, made once a folder; returns both folders."""
    data, model = folder / f"data-{rows}", folder / f"model-{rows}"
    if not data.exists():
        make = [sys.executable, str(HERE / "_make_history.py"), str(data)]
        run([*make, "--payments", str(rows * HISTORY), "--run", str(rows)])
    small = folder / "data-small"
    if not small.exists():
        run([sys.executable, str(HERE / "_make_history.py"), str(small), "--payments", "200000", "--run", "20000"])
    # Made anew each time: it follows the catalogue, and it compiles what a fresh checkout has not compiled yet.
    make_model = (
        "import sys; from pathlib import Path; from _bundle import bundle_for; from features.asof import Ledger;"
        "from models.scoring.policy import Policy;"
        "bundle_for(Ledger.open(Path(sys.argv[1])), Policy.load()).save(Path(sys.argv[2]))"
    )
    run([sys.executable, "-c", make_model, str(small), str(model)])
    run([*MINGBAI, "score", str(small), *_asked(folder / "home-small", model, folder / "scores-small.parquet")])
    return data, model


def _asked(home: Path, model: Path, out: Path) -> list[str]:
    """Options of `mingbai score`: everything from the day of the last run on."""
    return [
        "--from", day_of_run(), "--to", "2099-01-01", "--model", str(model), "--home", str(home), "--out", str(out),
    ]  # fmt: skip


def measure(folder: Path, rows: int) -> None:
    """Cold, warm and floor for one size."""
    data, model = prepare(folder, rows)
    home, out = folder / f"home-{rows}", folder / f"scores-{rows}.parquet"
    shutil.rmtree(home, ignore_errors=True)
    day = day_of_run()
    command = [*MINGBAI, "score", str(data), *_asked(home, model, out)]
    floors = [run([sys.executable, "-c", _FLOOR, str(data), day, str(folder / "floor.parquet")])[1] for _ in range(3)]
    floor = sorted(float(f.split()[-1]) for f in floors)[1]
    print(f"{rows:>9,} floor {floor:8.2f}", flush=True)
    for name in ("cold", "warm"):
        cost, _ = run(command)
        print(
            f"{rows:>9,} {name:5} {cost.wall:8.1f} {cost.processor:10.1f} {rows / cost.wall:9,.0f} {cost.peak:9,.0f}"
            f" {cost.own:8,.0f} {cost.wall / floor:8.0f}",
            flush=True,
        )


def main() -> None:
    """Measure each size and print one table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, nargs="+", default=[100_000])
    options.add_argument("--keep", type=Path, help="keep data, models and stores here instead of a temporary folder")
    given = options.parse_args()
    print(
        f"{'rows':>9} {'':5} {'seconds':>8} {'processor':>10} {'rows/s':>9} {'peak MB':>9} {'own MB':>8} {'x floor':>8}"
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for rows in given.rows:
            measure(folder, rows)


if __name__ == "__main__":
    main()
