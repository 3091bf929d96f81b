"""What a replay found, as data: a rule at a time, the queue, rows gained and lost, and a fingerprint that seals it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from features.asof import Ledger
from models.replay.findings import Found
from models.replay.lines import Lines
from models.replay.load import Both, DeskMonth
from models.replay.outcomes import Ran
from models.replay.queue import RELEASE, WORDS, NewWeight, Queue
from models.replay.truth import TrueHits
from models.rules._rule import Outcome

ROWS = pa.schema(
    [
        ("disbursement_id", pa.string()),
        ("level", pa.string()),
        ("rule", pa.string()),
        ("change", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("probability_before", pa.float64()),
        ("probability_after", pa.float64()),
    ]
)
"""Rows gained and lost: `level` rule or queue, `change` gained, lost or moved (review to verify, or back)."""


@dataclass(frozen=True, slots=True)
class RuleReplay:
    """One rule before and after; counts are payments.

    `needs` are the tables and columns it reads, `missing` those of them that were not shared (it is then off).
    `settings` are those it reads, as {name: (before, after)}. `explained` counts payments a look-alike on record
    explained, `cannot_tell` those a value was unknown for. `found` and `true` tell what was found among hits before,
    after, gained and lost; `true` is empty without a truth file. `months` and `counties` count hits.
    """

    code: str
    title: tuple[str, str]
    desk: str
    kind: str
    state: str
    definition: str
    settings: dict[str, tuple[float, float]]
    needs: tuple[str, ...]
    missing: tuple[str, ...]
    hits: Both
    explained: Both
    cannot_tell: Both
    gained: int
    lost: int
    found: dict[str, Found]
    true: dict[str, TrueHits]
    months: dict[str, Both]
    counties: dict[str, Both]
    gained_ids: tuple[str, ...]
    lost_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueReplay:
    """The queue before and after with the model in force; counts are payments, an alert is one not released.

    `lines` are the probabilities review and verify begin at, before and after. `recommendations` by word; `moved` are
    alerts on both sides with another recommendation. `load` is by desk and month against capacity, `counties` counts
    alerts. `weights` say what new rules are worth here.
    """

    model: str
    lines: tuple[Lines, Lines]
    recommendations: dict[str, Both]
    gained: int
    lost: int
    moved: int
    found: dict[str, Found]
    true: dict[str, TrueHits]
    load: tuple[DeskMonth, ...]
    counties: dict[str, Both]
    weights: tuple[NewWeight, ...]
    gained_ids: tuple[str, ...]
    lost_ids: tuple[str, ...]

    @property
    def over_capacity(self) -> dict[str, Both]:
        """Months in which a desk had more cases than it can open, before and after."""
        return {
            desk: Both(
                sum(m.cases.before > m.capacity.before for m in self.load if m.desk == desk),
                sum(m.cases.after > m.capacity.after for m in self.load if m.desk == desk),
            )
            for desk in dict.fromkeys(m.desk for m in self.load)
        }


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay. `ran` and `judged` hold every payment's outcome; everything else is what they add up to.

    `first`, `last` are local days of submission; payments were looked at `days_after` submission; `as_of` is the moment
    findings were known by (ISO 8601). `policy_before`, `policy_after`, `states` are versions. `desk_hits`
    counts payments with a hit of any replayed rule, by desk and month (`discipline/2019-07`).
    """

    first: str
    last: str
    days_after: float
    as_of: str
    payments: int
    policy_before: str
    policy_after: str
    states: str
    rules: tuple[RuleReplay, ...]
    desk_hits: dict[str, Both]
    queue: QueueReplay | None
    ids: tuple[str, ...]
    ran: Ran
    judged: Queue | None

    def told(self) -> dict[str, Any]:
        """Everything but the payments' own outcomes as plain data, sealed by `fingerprint`."""
        plain: dict[str, Any] = {
            "kind": "replay",
            **{name: getattr(self, name) for name in PLAIN},
            "rules": [asdict(rule) for rule in self.rules],
            "desk_hits": {key: asdict(both) for key, both in self.desk_hits.items()},
            "queue": None if self.queue is None else asdict(self.queue),
            "rows": self.rows_hash,
        }
        plain = json.loads(json.dumps(plain, ensure_ascii=False))
        return {"fingerprint": seal(plain), **plain}

    @property
    def fingerprint(self) -> str:
        """A short hash of everything told and of every payment's outcome: equal replays have equal ones."""
        return str(self.told()["fingerprint"])

    @property
    def rows_hash(self) -> str:
        """A short hash of the payments and their outcomes on both sides."""
        digest = hashlib.sha256("\n".join(self.ids).encode())
        digest.update(np.ascontiguousarray(self.ran.before).tobytes())
        digest.update(np.ascontiguousarray(self.ran.after).tobytes())
        if self.judged is not None:
            digest.update(np.ascontiguousarray(self.judged.recommendation).tobytes())
        return digest.hexdigest()[:16]

    def to_json(self) -> str:
        """`told` as text."""
        return json.dumps(self.told(), ensure_ascii=False, indent=1)

    def changes(self) -> pa.Table:
        """Every row gained or lost, by rule and in the queue, as `ROWS`."""
        parts = [ROWS.empty_table(), *(self._rule_rows(k) for k in range(len(self.rules)))]
        if self.judged is not None:
            parts.append(self._queue_rows(self.judged))
        return pa.concat_tables(parts).combine_chunks()

    def _rule_rows(self, k: int) -> pa.Table:
        gained, lost = self.ran.gained(k), self.ran.lost(k)
        places = np.nonzero(gained | lost)[0]
        words = [
            [Outcome(o).name.lower().replace("_", " ") for o in side[places, k].tolist()]
            for side in (self.ran.before, self.ran.after)
        ]
        return pa.table(
            [
                [self.ids[i] for i in places],
                ["rule"] * len(places),
                [self.rules[k].code] * len(places),
                ["gained" if gained[i] else "lost" for i in places],
                *words,
                *(self._probability(places, side) for side in (0, 1)),
            ],
            schema=ROWS,
        )

    def _queue_rows(self, judged: Queue) -> pa.Table:
        old, new = judged.recommendation[:, 0], judged.recommendation[:, 1]
        places = np.nonzero(old != new)[0]
        kinds = ["gained" if old[i] == RELEASE else "lost" if new[i] == RELEASE else "moved" for i in places]
        return pa.table(
            [
                [self.ids[i] for i in places],
                ["queue"] * len(places),
                pa.array([""] * len(places), pa.string()),
                kinds,
                [WORDS[old[i]] for i in places],
                [WORDS[new[i]] for i in places],
                *(self._probability(places, side) for side in (0, 1)),
            ],
            schema=ROWS,
        )

    def _probability(self, places: Any, side: int) -> pa.Array:
        if self.judged is None:
            return pa.nulls(len(places), pa.float64())
        return pa.array(np.round(self.judged.probability[places, side], 6))


PLAIN = ("first", "last", "days_after", "as_of", "payments", "policy_before", "policy_after", "states")


def seal(plain: dict[str, Any]) -> str:
    """The fingerprint of what a replay tells; an edited file no longer matches its own."""
    kept = {key: value for key, value in plain.items() if key != "fingerprint"}
    return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def ids_of(ledger: Ledger, rows: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[str, ...]:
    """Ids of disbursement rows."""
    codes = ledger.tables["disbursements"].column("disbursement_id")[rows]
    return tuple(text or "" for text in ledger.vocabulary("disbursement").decode(codes.astype(np.int64)))
