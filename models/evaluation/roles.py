"""Is the right role named behind what was found, and is an official's act laid on a household."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from models.evaluation.columns import is_known, one_of
from models.evaluation.desks import ACTORS
from models.evaluation.judged import Judged


@dataclass(frozen=True, slots=True)
class Roles:
    """On irregular rows above the line: share with the right role, share if the commonest role were always said, and
    the share of officials' and agents' rows laid on the household."""

    true_positives: int
    accuracy: float | None
    majority: float | None
    actors_laid_on_household: float | None


def measure_roles(judged: Judged) -> Roles:
    """Measure the suspect roles over the window."""
    found = judged.irregular & judged.line
    rows = int(found.sum())
    right = sum(a == b for a, b in zip(judged.said_role[found], judged.role[found], strict=True) if b is not None)
    known = judged.role[found][is_known(judged.role[found])]
    actors = found & one_of(judged.role, ACTORS)
    laid = sum(said == "household" for said in judged.said_role[actors])
    return Roles(
        true_positives=rows,
        accuracy=right / rows if rows else None,
        majority=Counter(known).most_common(1)[0][1] / len(known) if len(known) else None,
        actors_laid_on_household=laid / int(actors.sum()) if actors.any() else None,
    )
