"""The invented county's alerts, explained once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from features.asof import View
from models.explanation.explain import Explainer
from models.explanation.explanation import Explanation
from models.scoring.combine import judge
from models.scoring.facts import Facts, facts_of
from tests.county import Trained

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Explained:
    """Every alert after the training moment, before payment, with its facts and its explanation."""

    trained: Trained
    explainer: Explainer
    rows: Int64
    at: Int64
    facts: Facts
    told: list[Explanation]


@pytest.fixture(scope="session")
def explained(trained_county: Trained) -> Explained:
    """Explanations of every alert of the last 40 %."""
    county, bundle = trained_county.county, trained_county.bundle
    rows, at = county.between(0.6, 1.0)
    facts = facts_of(View(county.ledger, at, rows), trained_county.policy)
    alert = judge(facts, bundle).probability >= min(bundle.line, bundle.verify_line)
    explainer = Explainer(county.ledger, bundle, trained_county.policy)
    told = explainer.many(rows[alert], at[alert])
    assert len(told) >= 10
    return Explained(trained_county, explainer, rows[alert], at[alert], facts.part(alert), told)
