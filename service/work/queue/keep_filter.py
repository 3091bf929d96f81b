"""Filters people keep for themselves."""

from __future__ import annotations

from typing import Any, Final

from service.access import Principal
from service.store import saved_filters
from service.work.context import Context
from service.work.queue.errors import Unfit
from service.work.queue.find_cases import Filter

AT_MOST: Final = 50
LETTERS: Final = 60


def keep_filter(context: Context, who: Principal, name: str, wanted: Filter) -> None:
    """Keep a filter under a name, in place of the one there was. Raises Unfit: a person or card is searched by, not
    kept, and words may be a name."""
    name = name.strip()
    if not name or len(name) > LETTERS:
        raise Unfit("name", f"A name has 1 to {LETTERS} letters.", "名称为 1 至 60 字。")
    if any((wanted.person_id, wanted.card_id, wanted.phone, wanted.hub_id, wanted.text)):
        raise Unfit(
            "filter",
            "Persons, cards, phones, hubs and words are not kept.",
            "人员、卡号、电话、关联对象和文字不可保存。",
        )
    with context.database.write() as connection:
        known = {row.name for row in saved_filters.of_account(connection, who.account_id)}
        if name not in known and len(known) >= AT_MOST:
            raise Unfit("name", f"At most {AT_MOST} filters are kept.", f"最多保存 {AT_MOST} 个筛选。")
        saved_filters.keep(connection, who.account_id, name, wanted.plain(), context.clock.now())


def kept_filters(context: Context, who: Principal) -> list[tuple[str, dict[str, Any]]]:
    """Names and filters, in order of the names."""
    with context.database.read() as connection:
        return [(row.name, dict(row.filter)) for row in saved_filters.of_account(connection, who.account_id)]


def drop_filter(context: Context, who: Principal, name: str) -> bool:
    """Drop a filter; False where there is none of that name."""
    with context.database.write() as connection:
        return saved_filters.drop(connection, who.account_id, name)
