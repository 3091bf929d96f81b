"""Decide about a model on a page: propose, approve, go back. The same doors as the command line's, under the name of
whoever is signed in, and on the log.

The book of releases is written at once and scoring follows it; MLflow's aliases are brought after by a job, so that the
web process never loads MLflow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.access import Principal
from service.store import jobs
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.errors import WorkError

if TYPE_CHECKING:
    from models.release.doors import Decision

FOLLOW: Final = "follow_releases"

_CHINESE: Final = (
    ("somebody else must approve it", "提议人不能自己批准，须由另一人批准。"),
    ("was never compared with", "该模型尚未与现役模型比较：请先在服务器上运行 mingbai release compare。"),
    ("nobody proposed model", "尚无人提议启用该模型。"),
    ("is in force already", "该模型已是现役模型。"),
    ("another champion came into force", "提议之后现役模型已更换：请重新比较并提议。"),
    ("were compared again since", "提议之后两个模型又作过比较：请依据最新报告重新提议。"),
    ("were changed since it was trained", "模型文件在训练后被改动：请重新训练。"),
    ("the gate failed on", "准入比较有未通过的项目，不能启用。"),
    ("the gate cannot tell of", "准入比较有无法判断的项目：须两人均逐项勾选承担，或等待更多核查结论。"),
    ("compare again", "比较报告已过时（数据、规则或模型有变）：请重新比较。"),
    ("there is nothing to go back from", "现役的就是随软件提供的模型，无可退回。"),
    ("without long numbers", "理由中不得出现八位及以上的数字。"),
    ("say why", "请写明理由。"),
    ("is on record", "模型记录中没有该编号。"),
)
"""What the doors say, by a part of the English text, for a Chinese page."""


class ReleaseError(WorkError):
    """A step about a model that is refused."""


def propose(context: Context, who: Principal, number: str, why: str, accept: tuple[str, ...]) -> None:
    """Propose that a model be in force. Raises ReleaseError."""
    from models.release import doors

    _decide(context, who, "model.proposed", number, why, accept, lambda d: doors.propose(number, d))


def approve(context: Context, who: Principal, number: str, why: str, accept: tuple[str, ...]) -> None:
    """Approve what somebody else proposed: the model is in force from here on. Raises ReleaseError."""
    from models.release import doors

    _decide(context, who, "model.released", number, why, accept, lambda d: doors.approve(number, d, aliases=False))


def go_back(context: Context, who: Principal, lineage: str, expected: str, why: str) -> str:
    """Take the last release of a county's models away; the number now in force. Raises ReleaseError, also where the
    champion is no longer the one that was `expected`."""
    from models.registry import read_book
    from models.release import doors

    def step(decision: Decision) -> str:
        standing = read_book().standings.get(lineage)
        if standing is None or standing.champion != expected:
            raise ReleaseError("Another model came into force meanwhile.", "现役模型已变更，请刷新后再操作。")
        return doors.roll_back(decision, lineage, aliases=False)

    found: str = _decide(context, who, "model.taken_back", expected, why, (), step)
    return found


def _decide(
    context: Context,
    who: Principal,
    action: str,
    number: str,
    why: str,
    accept: tuple[str, ...],
    step: Callable[[Decision], Any],
) -> Any:
    from models.registry import RegistryError
    from models.release.doors import Decision

    now = context.clock.now()
    if not number.isdigit() and number != "prior":
        raise ReleaseError("There is no model of that number.", "没有该编号的模型。")
    with context.database.write() as connection:
        try:
            found = step(Decision(who.name, why, now, login=f"account {who.account_id}", accept=accept))
        except RegistryError as error:
            raise ReleaseError(str(error), in_chinese(str(error))) from error
        jobs.add(connection, FOLLOW, {}, now, name=f"{FOLLOW}:{number}")
        details = {"accept": list(accept)} if accept else {}
        record(context, connection, Line(who.name, action, "model", number, reason=why, details=details))
    return found


def in_chinese(text: str) -> str:
    """What a door said, in Chinese; the English text where nobody translated it."""
    found = dict.fromkeys(chinese for part, chinese in _CHINESE if part in text)
    return " ".join(found) or text


def follow_releases(context: Context, arguments: Mapping[str, Any], hold: Any) -> None:
    """The job: make MLflow's aliases say what the book of releases says. Doing it again changes nothing."""
    from models.registry import read_book
    from models.registry._place import alone
    from models.registry._tracking import follow
    from service.work.runs.alive import alive

    with alive(hold), alone():
        if read_book().standings:
            follow()
