"""Cases of one payment each that learning asks for: the random sample, and what the model knows least about."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import View
from models.scoring.hubs import KINDS
from models.scoring.instructive import Question
from models.scoring.policy import Policy

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SingleCases:
    """Makes them for payments of a view; `probability`, `amount` (yuan) and `yearly` (payments a year) have shape (n,).

    They go to the department's desk, under the household, and name neither a typology nor a role: nothing is held
    against anybody.
    """

    view: View
    probability: Float
    amount: Float
    yearly: Float
    ids: list[str]

    def drawn(self, i: int, propensity: float) -> dict[str, Any]:
        """A payment of the random sample, with the chance it had."""
        return self._case(
            "random",
            i,
            f"分层随机抽样核查1笔发放（抽中概率{propensity:.6f}），抽中本身并非疑点。",
            f"One payment drawn at random in its stratum (propensity {propensity:.6f}); being drawn is not a red flag.",
        )

    def asked(self, question: Question) -> dict[str, Any]:
        """A payment from which the model learns most. The contract has no word of its own for that: it says score."""
        return self._case(
            "score",
            question.position,
            f"为使模型学习而核查1笔发放（{question.zh}），选中本身并非疑点。",
            f"One payment looked at so that the model learns ({question.en}); being chosen is not a red flag.",
        )

    def _case(self, selected_by: str, i: int, zh: str, en: str) -> dict[str, Any]:
        name = "household" if self.view.own("household_id")[i] >= 0 else "card"
        code = np.array([self.view.own(f"{name}_id")[i]])
        hub = self.view.ledger.vocabulary(KINDS[name]).decode(code)[0] or ""
        p, amount = float(self.probability[i]), float(self.amount[i])
        return {
            "case_id": case_id("random" if selected_by == "random" else "instructive", hub, "", [self.ids[i]]),
            "desk": "department",
            "hub_kind": name,
            "hub_id": hub,
            "typology": "",
            "suspect_role": "",
            "score": round(p, 6),
            "amount_at_risk": round(amount, 2),
            "expected_loss": round(p * amount * float(self.yearly[i]), 2),
            "members": json.dumps([self.ids[i]]),
            "summary_zh": zh,
            "summary_en": en,
            "selected_by": selected_by,
        }


def places_for_learning(cases: int, policy: Policy) -> tuple[int, int]:
    """Places for instructive and for random payments beside so many cases, each a share of all places."""
    instructive, random = policy["desks.uncertain_share"], policy["desks.random_share"]
    first = round(instructive * cases / max(1e-9, 1 - instructive - random))
    return first, round(random * (cases + first) / max(1e-9, 1 - random))


def case_id(kind: str, hub: str, signal: str, members: list[str]) -> str:
    """The number of a case: a hash of what it is about, the same whenever the same payments are grouped again."""
    digest = hashlib.sha256("|".join([kind, hub, signal, *sorted(members)]).encode()).hexdigest()
    return f"K{digest[:12]}"
