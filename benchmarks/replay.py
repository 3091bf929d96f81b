"""All rules over a long history, whole process: `python benchmarks/replay.py [--payments 100000 ...] [--keep DIR]`.

For each size N: an invented history of N payments (`_make_history.py`), loaded once, then

* cold: `mingbai replay DATA --rules-only`: every rule on every payment as of its own submission, with nothing derived
  yet (indexes and columns of features are made on the way);
* warm: the same command again;
* queue: with the queue before and after a change of one setting, judged by a model drawn at random (`_bundle.py`).

Every command is a process of its own; figures are as in `score_run.py`. The bar: a million payments with all rules in
under two minutes on two cores.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

# The checkout itself, so that a benchmark runs by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.score_run import HERE, MINGBAI, run

NAMES = ("cold", "warm", "queue")
CHANGE = "[rules.T01]\nmonths_after_death = 2\n"


def prepare(folder: Path, payments: int) -> tuple[Path, Path, Path]:
    """History, its home with the tables loaded, and a model; made once a folder."""
    data, home, model = folder / f"history-{payments}", folder / f"home-{payments}", folder / "model"
    if not data.exists():
        make = [sys.executable, str(HERE / "_make_history.py"), str(data)]
        run([*make, "--payments", str(payments), "--run", str(max(2_000, payments // 11))])
    shutil.rmtree(home, ignore_errors=True)
    run([*MINGBAI, "check", str(data), "--home", str(home)])
    make_model = (
        "import sys; from pathlib import Path; from _bundle import bundle_for; from features.asof import Ledger;"
        "from features.intake import load; from models.scoring.policy import Policy; import tempfile;"
        "store = Path(tempfile.mkdtemp()); load(Path(sys.argv[1]), store);"
        "bundle_for(Ledger.open(store), Policy.load()).save(Path(sys.argv[2]))"
    )
    small = folder / "history-small"
    if not small.exists():
        run([sys.executable, str(HERE / "_make_history.py"), str(small), "--payments", "50000", "--run", "5000"])
    run([sys.executable, "-c", make_model, str(small), str(model)])
    return data, home, model


def measure(folder: Path, payments: int) -> None:
    """Cold, warm and queue for one size."""
    data, home, model = prepare(folder, payments)
    policy = folder / "stricter.toml"
    policy.write_text(CHANGE, encoding="utf-8")
    plain = [*MINGBAI, "replay", str(data), "--home", str(home), "--json", str(folder / "replay.json")]
    changed = [*plain, "--policy", str(policy), "--model", str(model)]
    for name, command in zip(NAMES, ([*plain, "--rules-only"], [*plain, "--rules-only"], changed), strict=True):
        cost, _ = run(command)
        print(
            f"{payments:>10,} {name:6} {cost.wall:8.1f} {cost.processor:10.1f} {payments / cost.wall:10,.0f}"
            f" {cost.peak:9,.0f} {cost.own:8,.0f}",
            flush=True,
        )


def main() -> None:
    """Measure each size and print one table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--payments", type=int, nargs="+", default=[100_000])
    options.add_argument("--keep", type=Path, help="keep data and stores here instead of a temporary folder")
    given = options.parse_args()
    print(f"{'payments':>10} {'':6} {'seconds':>8} {'processor':>10} {'rows/s':>10} {'peak MB':>9} {'own MB':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.keep or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for payments in given.payments:
            measure(folder, payments)


if __name__ == "__main__":
    main()
