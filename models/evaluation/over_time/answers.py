"""What the score is judged by: findings decided by T, or the truth where a county was invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.columns import Texts
from models.training.labels import CLEARED, CONFIRMED, ROLES, Labels

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answers:
    """By payment, shape (n,) each: `outcome` as in `Labels`, `typologies` codes joined by `|` ('' where none is named),
    `role` whom the finding suspects (''), `at_random` whether it came from the random sample, by
    `propensity` (NaN unknown).

    `ring` is known only with the truth. `source` is `findings` or `truth`.
    """

    outcome: NDArray[np.int8]
    typologies: Texts
    role: Texts
    at_random: Bool
    propensity: NDArray[np.float64]
    ring: Texts | None = None
    source: str = "findings"

    def part(self, positions: Int64) -> Answers:
        """The answers of some of the payments."""
        ring = None if self.ring is None else self.ring[positions]
        return Answers(
            self.outcome[positions], self.typologies[positions], self.role[positions], self.at_random[positions],
            self.propensity[positions], ring, self.source,
        )  # fmt: skip

    @property
    def usable(self) -> Bool:
        """Confirmed or cleared; an honest error is neither."""
        return np.asarray((self.outcome == CONFIRMED) | (self.outcome == CLEARED))

    @property
    def by_official(self) -> Bool:
        """Whose finding suspects an official."""
        return np.asarray(self.role == "official", dtype=bool)

    @property
    def confirmed(self) -> Bool:
        """What should have been found."""
        return np.asarray(self.outcome == CONFIRMED)


def answers_of(labels: Labels) -> Answers:
    """Findings on record as answers."""
    role = np.array([*ROLES, ""], dtype=object)[labels.suspect_role.astype(np.int64)]
    return Answers(labels.outcome, labels.typology.astype(object), role, labels.at_random, labels.propensity)


def truth_of(
    found: Answers, outcome: NDArray[Any], typologies: Texts | None = None, ring: Texts | None = None
) -> Answers:
    """The truth (n,) in place of findings: `outcome` 1 irregular, 0 not; `typologies` joined by `|`; names of rings.

    Where a payment is in the random sample still comes from the findings. Raises ValueError for unequal shapes.
    """
    n = len(found.outcome)
    for name, values in (("outcome", outcome), ("typologies", typologies), ("ring", ring)):
        if values is not None and np.shape(values) != (n,):
            raise ValueError(f"{name} of the truth: found shape {np.shape(values)}, expected ({n},) as the payments")
    named = np.full(n, "", dtype=object)
    if typologies is not None:
        named[:] = [text or "" for text in typologies]
    return Answers(
        outcome=np.asarray(outcome).astype(np.int8),
        typologies=named,
        # Where rings are known nothing has to be guessed from who prepared a payment.
        role=np.full(n, "", dtype=object) if ring is not None else found.role,
        at_random=found.at_random,
        propensity=found.propensity,
        ring=ring,
        source="truth",
    )


def kinds_of(answers: Answers) -> list[frozenset[str]]:
    """The typologies named of each payment; a list of length n."""
    return [frozenset(part for part in str(text).split("|") if part) for text in answers.typologies]
