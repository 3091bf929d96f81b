"""Is the queue worth an investigator's day: true cases at its head, whole rings in one case, the actor as the hub."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from models.evaluation.columns import FileError, numbers, one_of, texts
from models.evaluation.judged import DESKS, Judged, Truth

HEADS = (20, 50, 100)


@dataclass(frozen=True, slots=True)
class Head:
    """The first `cases` cases of the queue.

    A case is true when more than half its members are irregular rows of one ring; purity is that ring's share of the
    members, completeness the share of the ring's rows in the window that the case holds.
    """

    cases: int
    true_share: float
    any_irregular_share: float
    hub_is_actor_share: float
    rings_found: int
    rings_found_share: float
    mean_purity: float
    mean_completeness: float | None
    median_members: float
    clean_county_share: float


@dataclass(frozen=True, slots=True)
class Cases:
    """The queue as a whole; `heads` by number of cases looked at."""

    cases: int
    members_in_several_cases: int
    rings: int
    rings_with_3_or_more_rows: int
    clean_county_share_of_queue: float | None
    clean_county_share_of_rows: float
    heads: dict[int, Head]


@dataclass(frozen=True, slots=True)
class _One:
    members: int
    true: bool
    ring: str | None
    purity: float
    completeness: float
    irregular: bool
    hub_is_actor: bool
    clean: bool


def measure_cases(cases: pa.Table, truth: Truth, window: Judged, clean: frozenset[str], errors: list[str]) -> Cases:
    """Measure the queue in order of `rank`; what is wrong with it is added to `errors`.

    Raises FileError when cases lack `case_id`, `rank` or `members`.
    """
    for name in ("case_id", "rank", "members"):
        if name not in cases.column_names:
            raise FileError(f"cases need the columns case_id, rank and members; they lack {name}")
    cases = cases.take(pa.array(np.argsort(numbers(cases, "rank"), kind="stable")))
    ids, hubs = texts(cases, "case_id"), texts(cases, "hub_id")
    if len(set(ids)) < len(ids):
        errors.append("cases: duplicate case_id")
    if "desk" in cases.column_names and not one_of(texts(cases, "desk"), DESKS).all():
        errors.append(f"cases.desk: values outside {', '.join(DESKS)}")
    place = {one: row for row, one in enumerate(truth.ids)}
    in_window = frozenset(window.ids)
    rings = Counter(ring for ring, bad in zip(window.ring, window.irregular, strict=True) if bad and ring is not None)
    seen: Counter[str] = Counter()
    measured: list[_One] = []
    lost = 0
    for case_id, hub, text in zip(ids, hubs, _members(cases), strict=True):
        if text is None:
            errors.append(f"cases: members of {case_id} unreadable")
        members = list(dict.fromkeys(str(one) for one in text or []))
        rows = [place[one] for one in members if one in place]
        lost += len(members) - len(rows)
        seen.update(one for one in members if one in place)
        measured.append(_measure(truth, rows, len(members), hub, rings, in_window, clean))
    if lost:
        errors.append(f"cases: {lost} members that are not in the data")
    return Cases(
        cases=len(measured),
        members_in_several_cases=sum(count > 1 for count in seen.values()),
        rings=len(rings),
        rings_with_3_or_more_rows=sum(count >= 3 for count in rings.values()),
        clean_county_share_of_queue=_mean([one.clean for one in measured]) if measured else None,
        clean_county_share_of_rows=float(one_of(window.county(), clean).mean()),
        heads={n: _head(measured[:n], len(rings)) for n in HEADS if measured},
    )


def _members(cases: pa.Table) -> list[list[object] | None]:
    column = cases.column("members")
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return [list(value) if value is not None else None for value in column.to_pylist()]
    return [_parsed(text) for text in texts(cases, "members")]


def _parsed(text: str | None) -> list[object] | None:
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def _measure(
    truth: Truth,
    rows: list[int],
    members: int,
    hub: str | None,
    rings: Counter[str],
    in_window: frozenset[str],
    clean: frozenset[str],
) -> _One:
    bad = [row for row in rows if truth.irregular[row]]
    held = Counter(truth.ring[row] for row in bad if truth.ring[row] is not None)
    ring, count = held.most_common(1)[0] if held else (None, 0)
    purity = count / members if members else 0.0
    inside = sum(truth.ring[row] == ring and truth.ids[row] in in_window for row in bad) if ring is not None else 0
    actors = Counter(truth.actor[row] for row in bad if truth.actor[row] is not None)
    # The smallest identifier among equals: the choice must not hang on the order of the members.
    actor = min(actors, key=lambda one: (-actors[one], one)) if actors else None
    counties = [(truth.division[row] or "")[:6] in clean for row in rows]
    return _One(
        members=members,
        true=purity > 0.5,
        ring=ring,
        purity=purity,
        completeness=inside / rings[ring] if ring is not None and ring in rings else 0.0,
        irregular=bool(bad),
        hub_is_actor=actor is not None and hub == actor,
        clean=bool(counties) and _mean(counties) > 0.5,
    )


def _head(cases: list[_One], rings: int) -> Head:
    found: dict[str, float] = {}
    for one in cases:
        if one.true and one.ring is not None:
            found[one.ring] = max(found.get(one.ring, 0.0), one.completeness)
    return Head(
        cases=len(cases),
        true_share=_mean([one.true for one in cases]),
        any_irregular_share=_mean([one.irregular for one in cases]),
        hub_is_actor_share=_mean([one.hub_is_actor for one in cases]),
        rings_found=len(found),
        rings_found_share=len(found) / max(1, rings),
        mean_purity=_mean([one.purity for one in cases]),
        mean_completeness=_mean(list(found.values())) if found else None,
        median_members=float(np.median([one.members for one in cases])),
        clean_county_share=_mean([one.clean for one in cases]),
    )


def _mean(values: list[bool] | list[float]) -> float:
    return float(np.mean(values))
