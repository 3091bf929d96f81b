"""The golden county: a tiny invented county, trained and scored, as sorted lines of text.

    python -m tests.golden.remake          # writes tests/golden/scores.txt again
    python -m tests.golden.remake --check  # says what differs, exit code 1 if anything does

A line is a payment: id, score (4 decimals), recommendation, leading typology, codes of the reasons (strongest first).
Payments that are released with the commonest score are counted at the top instead of being listed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from models.scoring.policy import Policy
from tests.county import invent, learn, scored

FILE = Path(__file__).with_name("scores.txt")
HOUSEHOLDS, SEED, MONTHS = 300, 20190701, 24
TRAINED_AT = 0.5
SHOWN = 3


def lines() -> list[str]:
    """The golden county scored by the code as it is."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        county = invent(Path(folder), households=HOUSEHOLDS, seed=SEED, months=MONTHS)
        policy = Policy.load()
        bundle = learn(county, policy, county.moment(TRAINED_AT)).bundle
        rows = scored(county, bundle, policy, *county.between(TRAINED_AT, 1.0)).to_pylist()
    told = [
        (
            row["disbursement_id"],
            f"{row['score']:.4f}",
            row["recommendation"],
            row["typology"] or "-",
            ",".join(reason["code"] for reason in json.loads(row["reasons"])[:SHOWN]) or "-",
        )
        for row in rows
    ]
    plain = Counter(line[1:] for line in told).most_common(1)[0]
    listed = sorted(" ".join(line) for line in told if line[1:] != plain[0])
    return [f"# {plain[1]} of {len(told)} payments: {' '.join(plain[0])}", *listed]


def differences(old: list[str], new: list[str]) -> list[str]:
    """What changed, by payment: `id: before -> after`."""
    before, after = (dict(line.split(" ", 1) for line in said) for said in (old, new))
    return [
        f"{key}: {before.get(key, '(as most)')} -> {after.get(key, '(as most)')}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def main() -> int:
    """Write the file, or with --check only compare."""
    found = lines()
    old = FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else []
    changed = differences(old, found)
    sys.stdout.write("".join(f"{line}\n" for line in [*changed[:40], f"{len(changed)} lines differ"]))
    if "--check" in sys.argv[1:]:
        return int(bool(changed))
    FILE.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
