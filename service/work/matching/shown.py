"""A row beside the person it may mean, as a screen shows them: masked, field by field, with how much each field says.

Names stand whole: whether two of them are one is what is asked. Of numbers and phones the last four digits are shown,
and where two differ.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from service.sealing.column import open_document, open_text
from service.sealing.masked import last_four
from service.sealing.redaction import redacted
from service.store.match_answers import MATCH_ANSWERS, Answer, Answered
from service.store.match_rows import MATCH_ROWS, Decision, MatchRow
from service.work.context import Context
from service.work.matching.words import FIELDS, LEVELS, NOTES, Pair
from service.work.places import Places
from service.work.portraits.words import value_word

if TYPE_CHECKING:
    from features.matching.spec import Field, Spec

Speaks = Literal["strongly_for", "for", "little", "against", "strongly_against", "nothing"]
STRONG: Final = 4.0
"""Natural logarithm of the odds from which on a field speaks strongly: fifty to one."""
SOME: Final = 1.0
AGREES: Final = frozenset({"same", "same_village", "merged_village", "as_given", "rewritten", "old_form", "grown"})
"""Levels at which both sides say the same."""


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field of both sides.

    * `label`: what it is; `row`, `person`: masked values, empty where nothing is on record
    * `level`: how they compare, in words; `note`: more in words (where digits differ, what it was before)
    * `weight`: natural logarithm of odds; `speaks`: the same in a word; `differs`: whether to look at it first
    """

    name: str
    label: Pair
    row: str
    person: str
    level: Pair
    note: Pair
    weight: float
    speaks: Speaks
    differs: bool


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """What somebody said of the pair as it is."""

    answer_id: int
    answer: Answer
    by: str
    at: dt.datetime
    why: str
    own: bool


@dataclass(frozen=True, slots=True)
class PairShown:
    """A row and the person it may mean.

    * `row`, `person`: keyed hashes; `content` goes with an answer, so that it is about what was seen
    * `source`: the list as its department writes it; `kind`: what it tells, in words; `effective_on`: when that was
    * `place`: where the person lives; `probability`, `found`: what the run says; `decision`: what stands
    * `remarks`: what else counted, in words; `drawn`: whether it is of the sample
    """

    row: str
    person: str
    content: str
    source: str
    kind: Pair
    effective_on: str
    place: str
    division_code: str | None
    probability: float
    found: Decision
    decision: Decision
    remarks: tuple[Pair, ...]
    drawn: bool
    fields: tuple[FieldShown, ...]
    answer: AnswerShown | None


def pair_shown(
    context: Context, spec: Spec, places: Places, row: MatchRow, said: Answered | None, who: str
) -> PairShown:
    """A row as it is shown to somebody named `who`. Raises ValueError for a row without a candidate."""
    details: Mapping[str, Any] | None = open_document(context.seal, MATCH_ROWS.c.details, row.details)
    if details is None or row.person_hash is None:
        raise ValueError("the row has nobody beside it")
    agreement = details["agreement"]
    by_name = {field.name: field for field in spec.fields}
    fields = tuple(
        _field(by_name[name], values, agreement, places)
        for name, values in details["fields"].items()
        if name in by_name and any(values)
    )
    return PairShown(
        row.row_hash, row.person_hash, row.content, row.source, value_word("department_rows", "kind", row.kind),
        details.get("effective_on") or "", places.full_name(row.division_code), row.division_code, row.probability,
        row.found, row.decision, _remarks(agreement), row.draw_place is not None,
        tuple(sorted(fields, key=lambda one: one.speaks == "nothing")), answer_shown(context, said, who),
    )  # fmt: skip


def answer_shown(context: Context, said: Answered | None, who: str) -> AnswerShown | None:
    """An answer as it is shown; None of none."""
    if said is None:
        return None
    why = open_text(context.seal, MATCH_ANSWERS.c.why, said.why) or ""
    return AnswerShown(
        said.answer_id, said.answer, said.answered_by, said.answered_at, redacted(why), said.answered_by == who
    )


