"""How long rows are kept: declared by table, with the reason; removed by the worker every night."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from service.store import jobs, retention
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WrongUsageError
from service.work.jobs import Hold

KIND: Final = "retention"
EVERY: Final = dt.timedelta(days=1)
AT_ONCE: Final = 2_000
"""Rows removed in one transaction at most: others wait no longer than it takes."""

SHIPPED: Final = Path(__file__).with_name("retention.toml")
NEVER: Final = frozenset({"audit_lines", "audit_reasons", "audit_flags"})
"""The log: no deployment may let it be shortened."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one table: kept (`days` None), or removed `days` after the moment in the column `after`."""

    table: str
    why: str
    days: int | None = None
    after: str = ""
    spare: tuple[str, ...] = field(default=())


def read_rules(own: Path | None = None) -> dict[str, Rule]:
    """The shipped rules, changed by a deployment's file. Raises WrongUsageError that names the table and the key."""
    found: dict[str, Rule] = {}
    for path in (SHIPPED, *([own] if own is not None else [])):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise WrongUsageError(f"{path}: {error.strerror}", f"保存期限文件 {path} 无法读取。") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WrongUsageError(f"{path}: not TOML: {error}", f"保存期限文件 {path} 不是 TOML 格式。") from error
        for table, entry in content.items():
            # A table that is not there yet, or no longer: only a deployment's own file must be free of slips.
            if path is not SHIPPED or retention.moments_of(table) is not None:
                found[table] = _rule(path, table, entry)
    return found


def undeclared() -> list[str]:
    """Tables about which the shipped rules say nothing: their rows are kept, and nobody has said why."""
    return sorted(retention.table_names() - set(read_rules()))


def expired(context: Context, rule: Rule) -> int:
    """How many rows a rule would remove now."""
    if rule.days is None:
        return 0
    with context.database.read() as connection:
        return retention.count_expired(connection, rule.table, rule.after, _before(context, rule), rule.spare)


def remove(context: Context, who: str, hold: Hold | None = None) -> dict[str, int]:
    """Remove what is past its time in small transactions; how many rows, by table. Each step is a line of the log.

    Stopped at any point it goes on where it was when begun again.
    """
    removed: dict[str, int] = {}
    for rule in read_rules(context.settings.retention).values():
        if rule.days is None:
            continue
        before = _before(context, rule)
        while True:
            with context.database.write() as connection:
                count = retention.remove_expired(connection, rule.table, rule.after, before, rule.spare, AT_ONCE)
                if count:
                    details = {"removed": count, "days": rule.days, "before": before.isoformat()}
                    record(context, connection, Line(who, "retention.removed", "table", rule.table, details=details))
            removed[rule.table] = removed.get(rule.table, 0) + count
            if hold is not None:
                hold.renew()
            if count < AT_ONCE:
                break
    return {table: count for table, count in removed.items() if count}


def remove_expired(context: Context, arguments: Mapping[str, Any], hold: Hold) -> None:
    """The job: remove, and come again tomorrow."""
    remove(context, "worker", hold)
    with context.database.write() as connection:
        jobs.add(connection, KIND, {}, context.clock.now() + EVERY, name=KIND)


def _before(context: Context, rule: Rule) -> dt.datetime:
    """Rows with a moment before this one are past their time."""
    assert rule.days is not None  # noqa: S101 - asked for rules with days alone
    return context.clock.now() - dt.timedelta(days=rule.days)


def _rule(path: Path, table: str, entry: Any) -> Rule:
    """One entry, checked. Raises WrongUsageError."""

    def wrong(told: str, chinese: str) -> WrongUsageError:
        return WrongUsageError(f"{path.name}, [{table}]: {told}", f"{path.name} 的 [{table}]：{chinese}")

    moments = retention.moments_of(table)
    if moments is None:
        raise wrong("no such table", "没有该表。")
    if not isinstance(entry, dict):
        raise wrong("found a value, expected days, after and why, or keep", "应写 days、after 和 why，或只写 keep。")
    keep = entry.get("keep")
    if keep is not None:
        if set(entry) != {"keep"} or not isinstance(keep, str) or not keep.strip():
            raise wrong("`keep` stands alone and says why", "keep 应单独写，并说明原因。")
        return Rule(table, keep)
    if table in NEVER:
        raise wrong("the log is never shortened", "日志从不删减。")
    unknown = set(entry) - {"days", "after", "spare", "why"}
    if unknown:
        raise wrong(f"no such key: {', '.join(sorted(unknown))}", f"没有 {'、'.join(sorted(unknown))} 这一项。")
    days, after, why, spare = entry.get("days"), entry.get("after"), entry.get("why"), entry.get("spare", [])
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 36_500:
        raise wrong(f"found days = {days!r}, expected a whole number from 1 to 36500", "days 应为 1 至 36500 的整数。")
    if after not in moments:
        known = sorted(moments)
        raise wrong(
            f"found after = {after!r}, expected one of {', '.join(known)}", f"after 应为 {'、'.join(known)} 之一。"
        )
    if not isinstance(why, str) or not why.strip():
        raise wrong("`why` is missing", "缺少 why。")
    if not isinstance(spare, list) or not set(spare) <= set(retention.SPARES):
        known = list(retention.SPARES)
        raise wrong(
            f"found spare = {spare!r}, expected some of {', '.join(known)}", f"spare 应取自 {'、'.join(known)}。"
        )
    return Rule(table, why, days, after, tuple(spare))
