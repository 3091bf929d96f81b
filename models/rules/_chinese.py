"""What rules cannot see, in Chinese: rules say it in English, several the same, so it stands here once."""

from __future__ import annotations

from typing import Final

from models.rules._rule import Rule

BLIND_TO: Final[dict[str, str]] = {
    "two people of one name, birth date and village whom the list cannot tell apart": (
        "同村同名同生日、名单无法区分的两人"
    ),
    "a number copied onto the wrong line of the list": "名单中身份号码串行",
    "deaths nobody recorded, and those recorded after the payment": "无人登记的死亡，以及发放之后才登记的死亡",
    "deaths one department alone recorded": "仅一个部门登记的死亡",
    "whether the family knew the payment was to end": "家属是否知道补贴应当停发",
    "invented numbers with a correct check digit": "校验位正确的虚构号码",
    "second lines of another amount": "金额不同的第二笔",
    "second numbers with another name": "以另一姓名使用的第二个号码",
    "second lines of less than half the amount": "不足首笔一半金额的第二笔",
    "items drawn by different members for one need": "户内不同成员就同一困难分别领取的项目",
    "lists copied within one village": "同村之内照搬的名单",
    "people registered twice": "重复登记的人员",
    "second applications under another number": "以另一号码提出的第二份申报",
    "people registered wherever they are paid": "在每个领取地都有登记的人员",
    "members registered elsewhere": "户籍登记在别处的成员",
    "posts nobody reported": "未报送的任职",
    "posts nobody reported, and members of the household on the payroll": "未报送的任职，以及户内其他财政供养人员",
    "houses bought in other names": "以他人名义购置的房屋",
    "vehicles in other names; a vehicle already scrapped is not told": "登记在他人名下的车辆；已报废车辆未作说明",
    "sentences nobody reported": "未报送的服刑信息",
    "birth dates changed in the register": "登记中改动过的出生日期",
    "renewals the register has not heard of": "登记部门尚未掌握的换证",
    "certificates under another number": "登记在另一号码下的证件",
    "grades raised on purpose": "人为抬高的等级",
    "households made long before, and kin the register does not know": "早已设立的户，以及登记中没有的亲属关系",
    "people invented one at a time, or among families that really moved in; cards opened without a recorded hand": (
        "逐个虚构或混在真实迁入家庭中的人员；未记录经手人的开卡"
    ),
    "people registered one at a time": "逐个登记的人员",
    "a slip in the register rather than on the list": "登记一方而非名单一方的笔误",
    "claims a little above the holding": "略高于登记面积的申领",
    "the first year of a claim too large": "超面积申领的第一年",
    "a quantity raised once and kept": "一次增加后保持不变的面积",
    "a village where only one household's quantity was raised": "全村仅一户增加面积的情形",
    "parcels split or renumbered before they are claimed twice": "重复申领前先行拆分或重新编号的地块",
    "large lines whose holdings were raised to match": "登记面积随之抬高的大户",
    "large holdings invented before the register was first filled": "首次建档之前即虚构的大面积",
    "machines with a changed number plate": "更换过铭牌号码的机具",
    "money handed over in cash, and dealers who change cards": "以现金交付的款项，以及更换收款卡的经销商",
    "households split to claim again": "为再次申领而分立的户",
    "grants split between households of one family": "同一家族各户分拆申领",
    "a reviewer who spreads the amounts more widely": "把金额分散得更开的审核人",
    "a limit all villages of a county stay below alike": "全县各村均同样低于限额的情形",
    "one card a household, held by one hand": "一户一卡但由一人代持",
    "cards of banks that share their cards": "共享发卡信息的银行的卡",
    "ties nobody recorded; cards of banks that do not share holders": "无人登记的关系；不共享持卡人信息的银行的卡",
    "strangers' cards of the usual kind": "无关人员持有的惯用卡种",
    "cards opened without a recorded hand": "未记录经手人的开卡",
    "a first payment of the item": "该项目的首次发放",
    "changes the bank does not share": "银行未共享的变更",
    "cards of one household each": "分属各户的卡",
    "amounts raised through the quantity": "通过数量抬高的金额",
    "banks that do not share withdrawals": "不共享取现信息的银行",
    "neighbours who go to the bank together": "结伴去银行的邻居",
    "cards taken without a record": "未留记录的取走卡片",
    "resets recorded without an actor": "未记录办理人的密码重置",
    "cash carried there, and cards of banks that do not share transfers": "现金送达，以及不共享转账信息的银行的卡",
    "cash carried there": "现金送达",
    "bindings recorded without an actor": "未记录办理人的绑定",
    "devices the bank does not share; cards bound one by one in their holders' names": (
        "银行未共享的设备；以持卡人名义逐张绑定的卡"
    ),
    "phones of people who stand in for the official": "替经办人员出面者的手机号",
    "phones bound since the card was opened": "自开卡起即预留的手机号",
    "changes recorded without an actor": "未记录办理人的变更",
    "cards opened without a recorded hand; people made up among families that really moved in": (
        "未记录经手人的开卡；混在真实迁入家庭中的虚构人员"
    ),
    "cards of banks that do not share withdrawals": "不共享取现信息的银行的卡",
    "kin the register does not know; villages where everybody is kin": "登记中没有的亲属关系；人人沾亲的村",
    "households whose category was changed to fit": "为符合条件而变更类别的农户",
    "kin that the register does not know; colleagues who judge for one another": (
        "登记中没有的亲属关系；互相代为审定的同事"
    ),
    "two people who share one login, or one who signs for another": "两人共用一个账号，或一人代另一人签字",
    "two people who share one login, and clerks who lawfully stand in for a vacant village post": (
        "两人共用一个账号，以及依规代行村级空缺岗位的办事员"
    ),
    "lists posted on paper only, and posting dates entered afterwards": "仅纸质公示的名单，以及事后补录的公示日期",
    "stages entered in the platform long after they took place": "办理很久之后才录入平台的环节",
    "copies whose order was changed": "打乱顺序的照搬",
    "lists copied from several villages, one or two people each": "从多个村各抄一两人的名单",
    "the first favour of a pair, and kin the register does not know": "互批中的第一次，以及登记中没有的亲属关系",
    "officials whose earlier posts are not on record": "以往任职未登记的经办人员",
    "lists that hung longer than was entered": "实际公示时间长于录入时间的名单",
    "counties where most villages do not enter their notices": "多数村不录入公示的县",
    "lists that were never entered": "从未录入的名单",
    "shares taken in cash after the money was credited": "入账之后以现金抽取的部分",
    "funds that the finance bureau received and did not enter": "财政部门已收到而未录入的资金",
    "short lists, and funds that the finance bureau received and did not enter": (
        "人数很少的名单，以及财政部门已收到而未录入的资金"
    ),
    "a different card for every payment": "每笔使用不同的卡",
    "cards lent by kin or by members of the household": "向亲属或户内成员借用的卡",
    "money handed over outside the platform": "在平台之外交付的款项",
    "money handed over in cash after it came back": "退回之后以现金交付的款项",
    "turns of a year or longer, and money shared out in cash": "一年以上的轮换，以及以现金均分的款项",
    "new names spread over runs and preparers": "分散在多个批次和制表人的新增人员",
    "back payments to invented people": "补发给虚构人员的款项",
    "back payments spread over many cards": "分散到多张卡的补发",
    "people never put on the item": "从未列入该项目的人员",
    "people whose certificate nobody recorded": "证件无人登记的人员",
    "items without age limits, and people who were dropped for good": "没有年龄条件的项目，以及确应退出的人员",
    "lists shorter than a handful of lines": "只有寥寥几行的名单",
}
"""What each text of `Rule.blind_to` is in Chinese; a test holds every rule against it."""


def blind_to(rule: Rule) -> tuple[str, str]:
    """What a rule cannot see, (English, Chinese). Raises KeyError for a text that is not in `BLIND_TO`."""
    return rule.blind_to, BLIND_TO[rule.blind_to]
