"""Replay a change of rules or thresholds over the history, as it would have run then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from features.asof.ledger import MICROSECONDS_A_DAY
from models.replay.change import Change, ReplayError, changes
from models.replay.findings import found_among
from models.replay.load import DESKS, Both, Places, by_place, day_of, desk_months, places_of_payments
from models.replay.outcomes import Ran, run_rules
from models.replay.queue import RELEASE, WORDS, Queue, both_bundles, run_queue, weigh_new
from models.replay.replayed import QueueReplay, Replayed, RuleReplay, ids_of
from models.replay.truth import Truth, true_hits, truth_of
from models.rules._life import RuleStates, definition
from models.rules._rule import Outcome, Rule
from models.scoring.bundle import Bundle
from models.scoring.policy import Policy
from models.training.labels import Labels, labels_at

Bool = NDArray[np.bool_]
Int64 = NDArray[np.int64]
Progress = Callable[[str, float], None]
EXAMPLES = 10


def replay(
    ledger: Ledger,
    before: Policy,
    after: Policy,
    rows: Int64,
    *,
    as_of_us: int | None = None,
    states: RuleStates | None = None,
    only: Collection[str] | None = None,
    drop: Collection[str] = (),
    extra: Sequence[Rule] = (),
    bundle: Bundle | None = None,
    truth: pa.Table | None = None,
    days_after: float = 0.0,
    workers: int = 1,
    progress: Progress | None = None,
) -> Replayed:
    """What would have changed on disbursement rows (n,), each as of its own submission.

    `only`, `drop` and `extra` choose the rules (see `models.replay.change.changes`); `states` (default: as born) say
    which count before. Findings count that were decided by `as_of_us` (default: all on record). With a `bundle` the
    queue is replayed too; without it nothing is computed that no rule reads. `truth` is a truth file's table.

    Before payment is how most of the queue works. `days_after` looks that many days later instead, or at `as_of_us`
    where that is sooner: rules about bank answers and withdrawals speak only then.

    Raises ReplayError for unknown rules and for no rows, KeyError for a truth of other payments.
    """
    if len(rows) == 0:
        raise ReplayError("nothing was submitted in that range")
    say = progress or (lambda _text, _share: None)
    from models.rules.catalogue import all_rules

    states = states or RuleStates.at_birth((*all_rules(), *extra))
    chosen = changes(before, after, states, only=only, drop=drop, extra=extra)
    submitted = ledger.tables["disbursements"].known_at[rows]
    moment = as_of_us if as_of_us is not None else _end(ledger)
    later = np.minimum(submitted + int(days_after * MICROSECONDS_A_DAY), moment)
    at = np.maximum(submitted, later) if days_after > 0 else submitted
    labels = labels_at(ledger, rows, moment)
    ids = ids_of(ledger, rows)
    known = truth_of(truth, list(ids)) if truth is not None else None
    places = places_of_payments(ledger, rows, submitted)
    ran = run_rules(
        ledger, rows, at, chosen, before, after, workers=workers, progress=lambda share: say("rules", share)
    )
    judged = None
    if bundle is not None:
        weights = weigh_new(ran, labels, after)
        bundles = both_bundles(bundle, chosen, states, weights)
        judged = run_queue(
            ledger, rows, at, ran, before, bundles, weights, after=after, workers=workers,
            progress=lambda share: say("queue", share),
        )  # fmt: skip
    off = {c.rule.code: c.rule.off(View(ledger, at[:1], rows[:1])) for c in chosen}
    say("counting", 0.0)
    return Replayed(
        first=day_of(int(submitted.min()), ledger.utc_offset),
        last=day_of(int(submitted.max()), ledger.utc_offset),
        days_after=days_after,
        as_of=_iso(moment, ledger.utc_offset),
        payments=len(rows),
        policy_before=before.version,
        policy_after=after.version,
        states=states.version,
        rules=tuple(
            _rule(k, change, ran, before, after, states, labels, known, places, ids, off[change.rule.code])
            for k, change in enumerate(chosen)
        ),
        desk_hits=_desk_hits(ran, places),
        queue=None
        if judged is None or bundle is None
        else _queue(judged, bundle, ledger, rows, at, labels, known, places, ids, before, after),
        ids=ids,
        ran=ran,
        judged=judged,
    )


def _rule(
    k: int,
    change: Change,
    ran: Ran,
    before: Policy,
    after: Policy,
    states: RuleStates,
    labels: Labels,
    truth: Truth | None,
    places: Places,
    ids: tuple[str, ...],
    missing: tuple[str, ...],
) -> RuleReplay:
    rule = change.rule
    old, new = ran.before[:, k], ran.after[:, k]
    fired = old == Outcome.FIRED, new == Outcome.FIRED
    masks = {"before": fired[0], "after": fired[1], "gained": ran.gained(k), "lost": ran.lost(k)}

    def both(outcome: Outcome) -> Both:
        return Both(int((old == outcome).sum()), int((new == outcome).sum()))

    return RuleReplay(
        code=rule.code,
        title=rule.title,
        desk=rule.desk,
        kind=change.kind,
        state=rule.state if states.of(rule.code) == "live" and change.kind == "new" else states.of(rule.code),
        definition=definition(rule),
        settings={name: (before.settings[name], after.settings[name]) for name in rule.settings},
        needs=tuple(dict.fromkeys(need for feature in change.features() for need in feature.all_needs())),
        missing=missing,
        hits=both(Outcome.FIRED),
        explained=both(Outcome.EXPLAINED),
        cannot_tell=both(Outcome.CANNOT_TELL),
        gained=int(masks["gained"].sum()),
        lost=int(masks["lost"].sum()),
        found={name: found_among(mask, labels) for name, mask in masks.items()},
        true={} if truth is None else {name: true_hits(mask, truth) for name, mask in masks.items()},
        months=by_place(*fired, places.month),
        counties=by_place(*fired, places.county),
        gained_ids=_examples(masks["gained"], ids),
        lost_ids=_examples(masks["lost"], ids),
    )


def _queue(
    judged: Queue,
    bundle: Bundle,
    ledger: Ledger,
    rows: Int64,
    at: Int64,
    labels: Labels,
    truth: Truth | None,
    places: Places,
    ids: tuple[str, ...],
    before: Policy,
    after: Policy,
) -> QueueReplay:
    old, new = judged.recommendation[:, 0], judged.recommendation[:, 1]
    alert = old != RELEASE, new != RELEASE
    masks = {"before": alert[0], "after": alert[1], "gained": alert[1] & ~alert[0], "lost": alert[0] & ~alert[1]}
    return QueueReplay(
        model=bundle.version,
        lines=judged.lines,
        recommendations={
            word: Both(int((old == code).sum()), int((new == code).sum())) for code, word in enumerate(WORDS)
        },
        gained=int(masks["gained"].sum()),
        lost=int(masks["lost"].sum()),
        moved=int((alert[0] & alert[1] & (old != new)).sum()),
        found={name: found_among(mask, labels) for name, mask in masks.items()},
        true={} if truth is None else {name: true_hits(mask, truth) for name, mask in masks.items()},
        load=desk_months(ledger, rows, at, judged.probability, judged.alerts, places, before, after),
        counties=by_place(*alert, places.county),
        weights=judged.weights,
        gained_ids=_examples(masks["gained"], ids),
        lost_ids=_examples(masks["lost"], ids),
    )


def _desk_hits(ran: Ran, places: Places) -> dict[str, Both]:
    """Payments with a hit of any replayed rule of a desk, by month."""
    found: dict[str, Both] = {}
    for desk in DESKS:
        mine = np.array([change.rule.desk == desk for change in ran.changes], dtype=bool)
        masks = [(side[:, mine] == Outcome.FIRED).any(axis=1) for side in (ran.before, ran.after)]
        found |= {f"{desk}/{month}": both for month, both in by_place(masks[0], masks[1], places.month).items()}
    return found


def _examples(mask: Bool, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(ids[i] for i in np.nonzero(mask)[0][:EXAMPLES].tolist())


def _end(ledger: Ledger) -> int:
    """The last moment anything is known of: a payment's submission or a finding."""
    tables = [ledger.tables[name] for name in ("disbursements", "dispositions") if name in ledger.tables]
    return max((int(table.known_at.max()) for table in tables if table.rows), default=0)


def _iso(at_us: int, utc_offset_us: int) -> str:
    zone = dt.timezone(dt.timedelta(microseconds=utc_offset_us))
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at_us)).astimezone(zone).isoformat()
