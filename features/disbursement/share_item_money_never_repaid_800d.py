"""Share of the item's money planned for the payee that came back and was not sent again, this payment included.

Over 800 days; payments that came back within the last sixty days are still given time.
"""

from __future__ import annotations

import numpy as np

from features._feature import Case, Feature, Float
from features._world import world
from features.asof import Pairs, View
from features.disbursement._credit import WINDOW_DAYS, is_returned, planned_fen, prepare

GRACE_DAYS = 60


def came_back(view: View) -> Pairs:
    """Answers on record saying that a payment of the item to the payee came back, and nothing replaced it."""
    view.memo(prepare)
    table = view.ledger.tables["settlements"]
    back = table.derived("is_returned", is_returned)
    person = np.asarray(view.own("person_id"), dtype=np.int64)
    program = np.asarray(view.own("program_id"), dtype=np.int64)
    keys = {"pay_person": person, "pay_program": program}
    some = view.running("settlements", keys, days=WINDOW_DAYS, of="is_returned") > 0
    answers = view.match(
        "settlements", {"pay_person": np.where(some, person, -1), "pay_program": program}, days=WINDOW_DAYS
    )
    old = (back[answers.row] > 0) & (answers.at - answers["at"] >= GRACE_DAYS)
    answers = answers.where(old)
    again = View(view.ledger, view.at[answers.query], None, {"reissue_of": answers["disbursement_id"].astype(np.int64)})
    return answers.where(again.running("disbursements", "reissue_of") == 0)


def _compute(view: View) -> Float:
    answers = view.memo(came_back)
    owed = answers.sum(planned_fen(view.ledger.tables["settlements"])[answers.row])
    planned = view.running("disbursements", ("person_id", "program_id"), days=WINDOW_DAYS, of="amount")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(planned > 0, owed / planned, 0.0)


returned = (
    world()
    .paid("P1", "LAND", at="2018-07-20", disbursement_id="E1")
    .add("settlements", disbursement_id="E1", status="returned", amount=None, at="2018-07-25")
)

share_item_money_never_repaid_800d = Feature(
    name="share_item_money_never_repaid_800d",
    title=("该项目退回未补发金额占比", "share of the item's money that came back and was not sent again"),
    unit="share",
    null="none",
    needs=("settlements", "disbursements.reissue_of"),
    compute=_compute,
    rests_on=lambda view: view.memo(came_back),
    cases=(
        Case("last year's came back", returned.paid("P1", "LAND"), 0.5),
        Case(
            "and was sent again", returned.paid("P1", "LAND", at="2018-08-20", reissue_of="E1").paid("P1", "LAND"), 0.0
        ),
        Case("nothing came back", world().paid("P1", "LAND"), 0.0),
    ),
)
