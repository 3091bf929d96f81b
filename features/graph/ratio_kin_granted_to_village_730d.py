"""How much more often kin households of an official receive the item than the official's village does.

Over two years: the share of an official's kin households that were paid the item, against the share of all households
of the payee's village, smoothed with one household at the village's share. The largest over the officials tied to the
payee; null where nobody in post is tied to the payee's household, or the item is not means-tested.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import View
from features.graph._kin import find, kinship_rows, tied, ties
from features.program.is_means_tested import is_means_tested

WINDOW_DAYS = 730


def _compute(view: View) -> Float:
    pairs = view.memo(tied)
    asked = is_means_tested.of(view)[pairs.query] > 0
    query, official = pairs.query[asked], pairs.official[asked]
    by_tie = View(
        view.ledger,
        view.at[query],
        None,
        {
            "official": official,
            "program_id": np.asarray(view.own("program_id"), dtype=np.int64)[query],
            "division_code": np.asarray(view.own("division_code"), dtype=np.int64)[query],
        },
    )
    cells = by_tie.unique("official", "program_id", "division_code")
    all_ties = ties(view.ledger)
    cell, tie = find(all_ties, all_ties.by_official, cells.own("official"), cells.at)
    home = all_ties.household[tie]
    width = np.int64(len(view.ledger.vocabulary("household")) + 1)
    once = np.unique((cell * width + home)[home >= 0])
    cell, home = once // width, once % width
    kin = View(view.ledger, cells.at[cell], None, {"household_id": home, "program_id": cells.own("program_id")[cell]})
    granted = kin.running("disbursements", ("household_id", "program_id"), days=WINDOW_DAYS) > 0
    number = np.bincount(cell, minlength=cells.n).astype(np.float64)
    paid = np.bincount(cell, weights=granted, minlength=cells.n)
    in_village = cells.distinct("disbursements", ("division_code", "program_id"), "household_id", days=WINDOW_DAYS)
    households = cells.running("households", "division_code")
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.minimum(in_village / households, 1.0)
        value = (paid + usual) / (number + 1.0) / usual
    by_pair = cells.spread(np.where(np.isfinite(value), value, np.nan))
    out = np.full(view.n, -np.inf)
    np.maximum.at(out, query, np.where(np.isnan(by_pair), -np.inf, by_pair))
    return np.where(np.isinf(out), np.nan, out)


secretary = (
    world().change("officials", "official_id", "O1", person_id="P4").add("kinship", person_id="P4", relative_id="P3")
)

ratio_kin_granted_to_village_730d = Feature(
    name="ratio_kin_granted_to_village_730d",
    title=("经办人员亲属户享受比例与本村之比", "kin households' share of the item against the village's"),
    unit="ratio",
    null="none",
    needs=("officials", "officials.person_id", "kinship", "households"),
    uses=(is_means_tested,),
    compute=_compute,
    rests_on=lambda view: kinship_rows(view, view.memo(tied).query >= 0),
    cases=(
        Case(
            "one of two kin households, one of three in the village",
            secretary.paid("P3", "DIBAO"),
            (1 + 1 / 3) / 3 / (1 / 3),
        ),
        Case("nobody in post is tied to the household", world().paid("P3", "DIBAO"), None),
        Case("not a means-tested item", secretary.paid("P3", "LAND"), None),
    ),
)
