"""What invented counties teach: rates of true and innocent hits of every rule, and the model shipped for day one.

    python -m models.training.prior OUT COUNTY [COUNTY ...]

Each COUNTY is a folder of the contract's tables with `truth.parquet` beside it (as `mingbai simulate` writes them).
OUT receives `prior.json` (rates by rule), `prior_terms.json` (learned terms) and `prior/` (a bundle that scores without
any training). What was shipped before is not read.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.asof import Ledger
from features.intake import load
from models.rules.catalogue import all_rules
from models.scoring._workers import usable_workers
from models.scoring.bundle import Bundle, Term
from models.scoring.combine import judge
from models.scoring.facts import Facts, gather, joined
from models.scoring.policy import Policy
from models.training import shipped_terms
from models.training.fit import fit
from models.training.labels import UNLABELLED, Labels
from models.training.rule_weights import BY_SEVERITY, RatePrior
from models.training.shipped_terms import Taught
from models.training.train import reference_rows

Bool = NDArray[np.bool_]
BELIEF = 0.4
"""How far the shipped rates lie on the way from a wide guess to the invented counties' own."""

FAR_FUTURE = np.iinfo(np.int64).max - 1


def county_facts(county: Path, policy: Policy) -> tuple[Facts, Bool]:
    """Facts of every payment of a county and whether it is irregular in truth; (n, ...) and (n,)."""
    with tempfile.TemporaryDirectory() as folder:
        load(county, Path(folder))
        ledger = Ledger.open(Path(folder), utc_offset_hours=policy.utc_offset_hours)
        rows = reference_rows(ledger, FAR_FUTURE)
        facts = gather(ledger, rows, policy, lambda _share: None)
        codes = ledger.tables["disbursements"].column("disbursement_id")[rows]
        ids = ledger.vocabulary("disbursement").decode(codes.astype(np.int64))
    truth = pq.read_table(county.parent / "truth.parquet", columns=["disbursement_id", "irregular"]).to_pydict()
    known = dict(zip(truth["disbursement_id"], truth["irregular"], strict=True))
    return facts, np.array([known.get(i, 0) == 1 for i in ids])


def rates(counties: Sequence[tuple[Facts, Bool]]) -> dict[str, RatePrior]:
    """Log-normal rates of each rule over counties; a rule that ran in fewer than two keeps its severity's wide one."""
    out = {}
    for k, rule in enumerate(all_rules()):
        wide = BY_SEVERITY[rule.severity]
        true, innocent, ran = [], [], 0
        for facts, irregular in counties:
            if (facts.outcomes[:, k] == 4).all():
                continue
            ran += 1
            hits, n = facts.fired()[:, k], len(irregular)
            true.append(((hits & irregular).sum() + 0.5) / n)
            innocent.append(((hits & ~irregular).sum() + 0.5) / n)
        if ran < 2:
            out[rule.code] = wide
            continue
        out[rule.code] = RatePrior(
            _between(true, wide.true_rate),
            wide.true_spread,
            _between(innocent, wide.innocent_rate),
            wide.innocent_spread,
        )
    return out


def _between(values: list[float], wide: float) -> float:
    """Median rate, on the way from the wide guess to what invented counties showed; positive.

    All the way would believe the simulator's habits; measured on a county made by other hands and on invented ones of
    other seeds, the early half of the way gained on the latter and cost next to nothing on the former.
    """
    return float(np.exp((1 - BELIEF) * np.log(wide) + BELIEF * np.mean(np.log(values))))


def nobody(n: int) -> Labels:
    """Labels of n payments nobody looked at."""
    return Labels(np.full(n, UNLABELLED, np.int8), np.zeros(n, dtype=bool), np.full(n, FAR_FUTURE))


def _taught(facts: Facts, irregular: Bool, policy: Policy, found: dict[str, RatePrior]) -> Taught:
    """A county as its terms are learned: on top of what rules alone say there on day one."""
    bundle = fit(facts, nobody(len(irregular)), policy, quick=True, rates=found, taught=())
    return Taught(facts, irregular, judge(facts, bundle).log_odds)


def make(out: Path, counties: Sequence[Path], policy: Policy) -> None:
    """Write `prior.json`, `prior_terms.json` and `prior/` under `out`."""
    read = [county_facts(county, policy) for county in counties]
    found = rates(read)
    plain = {
        "counties": len(read),
        "payments": int(sum(len(y) for _, y in read)),
        "rates": {c: asdict(r) for c, r in found.items()},
    }
    (out / "prior.json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    pooled = joined([f for f, _ in read])
    n = len(pooled.values)
    taught = shipped_terms.learn(
        [_taught(facts, irregular, policy, found) for facts, irregular in read],
        seed=int(policy["learning.seed"]),
        workers=usable_workers(),
    )
    shipped_terms.write(taught, out / shipped_terms.FILE.name)
    bundle = fit(pooled, nobody(n), policy, rates=found, taught=taught)
    params = {"counties": str(len(read)), "payments": str(n)}
    _short(replace(bundle, version="prior", as_of="", params=params)).save(out / "prior")


def _short(bundle: Bundle) -> Bundle:
    """The bundle with weights of seven decimals: a shipped file is read by people, and compared line by line."""
    terms = [Term(t.feature, np.round(t.cuts, 7), np.round(t.scores, 7), round(t.missing, 7)) for t in bundle.terms]
    return replace(
        bundle,
        terms=tuple(terms),
        rule_weights=np.round(bundle.rule_weights, 7),
        rule_precision=np.round(bundle.rule_precision, 7),
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]], Policy.load())
