"""A payment close below the township's own limit, in a village where they are far more usual than elsewhere."""

from __future__ import annotations

from features._world import world
from features.disbursement.ratio_amount_to_township_limit import ratio_amount_to_township_limit
from features.division.ratio_village_near_limit_to_county_730d import ratio_village_near_limit_to_county_730d
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

elsewhere = world()
for day in range(10, 24):
    elsewhere = elsewhere.paid("P6", "RELIEF", at=f"2019-01-{day}", amount="500.00")
here = elsewhere
for day in range(10, 14):
    here = here.paid("P3", "RELIEF", at=f"2019-02-{day}", amount="1950.00")
usual = world()
for day in range(10, 24):
    usual = usual.paid("P6", "RELIEF", at=f"2019-01-{day}", amount="1900.00")

RULE = Rule(
    code="T21.village_often_at_limit",
    title=("Village often close below the township's limit", "本村集中紧贴乡镇审批限额"),
    severity="low",
    desk="discipline",
    suspect_role="official",
    when=(col(ratio_amount_to_township_limit) >= setting("T21.near_limit"))
    & (col(ratio_amount_to_township_limit) <= 1)
    & (col(ratio_village_near_limit_to_county_730d) >= setting("T21.village_to_county")),
    because=(
        "Close below the sum the township may determine alone, {ratio_village_near_limit_to_county_730d} times as usual"
        " in this village as in the county",
        "金额紧贴乡镇可自行审批的限额，本村此类占比是全县的{ratio_village_near_limit_to_county_730d}倍",
    ),
    blind_to="a limit all villages of a county stay below alike",
    next_steps=(
        ("List the village's grants of two years by household and hand", "按农户和经办人列出本村两年内发放"),
        ("Check whether a tariff step equals the limit", "核对是否存在与限额相同的标准档次"),
    ),
    cases=(
        fires("four of four here, none elsewhere", here.paid("P3", "RELIEF", amount="1900.00")),
        quiet("the only one", elsewhere.paid("P3", "RELIEF", amount="1900.00").about("D1")),
        quiet("a tariff step equal to the limit: usual everywhere", usual.paid("P3", "RELIEF", amount="1900.00")),
    ),
)
