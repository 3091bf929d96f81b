"""The bank credited less than was released, and not by a sum or share common to the run."""

from __future__ import annotations

from features.disbursement.count_credited_short_alike import count_credited_short_alike
from features.disbursement.ratio_credited_to_planned import ratio_credited_to_planned
from features.disbursement.share_credited_short_beside import answered, share_credited_short_beside
from models.rules._expression import col, setting
from models.rules._rule import Rule, fires, quiet

RULE = Rule(
    code="T38.credited_short_alone",
    title=("Credited less than released", "到账少于发放"),
    severity="high",
    desk="owed",
    suspect_role="department",
    when=(col(ratio_credited_to_planned) < setting("T38.credited_whole"))
    & (col(count_credited_short_alike) < setting("T38.alike_beside")),
    because=(
        "Credited {ratio_credited_to_planned} of what was released; no other payment of the run is short"
        " by the same sum or share",
        "到账仅为应发的{ratio_credited_to_planned}，同批无相同扣减",
    ),
    blind_to="shares taken in cash after the money was credited",
    next_steps=(
        ("Compare the release file with the bank's answer", "比对发放文件与银行回盘"),
        ("Ask the bank where the difference was booked", "向银行查询差额去向"),
    ),
    cases=(
        fires("sixty of a hundred, the neighbours in full", answered("60.00", "100.00", "100.00")),
        quiet("lawful withholding: all alike", answered("90.00", "90.00", "90.00", "90.00")),
        quiet("credited in full", answered("100.00", "100.00")),
    ),
    after_payment=True,
    shows=(share_credited_short_beside,),
)
