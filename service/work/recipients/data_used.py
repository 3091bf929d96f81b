"""What data is looked at when a payment is scored, in plain words, with the last day each came in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from service.store.facts import newest_of
from service.work.context import Context

WORDS = {
    "persons": ("户籍登记信息", "the population register"),
    "households": ("农户信息", "households"),
    "civil_events": ("部门共享的民政、户籍、就业等事项", "deaths, moves and jobs that departments share"),
    "department_rows": ("部门名单", "departments' lists"),
    "certificates": ("证件信息", "certificates"),
    "holdings": ("承包地、林地等登记", "registered land and stock"),
    "cards": ("一卡通开户信息", "cards"),
    "card_events": ("一卡通办理事项", "what was done with cards"),
    "card_transactions": ("银行共享的取款情况", "withdrawals banks share"),
    "applications": ("申报信息", "applications"),
    "approvals": ("审核环节", "who approved and when"),
    "notices": ("公示名单", "posted lists"),
    "disbursements": ("发放明细", "payments"),
    "settlements": ("银行回盘", "the bank's answers"),
    "kinship": ("经办人员亲属申报", "officials' declared kin"),
    "complaints": ("群众反映", "what people reported"),
}


@dataclass(frozen=True, slots=True)
class DataUsed:
    """One kind of data: its words, and when its newest rows came in."""

    table: str
    zh: str
    en: str
    newest_at: dt.datetime


def data_used(context: Context) -> list[DataUsed]:
    """The kinds of data the service holds about people and payments."""
    with context.database.read() as connection:
        newest = newest_of(connection, tuple(WORDS))
    return [DataUsed(table, *WORDS[table], newest[table]) for table in WORDS if table in newest]
