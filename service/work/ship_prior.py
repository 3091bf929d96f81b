"""Remake what is shipped for day one: `python -m service.work.ship_prior [OUT]`, OUT being models/scoring.

Twelve invented counties of different habits are made, half of them of the standard kind, and `models.training.prior`
learns the rates of every rule on them. It takes some minutes. Make it again after rules were added or changed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

PROFILES = (
    *("standard",) * 6,
    "busy",
    "skilled",
    "poor_data",
    "other_country",
    "standard",
    "busy",
)
FIRST_SEED = 101
HOUSEHOLDS = 5000


def ship_prior(out: Path) -> None:
    """Write `prior.json` and `prior/` under `out`."""
    from models.scoring.policy import Policy
    from models.training.prior import make
    from simulation import simulate

    with tempfile.TemporaryDirectory() as folder:
        counties = []
        for k, profile in enumerate(PROFILES):
            county = Path(folder) / str(FIRST_SEED + k) / "county"
            simulate(county, households=HOUSEHOLDS, seed=FIRST_SEED + k, profile=profile)
            counties.append(county)
        make(out, counties, Policy.load())


if __name__ == "__main__":
    ship_prior(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("models/scoring"))
