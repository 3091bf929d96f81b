"""The stages a payment goes through, in their order, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: its code, its names, and whose move it is while a payment stands there."""

    code: str
    en: str
    zh: str
    waits_for: str


STAGES: Final = {
    stage.code: stage
    for stage in (
        Stage("applied", "applied for", "已申报", "village"),
        Stage("household_report", "reported by the household", "农户已申报", "village"),
        Stage("village_assessment", "assessed by the village", "村级已评议", "village"),
        Stage("public_notice", "list posted", "已公示", "township"),
        Stage("township_review", "reviewed by the township", "乡镇已审核", "county department"),
        Stage("county_determination", "determined by the county", "县级已审定", "finance bureau"),
        Stage("funds_received", "funds received", "资金已到位", "finance bureau"),
        Stage("finance_release", "released by finance", "财政已下达", "finance bureau"),
        Stage("submitted", "handed in for payment", "已提交发放", "finance bureau"),
        Stage("paid", "paid by the bank", "银行已发放", "nobody"),
        Stage("credited_short", "paid, but less than planned", "已发放但到账不足", "bank"),
        Stage("failed", "not paid: the bank failed", "发放失败", "finance bureau"),
        Stage("returned", "returned by the bank", "银行已退回", "finance bureau"),
        Stage("paid_again", "handed in again", "已重新提交", "bank"),
        Stage("repaid", "paid the second time", "补发到账", "nobody"),
    )
}
