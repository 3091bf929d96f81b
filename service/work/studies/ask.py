"""Ask for a study: kept as waiting, put before a worker; what waits already is not asked for twice."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Final

from service.access import Principal
from service.store import jobs, studies
from service.store.studies import Kind, Study
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.studies.errors import StudyError, unknown_study

JOB: Final = "study"
MOST_WAITING: Final = 8
"""Studies that wait at one time: each takes a worker for minutes, and payment runs wait behind it."""
LONGEST_DAYS: Final = 366 * 5


def ask_replay(
    context: Context,
    who: Principal,
    *,
    code: str,
    settings: Mapping[str, str],
    first: dt.date | None,
    last: dt.date | None,
    days_after: int,
    with_queue: bool,
) -> int:
    """Ask for a replay of one rule with settings by name, as they were typed (empty: as in force); its number.

    Raises StudyError for an unknown rule or setting, a value that is no number, days in the wrong order.
    """
    changed = checked_settings(context, code, settings)
    if first is not None and last is not None and not first <= last:
        raise StudyError("days", "The first day must not lie behind the last.", "起始日期不得晚于截止日期。")
    if not 0 <= days_after <= LONGEST_DAYS:
        raise StudyError(
            "days-after", f"Days after payment: 0 to {LONGEST_DAYS}.", f"发放后天数应为 0 至 {LONGEST_DAYS}。"
        )
    arguments = {
        "settings": changed,
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "days_after": days_after,
        "queue": with_queue,
    }
    return _ask(context, who, "replay", code, arguments)


def ask_review(context: Context, who: Principal) -> int:
    """Ask how every rule does; its number."""
    return _ask(context, who, "rules", "", {})


def ask_drift(context: Context, who: Principal, *, until: dt.date | None, days: int) -> int:
    """Ask what changed in the `days` before the end of `until` (None: the newest payment); its number."""
    _check_days(days)
    return _ask(context, who, "drift", "", {"until": until.isoformat() if until else None, "days": days})


def ask_groups(context: Context, who: Principal, *, until: dt.date | None, days: int) -> int:
    """Ask whom alerts fall on, over the `days` before the end of `until` (None: the newest payment); its number."""
    _check_days(days)
    return _ask(context, who, "groups", "", {"until": until.isoformat() if until else None, "days": days})


def checked_settings(context: Context, code: str, typed: Mapping[str, str]) -> dict[str, str]:
    """Settings of a rule that differ from those in force, as text. Raises StudyError."""
    from models.rules.catalogue import all_rules

    rule = next((one for one in all_rules() if one.code == code), None)
    if rule is None:
        raise StudyError("not-found", "There is no such rule.", "没有该规则。")
    found: dict[str, str] = {}
    for name, text in typed.items():
        if name not in rule.settings:
            raise StudyError("setting", f"The rule reads no setting {name[:60]}.", f"该规则没有参数 {name[:60]}。")
        if not text.strip():
            continue
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise StudyError("setting", f"{name}: expected a number.", f"参数 {name} 应为数字。")
        if value != context.policy.settings[name]:
            found[name] = repr(value)
    return found


def read_study(context: Context, study_id: int, kind: Kind) -> Study:
    """A study with its answer. Raises StudyError where there is none of that kind."""
    with context.database.read() as connection:
        found = studies.get(connection, study_id)
    if found is None or found.kind != kind:
        raise unknown_study()
    return found


def earlier(context: Context, kind: Kind, limit: int = 20) -> list[Study]:
    """Studies of a kind, newest first, without their answers."""
    with context.database.read() as connection:
        return studies.recent(connection, kind, limit)


def _check_days(days: int) -> None:
    if not 7 <= days <= LONGEST_DAYS:
        raise StudyError("days", f"Days: 7 to {LONGEST_DAYS}.", f"天数应为 7 至 {LONGEST_DAYS}。")


def _ask(context: Context, who: Principal, kind: Kind, about: str, arguments: dict[str, Any]) -> int:
    now = context.clock.now()
    with context.database.write() as connection:
        context.database.alone(connection, "studies")
        waiting = studies.waiting(connection)
        same = [one for one in waiting if (one.kind, one.about, one.arguments) == (kind, about, arguments)]
        if same:
            return same[0].study_id
        if len(waiting) >= MOST_WAITING:
            raise StudyError(
                "too-many",
                f"{MOST_WAITING} studies are waiting already: wait until one is done.",
                f"已有 {MOST_WAITING} 项测算在排队，请稍后再试。",
            )
        number = studies.add(connection, kind, about, who.name, now, arguments)
        jobs.add(connection, JOB, {"study": number}, now, name=f"{JOB}:{number}")
        record(
            context,
            connection,
            Line(who.name, f"study.{kind}_asked", "study", str(number), details={"of": about} if about else {}),
        )
    return number
