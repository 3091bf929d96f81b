"""Answer a study from all facts on record, as known now: plain data, counts and figures alone.

A study runs beside payment runs in a worker, so nothing is forked and no processor is taken but one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from service.clock import micros
from service.work.choose_model import choose_model
from service.work.errors import UnusableDataError, WrongUsageError
from service.work.rule_life import already_used, states_in_force
from service.work.studies.review import review_document

if TYPE_CHECKING:
    from features.asof import Ledger
    from service.work.context import Context

Answer = Callable[["Context", "Ledger", str, Mapping[str, Any], dt.datetime], str]
"""From context, ledger, what the study is about, its arguments and the moment: the answer as JSON text."""


def answer_replay(context: Context, ledger: Ledger, about: str, told: Mapping[str, Any], at: dt.datetime) -> str:
    """A replay of one rule with other settings (`mingbai replay --rule`)."""
    from models.replay.change import ReplayError
    from models.replay.run import replay
    from service.work.score_payments import payments_between

    settings = {name: float(text) for name, text in told["settings"].items()}
    after = replace(context.policy, settings={**context.policy.settings, **settings})
    known = ledger.tables["disbursements"].known_at
    first = _day(told["first"]) or _local(int(known.min()), ledger)
    last = _day(told["last"]) or _local(int(known.max()), ledger)
    rows = payments_between(ledger, first, last).rows
    rows = rows[known[rows] < micros(at)]
    bundle = choose_model(None, ledger).bundle if told["queue"] else None
    try:
        found = replay(
            ledger, context.policy, after, rows, as_of_us=micros(at), states=states_in_force(), only=[about],
            bundle=bundle, days_after=float(told["days_after"]), workers=1,
        )  # fmt: skip
    except ReplayError as error:
        raise WrongUsageError(str(error), f"无法回放：{error}") from error
    return found.to_json()


def answer_rules(context: Context, ledger: Ledger, about: str, told: Mapping[str, Any], at: dt.datetime) -> str:
    """How every rule does: hits by month, what was found among them, tables it lacks. Suspends none."""
    return review_document(context, ledger, at, states_in_force(), already_used())


def answer_drift(context: Context, ledger: Ledger, about: str, told: Mapping[str, Any], at: dt.datetime) -> str:
    """What changed (`mingbai drift`)."""
    from models.drift.watch import watch

    bundle = choose_model(None, ledger).bundle
    until = _until(told["until"], ledger, at)
    try:
        return watch(ledger, bundle, context.policy, until, int(told["days"])).to_json()
    except ValueError as error:
        raise UnusableDataError(str(error), f"截止日前 {told['days']} 天没有发放明细") from error


def answer_groups(context: Context, ledger: Ledger, about: str, told: Mapping[str, Any], at: dt.datetime) -> str:
    """Whom alerts and false alarms fall on (`mingbai groups`): the full report and the public one."""
    from features.intake import IntakeReport
    from models.fairness.report import public
    from service.work.group_report import Asked, payments_of_days, report_groups
    from service.work.open_data import OpenData

    # Facts of the service were taken in one by one: there is no report of a load.
    data = OpenData(IntakeReport(Path(), {}, (), (), "", ()), ledger)
    until = _until(told["until"], ledger, at)
    payments = payments_of_days(data, until, int(told["days"]))
    bundle = choose_model(None, ledger).bundle
    report = report_groups(data, bundle, context.policy, payments, micros(at), None, Asked(proxies=False))
    shown = public(report, int(context.policy["groups.public_count_at_least"]))
    return json.dumps({"full": json.loads(report.to_json()), "public": json.loads(shown.to_json())}, ensure_ascii=False)


ANSWERS: Final[Mapping[str, Answer]] = {
    "replay": answer_replay,
    "rules": answer_rules,
    "drift": answer_drift,
    "groups": answer_groups,
}
"""What answers a study of each kind."""


def _until(day: str | None, ledger: Ledger, at: dt.datetime) -> int:
    """The end of a local day, at most now; of the newest payment where none was named. Microseconds UTC."""
    known = ledger.tables["disbursements"].known_at
    named = _day(day)
    last = named if named is not None else _local(int(known[known < micros(at)].max(initial=0)), ledger)
    zone = dt.timezone(dt.timedelta(microseconds=ledger.utc_offset))
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    return min(micros(end), micros(at))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _local(at_us: int, ledger: Ledger) -> dt.date:
    zone = dt.timezone(dt.timedelta(microseconds=ledger.utc_offset))
    return dt.datetime.fromtimestamp(at_us / 1e6, zone).date()
