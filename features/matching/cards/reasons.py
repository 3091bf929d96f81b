"""Why a card should stay, be closed, wait or be looked at: codes, the fate each leads to, and words to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fate = Literal["keep", "stays", "close", "wait", "check"]
FATES: tuple[Fate, ...] = ("keep", "stays", "close", "wait", "check")
"""keep: the household's one card. stays: another lawful card. close: no longer needed. wait: something comes first.
check: somebody should ask."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason by its code. `fate` None: it is told beside another and decides nothing."""

    code: str
    fate: Fate | None
    en: str
    zh: str


REASONS: tuple[Reason, ...] = (
    # The first reason that holds and has a fate decides.
    Reason("holder_not_registered", "check", "the holder is not in the population register", "持卡人不在人口登记中"),
    Reason("holder_dead", "check", "a department reports the holder's death: settle with the heirs, then close",
           "部门登记持卡人已死亡：与继承人结清后注销"),
    Reason("paid_after_closing", "check", "payments were sent to it after it was closed", "销卡后仍有款项发往该卡"),
    Reason("card_not_registered", "check", "no bank reported this card", "没有银行登记过该卡"),
    Reason("held_by_another", "check",
           "handed to somebody who is neither household, kin nor authorised: ask the holder who has the card",
           "已交由非家庭成员、非亲属且未获授权者保管：请向持卡人核实卡在何处"),
    Reason("opened_and_bound_by_another", "check",
           "opened by somebody outside the household whose own phone receives the notices",
           "由家庭以外人员代开，且通知手机为代开人本人号码"),
    Reason("outside_stranger", "check", "the household's money goes to somebody outside it, without authority",
           "本户资金发往家庭以外、未获授权者的卡"),
    Reason("outside_kin", "check", "the household's money goes to kin in another household: is there a mandate?",
           "本户资金发往另一户亲属的卡：请核实是否有委托"),
    Reason("lost", "close", "reported lost", "已挂失"),
    Reason("replaced", "close", "replaced by another card", "已换发新卡"),
    Reason("second_of_holder", "close", "a second social-security card of the same holder", "同一持卡人的第二张社保卡"),
    Reason("migrated", "close", "the holder has a social-security card that works", "持卡人已有可用社保卡"),
    Reason("not_yet_activated", "wait", "issued lately and not activated yet", "新发卡尚未激活"),
    Reason("never_activated", "wait", "never activated: hand it to the holder and activate it, or close it",
           "长期未激活：交持卡人激活，或注销"),
    Reason("no_social_security_card", "wait", "the holder has no social-security card that works: issue one first",
           "持卡人尚无可用社保卡：应先发卡"),
    Reason("household_card", "keep", "the household's one card", "本户“一卡通”"),
    Reason("outside_institution", "stays", "the institution that cares for the payee receives", "供养机构代收"),
    Reason("outside_authorised", "stays", "a guardian or agent on record receives", "登记在册的监护人或代理人代收"),
    Reason("outside_moved", "stays", "the payee's own card; the register has the payee in another household",
           "领款人本人的卡；登记显示其属另一户"),
    Reason("institution_card", "stays", "an institution's account", "机构账户"),
    Reason("own_card", "stays", "a member's own social-security card", "家庭成员本人社保卡"),
    Reason("payments_still_arrive", None, "payments still go to it: move them before it is closed",
           "仍有款项发往该卡：注销前先变更账户"),
    Reason("opened_after_own", None, "opened after the holder already had a social-security card",
           "在持卡人已有社保卡之后开立"),
    Reason("opened_by_proxy", None, "opened by a proxy", "由他人代开"),
    Reason("opened_in_bulk", None, "opened together with many others by one hand (often a campaign day)",
           "同日由同一人批量代开（常见于集中办卡日）"),
    Reason("head_has_none", None, "the head of the household has no card that works", "户主尚无可用社保卡"),
)  # fmt: skip
PLACE = {reason.code: k for k, reason in enumerate(REASONS)}
