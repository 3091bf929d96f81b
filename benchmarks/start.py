"""How long the scoring path takes to start: `python benchmarks/start.py`.

Each line is the median of five processes of their own, after one thrown away: seconds on the clock and on the
processor. `imports` is everything `mingbai score` needs to read, judge and write; heavy libraries it must not load are
named if they are.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

MINGBAI = Path(sys.executable).with_name("mingbai")
FORBIDDEN = ("sklearn", "mlflow", "pandas", "interpret", "fastapi", "networkx")
_IMPORTS = """
import sys
from service.cli._light import leave_pandas_out
leave_pandas_out()
import pyarrow.parquet
from features.catalogue import all_features
from features.intake import load
from models.rules.catalogue import all_rules
from models.scoring.policy import Policy
from models.scoring.score import score
from service.work import choose_model, open_data, score_payments
all_features(); all_rules(); Policy.load()
print(",".join(m for m in {forbidden!r} if m in sys.modules))
"""
WAYS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "numpy, pyarrow, numba": [sys.executable, "-c", "import numpy, pyarrow.compute, pyarrow.parquet, numba"],
    "mingbai --help": [str(MINGBAI), "--help"],
    "mingbai score --help": [str(MINGBAI), "score", "--help"],
    "imports of scoring": [sys.executable, "-c", _IMPORTS.format(forbidden=FORBIDDEN)],
}


def once(command: list[str]) -> tuple[float, float, str]:
    """Seconds on the clock, on the processor, and what was printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, said.strip()


def main() -> None:
    """Print one line a way to start."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_known_args()
    print(f"{'':24} {'seconds':>8} {'processor':>10}")
    for name, command in WAYS.items():
        found = [once(command) for _ in range(6)][1:]
        wall, spent = sorted(f[0] for f in found)[2], sorted(f[1] for f in found)[2]
        print(f"{name:24} {wall:8.2f} {spent:10.2f}", flush=True)
        if name.startswith("imports"):
            print(f"loaded though not wanted: {found[0][2] or 'nothing'}")


if __name__ == "__main__":
    main()
