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
from service.work.in_chinese import in_chinese

if TYPE_CHECKING:
    from models.release.doors import Decision

FOLLOW: Final = "follow_releases"


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


def follow_releases(context: Context, arguments: Mapping[str, Any], hold: Any) -> None:
    """The job: make MLflow's aliases say what the book of releases says. Doing it again changes nothing."""
    from models.registry import read_book
    from models.registry._place import alone
    from models.registry._tracking import follow
    from service.work.runs.alive import alive

    with alive(hold), alone():
        if read_book().standings:
            follow()
