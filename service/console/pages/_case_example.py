"""The case that tests render: made up, with everything a case may have."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service.console.pages._case_shapes import (
    Doing,
    FileShown,
    Head,
    LinkShown,
    MemberShown,
    NoteShown,
    OffShown,
    PrecedentShown,
    ReasonShown,
    RememberedShown,
    ReportShown,
    StepShown,
    WaitingShown,
    Whole,
)

AT: Final = dt.datetime(2019, 7, 2, 2, 30, tzinfo=dt.UTC)
_SUMMARY: Final = (
    "经办人员关联67笔发放，共12,480.00元，疑点：银行网点连续支取多卡。平均风险61%，需核实。",
    "67 payments of 12,480.00 yuan in all at an official; question: cards drawn in series at a bank. Mean risk 61%; "
    "to be checked.",
)

HEAD: Final = Head(
    case_id="C7K3M9QZ4TB", version=3, desk="discipline", state="preliminary_check", is_open=True,
    asks=("银行网点连续支取多卡", "Cards drawn in series at a bank"), summary=_SUMMARY, hub_kind="official",
    hub="O00017", hub_path="/look-up/official/O00017", typology="T25", suspect_role="official", selected_by="rule",
    offered_as="alert", score=0.61, amount_fen=1_248_000, loss_fen=912_050, payments=67, place="青山镇柏林村",
    division_code="519901001000", assignee="li.wen", mine=True, opened_at=AT, state_since=AT,
    due_at=AT + dt.timedelta(days=2), closed_at=None, late=False, soon=True, two_people=True,
)  # fmt: skip

REASON: Final = ReasonShown(
    code="T25.drawn_in_series_at_bank", kind="graph", title=("银行网点连续支取多卡", "Cards drawn in series at a bank"),
    text=("共5天与他户卡在数分钟内连续支取，其中6人反复出现", "On 5 days drawn within minutes of others; 6 again"),
    payments=12, of=67, share=1.0,
    path="/cases/C7K3M9QZ4TB/evidence?payment=D00004283&code=T25.drawn_in_series_at_bank",
    role="official", rule_path="/rules/T25.drawn_in_series_at_bank",
    blind_to=("不共享取现信息的银行", "banks that do not share withdrawals"),
    next_steps=(("向其中两名持卡人核实卡在何处", "Ask two of the holders where their card is"),
                ("向网点调取其中一日的监控或单据", "Ask the outlet for the camera record of one such day")),
    alikes=(("同户、亲属或同一代办人代为办理", "somebody who goes for a family, or a helper on record"),),
)  # fmt: skip

MODEL_REASON: Final = ReasonShown(
    "count_payments_to_this_card", "model", ("该卡收款笔数", "payments to this card"),
    ("该卡收款笔数：41", "payments to this card: 41"), 5, 67, 0.4, "",
)  # fmt: skip

MEMBER: Final = MemberShown(
    "D00004283", "城乡居民养老保险", "H000412", "青山镇柏林村", "····1232", 18_600, 0.64,
    (("银行网点连续支取多卡", "Cards drawn in series at a bank"),), True, "",
    "/payments/D00004283", "/look-up/household/H000412", (1,),
)  # fmt: skip

STEPS: Final = (
    StepShown(AT, "li.wen", "moved", "new", "preliminary_check", 3, "名册与银行回单不符，需核实。"),
    StepShown(AT, "zhou.min", "assigned", "new", "new", 2, "按分工承办", (("to", "li.wen"),)),
    StepShown(AT, "service", "continued", "new", "new", 2, "", (("added", "3"), ("rescored", "2"))),
    StepShown(AT, "service", "opened", "", "new", 1),
)

EXAMPLE: Final = Whole(
    head=HEAD,
    reasons=(REASON, MODEL_REASON),
    next_steps=REASON.next_steps,
    precedents=(
        PrecedentShown(
            "C1111111111", "cleared", ("经办人员关联41笔发放", "41 payments at an official"), 820_000, 41, AT, 0.8,
            (("同类手法", "the same typology"),), ("赶集日集中取款", "market day"),
        ),
    ),
    members=(MEMBER, MemberShown("D00004999", "城乡居民养老保险", "", "青山镇", "····7788", 18_600, 0.2, (), False)),
    more_members="D00004999",
    notes=(NoteShown(AT, "li.wen", "已电话联系村会计，\n约周三看台账。"),),
    earlier_notes=7,
    files=(FileShown(5, "授权书.pdf", "pdf", 48_211, "li.wen", AT),),
    links=(
        LinkShown(
            "C0000000001", "has_part", ("一张卡关联4笔发放", "4 payments at a card"), "new", "discipline", 74_400,
            "C0000000001", "part_of",
        ),
    ),
    waiting=WaitingShown(
        "cleared", "T25", "official", (("D00004283", "error"),), "hub", "市集日同乡结伴取款，有登记。", ("授权书.pdf",),
        "均为赶集日本人支取。", "li.wen", AT,
    ),
    remembered=(RememberedShown("hub", "市集日同乡结伴取款", "li.wen", AT + dt.timedelta(days=365), False),),
    history=STEPS,
    earlier=12,
    off=(
        OffShown("not_shared", ("card_transactions", "kinship"), "", (("连续支取多卡", "Cards drawn in series"),)),
        OffShown("resting", (), "shadow since 2019-06-01", (("小数点错位", "A decimal point slipped"),)),
        OffShown("not_matched", (), "", (("死亡名单上有疑似本人", "Named on a death list"),)),
        OffShown("muted", (), "", (("公示期未满即审核", "Reviewed before the notice ended"),)),
    ),
    models=("champion 3 a1b2c3d4",),
    doing=Doing(
        moves=("with_department", "talk_by_letter", "held"),
        outcomes=("confirmed", "cleared", "error", "cleared_by_name"),
        works=True, takes=True, assigns=True, signs=True, merges=True, splits=True, unmasks=True, reopens=True,
        clears_by_name=True, people=((12, "li.wen"), (13, "zhou.min")), hold_until=dt.date(2019, 12, 31),
    ),
    meanwhile=STEPS[:1],
    reports=(
        ReportShown("B-7K2M-9QXD", ("我的卡被他人保管", "somebody holds my card"), AT, False, "/reports/B-7K2M-9QXD"),
        ReportShown("B-3WWW-4HHH", ("钱没有收到", "money did not come"), AT, True, ""),
    ),
)  # fmt: skip