def speaks_of(weight: float, known: bool) -> Speaks:
    """How much a weight says, in a word.

    >>> speaks_of(6.0, True), speaks_of(-2.0, True), speaks_of(0.3, True), speaks_of(0.0, False)
    ('strongly_for', 'against', 'little', 'nothing')
    """
    if not known:
        return "nothing"
    if abs(weight) < SOME:
        return "little"
    if weight > 0:
        return "strongly_for" if weight >= STRONG else "for"
    return "strongly_against" if weight <= -STRONG else "against"


def _field(field: Field, values: list[str | None], agreement: Mapping[str, Any], places: Places) -> FieldShown:
    row, person, former, address = values
    entry = agreement.get(field.name, {"level": "unknown", "weight": 0.0})
    level, weight = str(entry["level"]), float(entry["weight"])
    weight += float(agreement.get(f"{field.name}_value", {}).get("weight", 0.0))
    known = level != "unknown"
    shown_row = masked(field.kind, row, places)
    if address:
        shown_row = "，".join(part for part in (shown_row, redacted(address)) if part)
    return FieldShown(
        field.name,
        FIELDS.get(field.kind, (field.name, field.name)),
        shown_row,
        masked(field.kind, person, places),
        _level(field, level, row is not None and person is not None),
        _note(field.kind, row, person, former, level, places),
        round(weight, 4),
        speaks_of(weight, known),
        known and level not in AGREES,
    )


def _level(field: Field, level: str, both: bool) -> Pair:
    """A level in words; those of a kind of field nobody named as the comparison calls them."""
    if level == "unknown":
        return NOTES["not_compared"] if both else LEVELS["unknown"]
    return LEVELS.get(f"{field.kind}.{level}") or (_zh(field).get(level, level), level.replace("_", " "))


def masked(kind: str, value: str | None, places: Places) -> str:
    """A value as a screen shows it: numbers and phones by their last four digits, places by name."""
    if not value:
        return ""
    if kind in ("resident_number", "phone", "code"):
        return last_four(value.strip())
    if kind == "division":
        return places.full_name(value)
    return redacted(value)


def _remarks(agreement: Mapping[str, Any]) -> tuple[Pair, ...]:
    """What counted beside the fields: other candidates, and what holds a name alone back."""
    rivals = agreement.get("rivals", {})
    found = [NOTES[key] for key in ("name_alone", "stranger") if key in agreement]
    if rivals.get("level") == "equal":
        zh, en = NOTES["equal"]
        many = len(rivals.get("persons", ()))
        found.append((zh.format(n=many), en.format(n=many)))
    elif float(rivals.get("weight", 0.0)) <= -SOME:
        found.append(NOTES["weaker"])
    return tuple(found)


def _note(kind: str, row: str | None, person: str | None, former: str | None, level: str, places: Places) -> Pair:
    if "former" in level and former:
        shown = masked(kind, former, places)
        return NOTES["former"][0].format(value=shown), NOTES["former"][1].format(value=shown)
    if kind in ("resident_number", "phone"):
        where = differing(row, person)
        if where:
            listed = "、".join(map(str, where)), ", ".join(map(str, where))
            return NOTES["digits"][0].format(at=listed[0]), NOTES["digits"][1].format(at=listed[1])
    return "", ""


def differing(one: str | None, other: str | None) -> tuple[int, ...]:
    """Places, from 1, at which two numbers of one length differ; none where they differ in more than four.

    >>> differing("519921195303041232", "519921195303041282"), differing("1", "12")
    ((17,), ())
    """
    left, right = (re.sub(r"[\s-]", "", text or "").upper() for text in (one, other))
    if len(left) != len(right):
        return ()
    found = tuple(n for n, (a, b) in enumerate(zip(left, right, strict=True), 1) if a != b)
    return found if len(found) <= 4 else ()


@cache
def _zh(field: Field) -> Mapping[str, str]:
    """What levels of a field are called, for those without words of their own."""
    from features.matching.comparisons import comparison_of

    return {level.key: level.zh for level in comparison_of(field).levels}
