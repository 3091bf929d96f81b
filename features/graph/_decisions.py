"""Which of the payee's ties to officials lead to somebody who decided on the application."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.asof import Pairs, View
from features.disbursement._chain import DECIDING, STAGES, Codes, chain, passed, person_of_official
from features.graph._kin import kinship_rows, tied


def on_deciding_stage(view: View) -> NDArray[np.bool_]:
    """By tie: whether the official passed a stage at which the application is judged."""
    return _on(view, DECIDING)


def on_any_stage(view: View) -> NDArray[np.bool_]:
    """By tie: whether the official passed any stage of the chain."""
    return _on(view, STAGES)


def _on(view: View, names: tuple[str, ...]) -> NDArray[np.bool_]:
    pairs = view.memo(tied)
    hand = view.memo(chain).hand
    out = np.zeros(len(pairs.query), dtype=bool)
    for name in names:
        out |= hand[name][pairs.query] == pairs.official
    return out


def recused(view: View) -> NDArray[np.bool_]:
    """By tie: whether this official is on record as having stepped aside from the application."""
    pairs = view.memo(tied)
    steps = view.match("approvals", "application_id")
    who = steps["recused_official_id"].astype(np.int64)
    aside = steps.where(who >= 0)
    person: Codes = person_of_official(view.ledger, aside["recused_official_id"].astype(np.int64), view.at[aside.query])
    width = np.int64(len(view.ledger.vocabulary("person")) + 1)
    known = aside.query.astype(np.int64) * width + person
    return np.isin(pairs.query * width + pairs.official, known[person >= 0])


def decided_unrecused(view: View) -> NDArray[np.bool_]:
    """By tie: decided on the application and did not step aside."""
    return view.memo(on_deciding_stage) & ~view.memo(recused)


def evidence(view: View) -> tuple[Pairs, Pairs]:
    """The stages and the family ties behind a decision on one's own kin."""
    return view.memo(passed), kinship_rows(view, view.memo(decided_unrecused))
