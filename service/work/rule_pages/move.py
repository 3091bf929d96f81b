"""Move a rule on a page: the same moves as `mingbai rules move`, under one's own name, on a replay kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from service.access import Principal
from service.store import studies
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WorkError
from service.work.in_chinese import in_chinese
from service.work.studies.ask import read_study

if TYPE_CHECKING:
    from models.rules._journal import Entry


class MoveError(WorkError):
    """A move of a rule that is refused."""


def move_rule(context: Context, who: Principal, code: str, after: str, why: str, replay: int | None) -> Entry:
    """Move a rule, or propose the move where it takes two people; the line that was written (`kind` tells which).

    `replay` is the number of a replay of this rule that was kept. Raises MoveError and StudyError.
    """
    from models.registry import root
    from models.replay.change import ReplayError
    from models.replay.evidence import evidence_from
    from models.rules._journal import move
    from models.rules._life import LifeError
    from models.rules._rule import State
    from models.rules.catalogue import all_rules

    rule = next((one for one in all_rules() if one.code == code), None)
    if rule is None or after not in get_args(State):
        raise MoveError("There is no such rule or state.", "没有该规则或状态。")
    shown: dict[str, Any] | None = None
    with context.database.write() as connection:
        try:
            if replay is not None:
                shown = evidence_from(read_study(context, replay, "replay").result or "", code)
            entry = move(
                root(), rule, cast(State, after), by=who.name, why=why, at=context.clock.now(), rules=all_rules(),
                shadow_days=context.policy["life.shadow_days"], evidence=shown,
            )  # fmt: skip
        except (LifeError, ReplayError) as error:
            raise MoveError(str(error), in_chinese(str(error))) from error
        action = "rule.move_proposed" if entry.kind == "proposal" else "rule.moved"
        details = {"before": entry.before, "after": entry.after} | ({} if replay is None else {"replay": replay})
        record(context, connection, Line(who.name, action, "rule", code, reason=why, details=details))
    return entry


def replays_of(context: Context, code: str, limit: int = 20) -> list[studies.Study]:
    """Replays of a rule, newest first, without their results."""
    with context.database.read() as connection:
        return studies.recent(connection, "replay", limit, code)
