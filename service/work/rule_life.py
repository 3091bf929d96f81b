"""States of rules in this deployment: which are in force, how they move, how they do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError
from service.work.in_chinese import in_chinese
from service.work.open_data import OpenData

if TYPE_CHECKING:
    from models.replay.beside import BesidePrecision
    from models.replay.overturned import Review
    from models.rules._journal import Entry
    from models.rules._life import RuleStates
    from models.rules._rule import Rule, State
    from models.scoring.policy import Policy
    from service.work.score_payments import Payments

StepProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Every rule's review and the lines written for those that were suspended now."""

    reviews: tuple[Review, ...]
    suspended: tuple[Entry, ...]


def states_in_force() -> RuleStates:
    """The states of rules on record. Raises WrongUsageError where the record cannot be used."""
    from models.registry import root
    from models.rules._journal import in_force
    from models.rules._life import LifeError
    from models.rules.catalogue import all_rules

    try:
        return in_force(root(), all_rules())
    except LifeError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def lives() -> tuple[RuleStates, tuple[Entry, ...]]:
    """States in force and every move on record, oldest first. Raises WrongUsageError."""
    from models.registry import root
    from models.rules._journal import read
    from models.rules._life import LifeError

    try:
        return states_in_force(), read(root())
    except LifeError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def already_used() -> dict[str, int]:
    """For each rule suspended once, the moment up to which its findings were used. Raises WrongUsageError."""
    from models.rules._journal import seen_until

    return seen_until(lives()[1])


def move_rule(code: str, after: State, *, by: str, why: str, evidence: Path | None, policy: Policy) -> Entry:
    """Move a rule of the catalogue, or propose the move where it takes two people; the line that was written.

    `evidence` is the file `mingbai replay --json` wrote. Raises WrongUsageError for what a rule's life does not allow.
    """
    from models.registry import root
    from models.replay.change import ReplayError
    from models.replay.evidence import evidence_from
    from models.rules._journal import move
    from models.rules._life import LifeError
    from models.rules.catalogue import all_rules

    rule = _rule(code)
    try:
        shown = evidence_from(evidence.read_text(encoding="utf-8"), code) if evidence else None
        return move(
            root(), rule, after, by=by, why=why, at=_now(), rules=all_rules(), shadow_days=policy["life.shadow_days"],
            evidence=shown,
        )  # fmt: skip
    except (LifeError, ReplayError, UnicodeDecodeError) as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def put_on_record(reviews: tuple[Review, ...]) -> tuple[Entry, ...]:
    """Suspend the rules whose reviews say so; those not live any more are left out. Raises WrongUsageError."""
    from models.registry import root
    from models.rules._journal import suspend
    from models.rules._life import LifeError
    from models.rules.catalogue import all_rules

    written = []
    try:
        for found in reviews:
            if found.suspend:
                entry = suspend(
                    root(), _rule(found.code), found.why, at=_now(), rules=all_rules(), evidence=found.evidence()
                )
                if entry is not None:
                    written.append(entry)
    except LifeError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error
    return tuple(written)


def review_rules(
    data: OpenData, policy: Policy, as_of_us: int, *, dry: bool = False, progress: StepProgress | None = None
) -> Reviewed:
    """Review every rule that runs by the findings known at T, and suspend live ones overturned too often.

    Rules in shadow and suspended ones are reviewed too and stay what they are; `dry` suspends none. Raises
    UnusableDataError where nothing had been submitted by T, WrongUsageError where the record cannot be used.
    """
    from dataclasses import replace

    from models.replay.change import Change
    from models.replay.outcomes import run_rules
    from models.replay.overturned import review
    from models.rules._life import RESTING
    from models.rules._rule import Outcome
    from models.rules.catalogue import all_rules
    from models.scoring._workers import usable_workers
    from models.training.labels import labels_at
    from models.training.train import reference_rows

    states = states_in_force()
    rules = [rule for rule in all_rules() if states.of(rule.code) not in RESTING]
    try:
        rows = reference_rows(data.ledger, as_of_us)
    except ValueError as error:
        raise UnusableDataError(str(error), in_chinese(str(error))) from error
    at = data.ledger.tables["disbursements"].known_at[rows]
    ran = run_rules(
        data.ledger, rows, at, [Change(rule, "unchanged") for rule in rules], policy, policy,
        workers=usable_workers(), progress=None if progress is None else lambda share: progress("rules", share),
    )  # fmt: skip
    labels = labels_at(data.ledger, rows, as_of_us)
    reviews = review(
        data.ledger, rows, rules, ran.after == Outcome.FIRED, labels, policy, as_of_us, seen_until=already_used()
    )
    told = tuple(r if states.of(r.code) == "live" else replace(r, suspend=False) for r in reviews)
    return Reviewed(told, () if dry else put_on_record(told))


def _rule(code: str) -> Rule:
    from models.rules.catalogue import all_rules

    found = next((rule for rule in all_rules() if rule.code == code), None)
    if found is None:
        raise WrongUsageError(f"found no rule {code!r}; `mingbai rules` lists them", f"没有规则 {code!r}")
    return found


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def keep_hits_beside(data: OpenData, policy: Policy, payments: Payments) -> int:
    """Run the rules that stand beside the scoring (shadow, suspended) over payments just scored, and keep their hits in
    the data's store; returns how many hits there were. Raises WrongUsageError where the record cannot be used.
    """
    from models.replay.beside import hits_beside, keep_hits
    from models.scoring._workers import usable_workers

    states = states_in_force()
    rules = [_rule(code) for code in states.beside]
    hits = hits_beside(data.ledger, rules, policy, payments.rows, payments.at, workers=usable_workers())
    keep_hits(data.report.store, hits, states.version)
    return int(hits.num_rows)


def beside_precision(data: OpenData, as_of_us: int) -> tuple[BesidePrecision, ...]:
    """What was found by T among the hits kept beside the scoring of these data."""
    from models.replay.beside import precision_beside

    return precision_beside(data.ledger, data.report.store, as_of_us)
