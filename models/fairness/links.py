"""Link rates by group as a section of the report on groups, and what of it the public may see."""

from __future__ import annotations

from collections.abc import Mapping

from models.evaluation.groups.link_rates import LinkRates, LinkShare
from models.fairness._document import Section

NAMES: Mapping[str, str] = {
    "all": "全部", "name": "姓名写法", "age over 80": "八十岁以上", "sex": "性别", "women": "婚入女性",
}  # fmt: skip
ABOUT = (
    "Rows of departments' lists that were found to mean somebody on the register. With truth: found are those linked "
    "to the right person among all that mean one, wrong those linked to another person or to somebody not meant.",
    "部门名单中匹配到人口登记的行。有真值时：“找到”为应匹配者中匹配正确的比例，“错配”为已匹配者中匹配到他人的比例。",
)


def of_links(links: tuple[LinkRates, ...]) -> Section:
    """The section; empty where no matches were given."""
    rows = tuple(
        (
            f"{one.grouping}: {one.group} {NAMES.get(one.grouping, '')}".strip(), _cell(one.linked), _cell(one.unsure),
            _cell(one.found), _cell(one.wrong),
        )
        for one in links
    )  # fmt: skip
    header = ("group 群体", "linked 已匹配", "left to people 待核实", "found 找到", "wrong 错配")
    return Section("Who is found on departments' lists 名单匹配", ABOUT if rows else (), header, rows)


def public_links(links: tuple[LinkRates, ...], at_least: int) -> tuple[LinkRates, ...]:
    """Groupings none of whose counts, nor what is left of them, lies between 1 and `at_least` - 1.

    Without all of a grouping nothing of it is shown: the rest of a known total would give a masked count away.
    """
    hidden = {one.grouping for one in links if any(_small(share, at_least) for share in _shares(one))}
    return () if "all" in hidden else tuple(one for one in links if one.grouping not in hidden)


def _shares(one: LinkRates) -> tuple[LinkShare, ...]:
    return tuple(share for share in (one.linked, one.unsure, one.found, one.wrong) if share is not None)


def _small(share: LinkShare, at_least: int) -> bool:
    return any(0 < count < at_least for count in (share.hits, share.rows - share.hits, share.rows))


def _cell(share: LinkShare | None) -> str:
    if share is None or share.share is None or share.interval is None:
        return "-"
    low, high = share.interval
    return f"{share.share:.1%} ({share.hits:,}/{share.rows:,}) [{low:.1%}–{high:.1%}]"
