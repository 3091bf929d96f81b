"""Where `review` and `verify` would begin if the policy drew the line elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.scoring.bundle import Bundle
from models.scoring.policy import Policy

Float = NDArray[np.float64]
KEYS = ("line.probability", "line.verify_probability", "line.share_at_most")


@dataclass(frozen=True, slots=True)
class Lines:
    """Probabilities from which a payment is recommended for a look, and for one before payment."""

    review: float
    verify: float


def moved(before: Policy, after: Policy) -> bool:
    """Whether a policy draws the line elsewhere."""
    return any(before[key] != after[key] for key in KEYS)


def lowest(bundle: Bundle, after: Policy) -> Bundle:
    """The model with its line as low as the policy can draw it, so that nothing above the new line is missed."""
    return replace(bundle, line=after["line.probability"], verify_line=after["line.verify_probability"])


def lines_of(probability: Float, policy: Policy) -> Lines:
    """Lines as a training draws them: the policy's probabilities, but never more than its share of these payments."""
    most = float(np.quantile(probability, 1 - policy["line.share_at_most"])) if len(probability) else 1.0
    line = max(policy["line.probability"], float(np.nextafter(most, 2.0)))
    return Lines(line, max(line, policy["line.verify_probability"]))
