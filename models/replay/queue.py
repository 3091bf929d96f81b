"""The queue before and after a change: which payments' recommendation changes with the model in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.replay import lines
from models.replay.change import Change
from models.replay.lines import Lines
from models.replay.outcomes import Ran
from models.rules._life import RuleStates, Standing
from models.rules._rule import Outcome
from models.rules.catalogue import all_rules
from models.scoring._workers import beforehand, in_order, shared_array
from models.scoring.bundle import Bundle
from models.scoring.combine import contributions, judge
from models.scoring.facts import CHUNK, Facts, model_features
from models.scoring.in_force import with_states
from models.scoring.leading import leading
from models.scoring.policy import Policy
from models.training.labels import Labels
from models.training.worth import worth

Float = NDArray[np.float64]
Int8 = NDArray[np.int8]
RELEASE, REVIEW, VERIFY = 0, 1, 2
WORDS = ("release", "review", "verify")
SIDES = ("before", "after")

ALERTS = pa.schema(
    [
        ("place", pa.int64()),
        ("side", pa.int8()),
        ("desk", pa.string()),
        ("typology", pa.string()),
        ("role", pa.string()),
        ("signals", pa.list_(pa.string())),
    ]
)
"""One row an alert: its position among the replayed payments, the side (0 before, 1 after), where it leads."""


@dataclass(frozen=True, slots=True)
class NewWeight:
    """What a rule the model has not weighed would be worth: its firing rate decides, as at a training."""

    code: str
    expected_precision: float
    weight: float
    muted: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Probabilities (n, 2) and recommendations int8 (n, 2) of each payment, before and after; alerts as `ALERTS`.

    `lines` are those of each side.
    """

    probability: Float
    recommendation: Int8
    alerts: pa.Table
    lines: tuple[Lines, Lines]
    weights: tuple[NewWeight, ...]


def weigh_new(ran: Ran, labels: Labels, policy: Policy) -> tuple[NewWeight, ...]:
    """Weights of the new rules from how often they fire on the replayed payments and what was found there."""
    places = [k for k, change in enumerate(ran.changes) if change.kind == "new"]
    if not places:
        return ()
    rules = [ran.changes[k].rule for k in places]
    found = worth(rules, ran.after[:, places] == Outcome.FIRED, labels, policy)
    return tuple(
        NewWeight(rule.code, float(p), float(w), bool(m))
        for rule, p, w, m in zip(rules, found.precision, found.weight, found.muted, strict=True)
    )


def both_bundles(
    bundle: Bundle, changes: Sequence[Change], states: RuleStates, weights: Sequence[NewWeight]
) -> tuple[Bundle, Bundle]:
    """The model in force before and after: new rules counted with their weights, dropped ones at 0, lines as they are.

    States the bundle may be under are put aside: `states` say what counts before.
    """
    bundle = bundle.trained or bundle
    new = {w.code: w for w in weights}
    later = states
    for change in changes:
        if change.kind == "dropped":
            later = later.changed(change.rule.code, Standing("retired", "dropped in this replay"))
        elif change.kind == "new":
            later = later.changed(change.rule.code, Standing("live"))
    codes = (*bundle.rule_codes, *(code for code in new if code not in bundle.rule_codes))
    more = len(codes) - len(bundle.rule_codes)
    known_weights = [*bundle.rule_weights.tolist(), *[0.0] * more]
    known_precision = [*bundle.rule_precision.tolist(), *[0.0] * more]
    weighed = replace(
        bundle,
        rule_codes=codes,
        rule_weights=np.array([new[c].weight if c in new else w for c, w in zip(codes, known_weights, strict=True)]),
        rule_precision=np.array(
            [new[c].expected_precision if c in new else p for c, p in zip(codes, known_precision, strict=True)]
        ),
        muted=(*(c for c in bundle.muted if c not in new), *(c for c, w in new.items() if w.muted)),
        arrays={},
    )
    return with_states(replace(bundle, arrays={}), states), with_states(weighed, later)


