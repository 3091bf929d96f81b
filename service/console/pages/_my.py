"""What several of the recipients' pages share: periods, states and links in plain words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from service.access import EVERYWHERE, Principal
from service.work.context import Context
from service.work.portraits.owned_rule import owned_rule

MARKS: Final = {
    "paid": "done",
    "credited_short": "ask",
    "failed": "ask",
    "returned": "ask",
    "waiting": "calm",
}
"""The look of a payment's state."""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def rule_of(context: Context, who: Principal, program_id: str, item: str, at: dt.datetime) -> tuple[str, str]:
    """The rule of an item in one sentence, as it was at a moment where the recipient lives, without the item's name in
    front; empty where the catalogue does not hold it."""
    home = next((code for code in who.divisions if code != EVERYWHERE), None)
    zh, en = owned_rule(context, program_id, division_code=home, at=at) or ("", "")
    return zh.removeprefix(f"{item}："), en.removeprefix(f"{item}: ")


def period_in_words(period: str) -> tuple[str, str]:
    """A period as people say it, in Chinese and English; as it is written where it has another form.

    >>> period_in_words("2019-06"), period_in_words("201906"), period_in_words("2019")
    (('2019年6月', 'June 2019'), ('2019年6月', 'June 2019'), ('2019年', '2019'))
    >>> period_in_words("2019-Q1"), period_in_words("春季")
    (('2019年第1季度', 'first quarter of 2019'), ('春季', '春季'))
    """
    found = re.fullmatch(r"(\d{4})(?:-?(0[1-9]|1[0-2])|-?[Qq]([1-4]))?", period)
    if found is None:
        return period, period
    year, month, quarter = found.groups()
    if month:
        return f"{year}年{int(month)}月", f"{_MONTHS[int(month) - 1]} {year}"
    if quarter:
        nth = ("first", "second", "third", "fourth")[int(quarter) - 1]
        return f"{year}年第{quarter}季度", f"{nth} quarter of {year}"
    return f"{year}年", year


def year_of(period: str, submitted_year: int) -> int:
    """The year a payment is for: that of its period, else that in which it was handed in.

    >>> year_of("2018-12", 2019), year_of("春季", 2019)
    (2018, 2019)
    """
    found = re.match(r"(?:19|20)\d\d", period)
    return int(found[0]) if found else submitted_year
