"""Facts of a few payments by recorded programs: the same numbers as a view gives, in a fraction of a millisecond.

A plan belongs to a ledger, a policy and the rules that rest, and is kept with the ledger (`ledger.plans`). It holds no
content: appended rows are seen at once, and a table or column that comes makes it new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import Ledger, View
from features.asof.live import LiveLedger
from features.catalogue import all_features
from features.recorded._recorder import CannotRecordError
from features.recorded.makers import RecordedMakers
from features.recorded.program import Program, Rested, Rows
from models.rules._rule import Outcome, Rule
from models.rules.catalogue import all_rules
from models.scoring.facts import Facts, facts_of, model_features, peer_places, peer_words
from models.scoring.policy import Policy
from models.scoring.reasons import ToldByView, prepare

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
SAMPLE = 64
"""Payments on which a plan is recorded and compared with what numpy says of them."""
MOST_ROWS = 64
"""Payments a program is asked for at once; more are looked at as a payment run is."""

_making = threading.RLock()


class FewFacts:
    """What a plan says of a few payments: `facts` as `facts_of` gives them, and every feature's float64 values."""

    def __init__(self, plan: Plan, rows: Int64, facts: Facts, values: Float) -> None:
        self.ledger = plan.ledger
        self.rows = rows
        self.facts = facts
        self._plan = plan
        self._values = values

    def values(self, feature: Feature) -> Float:
        """A feature's values; shape (n,)."""
        found: Float = self._values[self._plan.places[feature.name]]
        return found

    def part(self, chosen: Int64) -> FewFacts:
        """The same of some of the payments."""
        return FewFacts(self._plan, self.rows[chosen], self.facts.part(chosen), self._values[:, chosen])

    def resting(self, feature: Feature) -> Sequence[Any]:
        """The rows a feature's values rest on, table by table."""
        return self._plan.resting(self.rows, feature)


