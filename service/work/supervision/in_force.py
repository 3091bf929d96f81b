"""Which model and which rules were in force at a date, from the two records that alone say so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelThen:
    """The model in force for one county's data: number and version, since when, who released it (nobody: at once)."""

    lineage: str
    number: str
    version: str
    since: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleThen:
    """A rule as it stood; `why` where it was not live."""

    code: str
    title_zh: str
    title_en: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class InForce:
    """Models by lineage and every rule of the catalogue. `models` is empty while the shipped model was in force."""

    models: tuple[ModelThen, ...]
    rules: tuple[RuleThen, ...]


def in_force_at(at: dt.datetime) -> InForce:
    """What was in force at a moment with offset. Raises RegistryError and LifeError where a record cannot be read."""
    from models.registry import read_entries, root
    from models.registry.standing import fold
    from models.rules import _journal as rule_journal
    from models.rules.catalogue import all_rules

    book = fold([entry for entry in read_entries() if _by(entry.at, at)])
    models = []
    for lineage, standing in book.standings.items():
        if standing.pile:
            placed = standing.pile[-1]
            version = book.versions[placed.number].version
            models.append(ModelThen(lineage, placed.number, version, placed.since, placed.by))
    rules = all_rules()
    states = rule_journal.states([entry for entry in rule_journal.read(root()) if _by(entry.at, at)], rules)
    silent = states.silent
    return InForce(
        tuple(models),
        tuple(
            RuleThen(rule.code, rule.title[1], rule.title[0], states.of(rule.code), silent.get(rule.code, ""))
            for rule in sorted(rules, key=lambda rule: rule.code)
        ),
    )


def _by(told: str, at: dt.datetime) -> bool:
    """Whether something happened by a moment; what has no time was there from the start."""
    if not told:
        return True
    moment = dt.datetime.fromisoformat(told)
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) <= at
