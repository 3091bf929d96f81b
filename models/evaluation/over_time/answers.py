"""What the score is judged by: findings decided by T, or the truth where a county was invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.asof import Ledger
from models.evaluation.columns import Texts
from models.training.labels import CLEARED, CONFIRMED, labels_at

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answers:
    """By payment, shape (n,) each: `outcome` as in `Labels`, `typologies` codes joined by `|` ('' where none is named),
    `role` whom the finding suspects (''), `at_random` whether it came from the random sample.

    `ring` is known only with the truth. `source` is `findings` or `truth`.
    """

    outcome: NDArray[np.int8]
    typologies: Texts
    role: Texts
    at_random: Bool
    ring: Texts | None = None
    source: str = "findings"

    def part(self, positions: Int64) -> Answers:
        """The answers of some of the payments."""
        ring = None if self.ring is None else self.ring[positions]
        return Answers(
            self.outcome[positions], self.typologies[positions], self.role[positions], self.at_random[positions],
            ring, self.source,
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


def findings_at(ledger: Ledger, rows: Int64, as_of_us: int) -> Answers:
    """Findings decided by the moment on the given disbursement rows (n,)."""
    labels = labels_at(ledger, rows, as_of_us)
    typologies = np.full(len(rows), "", dtype=object)
    role = np.full(len(rows), "", dtype=object)
    table = ledger.tables.get("dispositions")
    if table is not None and table.rows:
        known = np.nonzero(table.known_at <= as_of_us)[0]
        place = np.full(len(ledger.vocabulary("disbursement")) + 1, -1, dtype=np.int64)
        # Findings lie in order of decision, so a later one on the same payment takes the earlier one's place.
        place[table.column("disbursement_id")[known].astype(np.int64)] = known
        place[-1] = -1
        own = ledger.tables["disbursements"].column("disbursement_id")[rows].astype(np.int64)
        finding = place[own]
        has = finding >= 0
        named = table.column("typology")[finding[has]].astype(np.int64)
        typologies[has] = [name or "" for name in ledger.vocabulary("id:typology").decode(named)]
        roles = np.array([*table.schema.column("suspect_role").values, ""], dtype=object)
        role[has] = roles[table.column("suspect_role")[finding[has]].astype(np.int64)]
    return Answers(labels.outcome, typologies, role, labels.at_random)


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
        ring=ring,
        source="truth",
    )


def kinds_of(answers: Answers) -> list[frozenset[str]]:
    """The typologies named of each payment; a list of length n."""
    return [frozenset(part for part in str(text).split("|") if part) for text in answers.typologies]
