"""A payment close below the township's own limit, passed by a hand from which they come far more than usual."""

from __future__ import annotations

from features.disbursement.ratio_amount_to_township_limit import ratio_amount_to_township_limit
from features.official.ratio_reviewer_near_limit_to_county_365d import passed, ratio_reviewer_near_limit_to_county_365d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T21.reviewer_often_at_limit",
    title=("Reviewer often close below the township's limit", "审核人集中紧贴乡镇审批限额"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(ratio_amount_to_township_limit) >= setting("T21.near_limit"))
    & (col(ratio_amount_to_township_limit) <= 1)
    & (col(ratio_reviewer_near_limit_to_county_365d) >= setting("T21.reviewer_to_county")),
    because=(
        "Close below the sum the township may determine alone; such payments come"
        " {ratio_reviewer_near_limit_to_county_365d} times as often from this reviewer as in the county",
        "金额紧贴乡镇可自行审批的限额，该审核人此类占比是全县的{ratio_reviewer_near_limit_to_county_365d}倍",
    ),
    blind_to="a reviewer who spreads the amounts more widely",
    next_steps=(
        ("List the reviewer's grants of the year by amount and village", "按金额和村列出审核人当年审批"),
        ("Visit three of the households", "走访三户核实"),
    ),
    cases=(
        fires("eight in a row, none elsewhere", passed("O2", 8, 24).paid("P4", "RELIEF", amount="1900.00")),
        quiet("one of many by this hand", passed("O2", 0, 24).paid("P4", "RELIEF", amount="1900.00", prepared_by="O7")),
        quiet("usual everywhere: a tariff step", passed("O2", 8, 0).paid("P4", "RELIEF", amount="1900.00")),
    ),
)