def run_queue(
    ledger: Ledger,
    rows: NDArray[np.int64],
    at: NDArray[np.int64],
    ran: Ran,
    before: Policy,
    bundles: tuple[Bundle, Bundle],
    weights: tuple[NewWeight, ...] = (),
    *,
    after: Policy | None = None,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Queue:
    """Judge every payment twice from facts gathered once; only the columns of replayed rules differ between the sides.

    `before` holds the settings of the rules that are not replayed: they are the same after. Where the policy `after`
    draws the line elsewhere, the new line is drawn over these payments' probabilities before the change.
    """
    redrawn = after if after is not None and lines.moved(before, after) else None
    if redrawn is not None:
        bundles = bundles[0], lines.lowest(bundles[1], redrawn)
    probability = shared_array((len(rows), 2), np.float64, order="C")
    parts = [slice(start, min(start + CHUNK, len(rows))) for start in range(0, len(rows), CHUNK)]
    features = model_features()

    def work(part: slice) -> pa.Table:
        view = View(ledger, at[part], rows[part])
        old, new = _facts(view, ran, part, before, bundles[0])
        tables = []
        for side, (facts, bundle) in enumerate(zip((old, new), bundles, strict=True)):
            probability[part, side] = judge(facts, bundle).probability
            tables.append(_alerts(facts, bundle, probability[part, side], part.start, side))
        return pa.concat_tables(tables).combine_chunks()

    def warm_up() -> None:
        view = View(ledger, at[:1], rows[:1])
        if ledger.cache.cold:
            encode = [partial(ledger.vocabulary, entity) for entity in ledger.entities]
            beforehand([*encode, *(partial(feature.of, view) for feature in features)], workers)
        work(slice(0, 1))

    found = [ALERTS.empty_table()]
    for part, table in zip(parts, in_order(work, parts, workers, warm_up), strict=True):
        found.append(table)
        if progress:
            progress(part.stop / len(rows))
    drawn = [Lines(bundle.line, bundle.verify_line) for bundle in bundles]
    if redrawn is not None:
        drawn[1] = lines.lines_of(probability[:, 0], redrawn)
    recommendation = np.column_stack([_recommended(probability[:, side], drawn[side]) for side in (0, 1)])
    alerts = pa.concat_tables(found).combine_chunks()
    stay = recommendation[alerts.column("place").to_numpy(), alerts.column("side").to_numpy()] != RELEASE
    return Queue(probability, recommendation, alerts.filter(pa.array(stay)), (drawn[0], drawn[1]), weights)


def _recommended(probability: Float, drawn: Lines) -> Int8:
    """As a score row says it."""
    found = np.where(probability >= drawn.verify, VERIFY, np.where(probability >= drawn.review, REVIEW, RELEASE))
    return found.astype(np.int8)


def _facts(view: View, ran: Ran, part: slice, policy: Policy, bundle: Bundle) -> tuple[Facts, Facts]:
    """Facts of a chunk before and after. Rules that are replayed were evaluated already."""
    replayed = {change.rule.code: k for k, change in enumerate(ran.changes)}
    known = {rule.code for rule in all_rules()}
    rules = (*all_rules(), *(c.rule for c in ran.changes if c.rule.code not in known))
    old = np.empty((view.n, len(rules)), dtype=np.int8, order="F")
    for k, rule in enumerate(rules):
        if rule.code in replayed:
            old[:, k] = ran.before[part, replayed[rule.code]]
        elif rule.code in bundle.silent:
            old[:, k] = Outcome.OFF  # It weighs nothing on either side.
        else:
            old[:, k] = rule.evaluate(view, policy.settings)
    new = old.copy(order="F")
    for k, rule in enumerate(rules):
        if rule.code in replayed:
            new[:, k] = ran.after[part, replayed[rule.code]]
    features = model_features()
    values = np.empty((view.n, len(features)), dtype=np.float32, order="F")
    for k, feature in enumerate(features):
        values[:, k] = feature.of(view)
    peers = np.zeros(view.n, dtype="U1")  # Only the anomaly reads them, and it moves no recommendation.
    return Facts(features, rules, values, old, peers), Facts(features, rules, values, new, peers)


def _alerts(facts: Facts, bundle: Bundle, probability: Float, start: int, side: int) -> pa.Table:
    chosen = np.nonzero(probability >= min(bundle.line, bundle.verify_line))[0]
    if len(chosen) == 0:
        return ALERTS.empty_table()
    few = facts.part(chosen)
    typologies, roles, desks = leading(few, contributions(few, bundle))
    quiet = {*bundle.muted, *bundle.silent}
    fired = few.fired()
    signals = [
        sorted(
            {typology}
            | {
                few.rules[k].typology
                for k in np.nonzero(fired[i])[0].tolist()
                if few.rules[k].suspect_role == role and few.rules[k].code not in quiet
            }
        )
        for i, (typology, role) in enumerate(zip(typologies, roles, strict=True))
    ]
    return pa.table(
        [chosen + start, np.full(len(chosen), side, np.int8), desks, typologies, roles, signals], schema=ALERTS
    )
