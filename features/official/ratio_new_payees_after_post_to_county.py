"""How much more the item's new payees of the village came after the township's reviewer took the post than elsewhere.

Share of the village's new payees of the item in the year up to now that came after the post began, against the
county's share for the same days, smoothed with one payee; null more than a year after the post began.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.asof.ledger import MICROSECONDS_A_DAY
from features.official._tenure import is_first_of_item, post_began

YEAR = 365.0


def _new(view: View, keys: tuple[str, ...]) -> tuple[Float, Float]:
    """New payees in a year, and those of them after the post began."""
    year = view.running("disbursements", keys, days=YEAR, of="is_first_of_item")
    before = View(
        view.ledger, np.asarray(view.own("began_at"), dtype=np.int64), None, {k: view.own(k) for k in keys}
    ).running("disbursements", keys, of="is_first_of_item")
    upto = view.running("disbursements", keys, of="is_first_of_item")
    return year, upto - before


def _compute(view: View) -> Float:
    view.ledger.tables["disbursements"].derived("is_first_of_item", is_first_of_item)
    began = view.memo(post_began)
    recent = (view.day_at - began >= 0) & (view.day_at - began <= YEAR)
    moment = np.where(recent, view.ledger.moment(np.where(recent, began, 0.0)), view.at - int(YEAR) * MICROSECONDS_A_DAY)
    division = np.where(recent, np.asarray(view.own("division_code"), dtype=np.int64), -1)
    cells = view.unique(
        division, np.asarray(view.own("program_id"), dtype=np.int64), moment, names=("division_code", "program_id", "began_at")
    )
    here, here_after = _new(cells, ("division_code", "program_id"))
    every, every_after = _new(cells, ("program_id",))
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = every_after / every
        value = (here_after + usual) / (here + 1.0) / usual
    return np.where(recent, cells.spread(np.where(np.isfinite(value), value, np.nan)), np.nan)


came = world().add("officials", official_id="O9", post="township_clerk", division_code="519901101000", from_date="2019-03-01")
before = came.paid("P6", at="2019-01-10").paid("P5", at="2019-01-10").paid("P5", "DIBAO", at="2019-02-10")

ratio_new_payees_after_post_to_county = Feature(
    name="ratio_new_payees_after_post_to_county",
    title=("到任后本村新增对象占比与全县之比", "village's new payees since the post began against the county's"),
    unit="ratio",
    null="none",
    needs=("officials", "officials.from_date"),
    compute=_compute,
    cases=(
        Case("the only new one of three since then is here", before.paid("P1", at="2019-04-30", prepared_by="O9"), 2.0),
        Case("in post for years", before.paid("P1", at="2019-04-30", prepared_by="O2"), None),
    ),
)
