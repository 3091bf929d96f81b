"""What the review says of decision lines, and setting them: by a person, for this deployment, on the log.

A pair people have spoken of counts with the probability it had before: whoever says "different" takes it out of what is
compared, and the estimate must not forget it for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, not_

from service.access import Principal
from service.store import match_answers, match_lines, match_rows
from service.store.match_lines import Lines
from service.work.audit.record import Line, record
from service.work.context import Context
from service.work.matching.ask import add_soon, check_everywhere
from service.work.matching.errors import MatchingError
from service.work.matching.lines_in_force import InForce, in_force

if TYPE_CHECKING:
    from features.matching.estimate import Estimate

CANDIDATES: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999)
"""Lines that are told of, beside those in force."""
REASON_LEAST: Final = 10
REASON_MOST: Final = 1_000
LOWEST, HIGHEST = 0.5, 0.9999
TEN_THOUSANDTHS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line and what it would do. `more`: rows that would become `same` against the line in force, negative for rows
    that would not be any more; `in_force`, `of_policy`: whether it is that line."""

    estimate: Estimate
    more: int
    in_force: bool
    of_policy: bool


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stretch of probability from `low` up to `high`: pairs in it, how many were looked at, how many were right."""

    low: float
    high: float
    pairs: int
    looked: int
    right: int


@dataclass(frozen=True, slots=True)
class LinesTold:
    """* `same`, `none`: the lines in force; `policy_same`, `policy_none`: the policy's; `standing`: who set them and
      when, None where nobody did
    * `candidates`: by line; `strata`: what was looked at; `verdicts`: answers they rest on
    * `unsure`: rows between the lines as they are in force
    """

    same: float
    none: float
    policy_same: float
    policy_none: float
    standing: Lines | None
    candidates: tuple[Candidate, ...]
    strata: tuple[Stratum, ...]
    verdicts: int
    unsure: int


def told_lines(context: Context, who: Principal) -> LinesTold:
    """Estimates over all divisions: counts and shares alone, for whoever may read them."""
    with context.database.read() as connection:
        return _told(in_force(context, connection), connection)


def set_lines(context: Context, who: Principal, same: float, none: float, why: str) -> int:
    """Set the lines of this deployment; their number. The lists are matched by them at once.

    Raises MatchingError for lines that make no sense, a missing reason, somebody who does not see everywhere.
    """
    check_everywhere(who)
    why = why.strip()
    if not (LOWEST <= same <= HIGHEST and 0.0 <= none < LOWEST):
        raise MatchingError(
            "not-as-expected",
            f"Expected a line for `same` from {LOWEST} to {HIGHEST}, and one for `none` from 0 to below {LOWEST}.",
            f"“同一人”线应在 {LOWEST} 至 {HIGHEST} 之间，“无此人”线应不小于 0 且低于 {LOWEST}。",
        )
    if not REASON_LEAST <= len(why) <= REASON_MOST:
        raise MatchingError(
            "not-as-expected",
            f"Say why in {REASON_LEAST} to {REASON_MOST} characters; it stands in the log.",
            f"请填写{REASON_LEAST}至{REASON_MOST}个字的理由，理由将记入日志。",
        )
    with context.database.write() as connection:
        context.database.alone(connection, "matching")
        before = in_force(context, connection)
        told = _grounds(_told(before, connection), same)
        number = match_lines.add(connection, same, none, told, who.name, context.clock.now())
        add_soon(context, connection, "lines")
        details = {
            "same": _whole(same), "none": _whole(none), "same_before": _whole(before.spec.same_probability),
            "none_before": _whole(before.spec.none_probability), **told,
        }  # fmt: skip
        line = Line(who.name, "matching.lines_set", "match_lines", str(number), reason=why, details=details)
        record(context, connection, line)
    return number


def _told(held: InForce, connection: Connection) -> LinesTold:
    import numpy as np

    from features.matching.estimate import Verdict, by_stratum, estimates
    from features.matching.review import STRATA

    answers = match_answers.standing(connection)
    unspoken = match_rows.probabilities(connection, not_(match_answers.is_answered()))
    pairs = np.array([p for p, _ in unspoken] + [one.probability for one in answers], dtype=np.float64)
    free = np.array([p for p, tied in unspoken if not tied], dtype=np.float64)
    verdicts = [Verdict(one.probability, one.answer == "same") for one in answers if one.drawn]
    same = held.spec.same_probability
    lines = sorted({*CANDIDATES, same, held.policy_same})
    candidates = tuple(
        Candidate(
            one,
            int((free >= one.line).sum()) - int((free >= same).sum()),
            one.line == same,
            one.line == held.policy_same,
        )
        for one in estimates(lines, pairs, verdicts)
    )
    ends = (*STRATA[1:], 1.0)
    strata = tuple(
        Stratum(STRATA[place], ends[place], *counted) for place, counted in sorted(by_stratum(pairs, verdicts).items())
    )
    unsure = sum(held.spec.none_probability <= p < same for p, _ in unspoken)
    return LinesTold(
        same, held.spec.none_probability, held.policy_same, held.policy_none, held.lines, candidates, strata,
        len(verdicts), unsure,
    )  # fmt: skip


def _grounds(told: LinesTold, line: float) -> dict[str, int | bool]:
    """What was known of the nearest line at or below the one that is set, in whole ten thousandths."""
    below = [one.estimate for one in told.candidates if one.estimate.line <= line]
    if not below or below[-1].precision.value is None:
        return {"verdicts": told.verdicts, "enough": False}
    found = below[-1]
    return {
        "verdicts": found.precision.verdicts, "enough": found.enough, "known_at": _whole(found.line),
        "precision": _whole(found.precision.value or 0.0), "precision_low": _whole(found.precision.low),
        "recall": _whole(found.recall.value or 0.0), "recall_low": _whole(found.recall.low),
    }  # fmt: skip


def _whole(share: float) -> int:
    return round(share * TEN_THOUSANDTHS)
