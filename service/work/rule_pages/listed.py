"""Every rule in a line: state, desk, how often it asks and how often it was right, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.work.context import Context
from service.work.errors import WrongUsageError
from service.work.rule_life import lives
from service.work.rule_pages.figures import Figures, Reviewed, handed_over, newest_review

if TYPE_CHECKING:
    from models.rules._journal import Entry
    from models.rules._life import RuleStates
    from models.rules._rule import Rule


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule; texts as (Chinese, English). `off`: tables and columns it lacks; `figures` None where not reviewed."""

    code: str
    typology: str
    title: tuple[str, str]
    desk: str
    severity: str
    suspect_role: str
    state: str
    after_payment: bool
    off: tuple[str, ...]
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Listed:
    """The rules that were asked for, of `total`; the review their figures are from; `problem` where the record of
    states cannot be read, (Chinese, English): all count as they were born then."""

    rules: tuple[RuleLine, ...]
    total: int
    typologies: tuple[str, ...]
    review: Reviewed | None
    problem: tuple[str, str] | None = None


def list_rules(
    context: Context, *, text: str = "", typology: str = "", desk: str = "", state: str = "", only_off: bool = False
) -> Listed:
    """Rules by typology and name, narrowed; `text` is looked for in code, titles and reasons of either language."""
    from models.rules.catalogue import all_rules

    states, _, problem = states_now()
    review, there = newest_review(context), handed_over(context)
    rules = all_rules()
    lines = [line_of(rule, states, review, there) for rule in rules if _has(rule, text)]
    found = [
        line
        for line in lines
        if typology in ("", line.typology)
        and desk in ("", line.desk)
        and state in ("", line.state)
        and (line.off or not only_off)
    ]
    names = tuple(dict.fromkeys(rule.typology for rule in rules))
    return Listed(tuple(found), len(rules), names, review, problem)


def line_of(rule: Rule, states: RuleStates, review: Reviewed | None, there: frozenset[str]) -> RuleLine:
    """A rule in a line."""
    figures = review.rules.get(rule.code) if review else None
    return RuleLine(
        rule.code, rule.typology, (rule.title[1], rule.title[0]), rule.desk, rule.severity, rule.suspect_role,
        states.of(rule.code), rule.after_payment, lacks(rule, there, figures), figures,
    )  # fmt: skip


def lacks(rule: Rule, there: frozenset[str], figures: Figures | None) -> tuple[str, ...]:
    """Tables and columns a rule lacks: what the review found, without tables that came since, and tables nobody handed
    over."""
    from features.contract import TABLES

    needs = tuple(dict.fromkeys(need for feature in rule.reads for need in feature.all_needs()))
    missing = [need for need in needs if need in TABLES and need not in there]
    columns = [need for need in (figures.off if figures else ()) if need.partition(".")[0] in there and "." in need]
    return tuple(dict.fromkeys([*missing, *columns]))


def states_now() -> tuple[RuleStates, Sequence[Entry], tuple[str, str] | None]:
    """States in force and the record's lines, oldest first; as they were born, with why, where it cannot be read."""
    from models.rules._life import RuleStates
    from models.rules.catalogue import all_rules

    try:
        states, entries = lives()
    except WrongUsageError as error:
        return RuleStates.at_birth(all_rules()), (), (f"规则状态记录无法读取：{error}", str(error))
    return states, entries, None


def _has(rule: Rule, text: str) -> bool:
    wanted = text.casefold().strip()
    return not wanted or any(wanted in one.casefold() for one in (rule.code, *rule.title, *rule.because))