class Plan:
    """Recorded programs for one ledger, policy and set of resting rules.

    `left` names what could not be recorded, or was not the same as numpy's on the sample, and why: numpy computes it.
    """

    def __init__(self, ledger: Ledger, policy: Policy, resting: tuple[str, ...]) -> None:
        self.ledger, self.policy, self.rests = ledger, policy, resting
        self.features, self.rules = all_features(), all_rules()
        self.places = {feature.name: k for k, feature in enumerate(self.features)}
        self._peers = peer_words(ledger)
        self._model = np.array([self.places[f.name] for f in model_features()], dtype=np.int64)
        shown = [f for f in self.features if f.rests_on is not None]
        self._shown = {feature.name: k for k, feature in enumerate(shown)}
        self._rested: tuple[tuple[bytes, int], Rested | None] = ((b"", -1), None)
        self.made = 0
        self._make()

    def _make(self) -> None:
        """Record, or record anew; `made` counts how often."""
        self.made += 1
        ledger = self.ledger
        payments = ledger.tables["disbursements"].rows
        spread = np.linspace(0, payments - 1, SAMPLE // 2).astype(np.int64)
        sample = np.unique(np.concatenate([spread, np.arange(max(0, payments - SAMPLE // 2), payments)]))
        view = View.before_payment(ledger, sample)
        told = facts_of(view, self.policy, self.rests)
        values = [feature.of(view) for feature in self.features]
        if isinstance(ledger, LiveLedger):
            table = ledger.table("disbursements")
            if table is not None:
                table.makers = RecordedMakers(ledger)
        # A program finds indexes and derived columns where numpy left them.
        shown = [f for f in self.features if f.name in self._shown]
        prepare(view, shown)
        works: list[Callable[[Any], Any]] = [
            *(partial(_value, feature=feature) for feature in self.features),
            *(partial(_outcome, rule=rule, policy=self.policy, rests=self.rests) for rule in self.rules),
            peer_places,
        ]
        self._program = Program(ledger, sample, works)
        self._evidence = Program(ledger, sample, [], [partial(_behind, feature=f) for f in shown])
        self.resting_left = {shown[k].name: why for k, why in self._evidence.resting_left.items()}
        self.left = self._unlike(sample, [*values, *told.outcomes.T, peer_places(view)])
        self._seen = ledger.version

    def _unlike(self, sample: Int64, expected: list[NDArray[Any]]) -> dict[str, str]:
        """What numpy must compute: not recorded, or recorded and not the same on the sample."""
        names = [*(f.name for f in self.features), *(r.code for r in self.rules), "peers"]
        found = self._program.run(sample)
        if found is None:
            return dict.fromkeys(names, "the program stopped on the sample")
        left = {names[k]: why for k, why in self._program.left.items()}
        for k, (name, values) in enumerate(zip(names, expected, strict=True)):
            if name not in left and not np.array_equal(found[k], values, equal_nan=True):
                left[name] = "not the same as numpy's on the sample"
        return left

    @property
    def stopped(self) -> int:
        """How often a program had to leave rows to numpy since the plan was recorded."""
        return self._program.stopped + self._evidence.stopped

    def facts(self, rows: Int64) -> FewFacts | None:
        """Facts of disbursement rows, each as of its submission; None where a view must be asked."""
        self.follow()
        found = self._program.run(rows) if "peers" not in self.left else None
        if found is None:
            return None
        if self.left:
            self._fill(rows, found)
        features, rules = len(self.features), len(self.rules)
        values = found[self._model].astype(np.float32).T
        outcomes = found[features : features + rules].astype(np.int8).T
        peers = self._peers[found[-1].astype(np.int64)]
        return FewFacts(self, rows, Facts(model_features(), self.rules, values, outcomes, peers), found[:features])

    def _fill(self, rows: Int64, found: Float) -> None:
        """By numpy what the program does not compute."""
        view = View.before_payment(self.ledger, rows)
        for k, feature in enumerate(self.features):
            if feature.name in self.left:
                found[k] = feature.of(view)
        for k, rule in enumerate(self.rules, start=len(self.features)):
            if rule.code in self.left:
                found[k] = Outcome.OFF if rule.code in self.rests else rule.evaluate(view, self.policy.settings)

    def resting(self, rows: Int64, feature: Feature) -> Sequence[Rows]:
        """The rows a feature's values rest on, for disbursement rows as of their submission."""
        if feature.rests_on is None:
            return ()
        key = (rows.tobytes(), self.ledger.version)
        if self._rested[0] != key:
            if self._evidence.version != self.ledger.version:
                self._evidence.refresh()
            self._rested = (key, self._evidence.run_resting(rows))
        found, work = self._rested[1], self._shown[feature.name]
        if found is not None and work in found:
            return found[work]
        told = ToldByView(View.before_payment(self.ledger, rows)).resting(feature)
        return [Rows(p.table, p.query.astype(np.int64), p.row.astype(np.int64)) for p in told]

    def follow(self) -> None:
        """See what was appended since, be made anew where that needs other steps; `facts` does so by itself."""
        if self._seen == self.ledger.version:
            return
        try:
            if self._program.holds() and self._evidence.holds():
                self._program.refresh()
                self._seen = self.ledger.version
                return
        except CannotRecordError:
            pass  # An array became another kind: other steps read it.
        with _making:
            self._make()


def plan_of(ledger: Ledger, policy: Policy, resting: tuple[str, ...] = ()) -> Plan:
    """The plan kept with the ledger, made at first use (seconds). Raises ValueError for a ledger without payments."""
    key = (id(policy), resting)
    found = ledger.plans.get(key)
    if not isinstance(found, Plan):
        if not ledger.tables["disbursements"].rows:
            raise ValueError("a plan is made from payments, and this ledger has none")
        with _making:
            found = ledger.plans.get(key)
            if not isinstance(found, Plan):
                found = ledger.plans[key] = Plan(ledger, policy, resting)
    return found


def _value(view: Any, feature: Feature) -> Any:
    return view.feature(feature)


def _outcome(view: Any, rule: Rule, policy: Policy, rests: tuple[str, ...]) -> Any:
    """`Rule.evaluate` without its shortcuts, which ask whether anything fired."""
    if rule.code in rests or rule.off(view):
        return view.same(int(Outcome.OFF))
    truth = rule.when.evaluate(view, policy.settings)
    told = np.where(truth.unknown, int(Outcome.CANNOT_TELL), int(Outcome.QUIET))
    told = np.where(truth.true, int(Outcome.FIRED), told)
    for look_alike in rule.unless:
        holds = look_alike.condition.evaluate(view, policy.settings).true
        told = np.where(truth.true & holds, int(Outcome.EXPLAINED), told)
    return told


def _behind(view: Any, feature: Feature) -> Any:
    """The rows behind a feature; none where it is off."""
    return view.behind(feature)
