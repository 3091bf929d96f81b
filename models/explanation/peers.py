"""Payments a payment can fairly be compared with, and how it stands among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features._feature import Feature
from features.asof import Ledger, View
from models.explanation.explanation import Comparison, PeerGroup, Text
from models.rules._expression import Settings
from models.rules._rule import Outcome, Rule
from models.scoring.wording import worded

Int64 = NDArray[np.int64]
Float = NDArray[np.float64]
ENOUGH = 20
MOST = 400
"""Peers looked at: quartiles of more are the same, and would take longer."""

DAYS_OF_GRACE = 4.0
KEPT_VIEWS = 64
SCOPES: dict[str, Text] = {
    "village": ("in the village", "本村"),
    "township": ("in the township", "本乡镇"),
    "county": ("in the county", "本县"),
    "everywhere": ("anywhere", "全部地区"),
}


@dataclass(frozen=True, slots=True)
class Peers:
    """Peers of one payment: queries of `view` where `keep`, the payment itself left out."""

    view: View
    keep: NDArray[np.bool_]
    scope: str
    total: int

    @property
    def n(self) -> int:
        """How many are compared."""
        return int(self.keep.sum())

    def values(self, feature: Feature) -> Float:
        """The feature's values among the peers, NaN null; shape (n,)."""
        return feature.of(self.view)[self.keep]

    def fired(self, rule: Rule, settings: Settings) -> NDArray[np.bool_]:
        """Where the rule fires among the peers; shape (n,)."""
        outcome = self.view.memo(_evaluation(rule, settings))
        return np.asarray(outcome[self.keep] == Outcome.FIRED)

    def quiet(self, feature: Feature) -> float:
        """What is usual among the peers: their median (a value that occurs), NaN where most have none or none is."""
        found = self.values(feature)
        known = found[~np.isnan(found)]
        if 2 * len(known) <= len(found):
            return float("nan")
        return float(np.quantile(known, 0.5, method="lower"))

    def told(self) -> PeerGroup:
        """The group in words."""
        english, chinese = SCOPES[self.scope]
        part = (
            (f" ({self.n} of {self.total})", f"（{self.total}笔中取{self.n}笔）") if self.n < self.total else ("", "")
        )
        return PeerGroup(
            self.scope,
            self.n,
            self.total,
            (
                f"{self.n} payments of the same item {english}, this period and the one before{part[0]}",
                f"{chinese}同项目本期与上期{self.n}笔{part[1]}",
            ),
        )


class PeerFinder:
    """Finds peers, and keeps what many payments of one run have in common."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lines = ledger.tables["disbursements"]
        self._views: dict[tuple[int | None, bytes], View] = {}
        self._program: tuple[int, Int64] | None = None
        self._parent = _parents(ledger)

    def of(self, row: int, at: int) -> Peers:
        """Peers of a disbursement row: submitted by the moment, of the same item, in this period or the one before.

        Before payment (the moment is its own submission) each peer is seen as of its own, so that all are at the
        same stage; after payment all are seen as of the moment. Nothing recorded after the moment is used. The group
        is the village's where it has 20, else the township's, county's, or all.
        """
        before = at == int(self._lines.known_at[row])
        rows = self._of_item(row, at)
        place = self._lines.column("division_code").astype(np.int64)
        own = int(place[row])
        scope, chosen = "everywhere", rows
        for level, name in enumerate(("village", "township", "county")):
            up = self._above(place[rows], level)
            target = int(self._above(np.array([own]), level)[0])
            inside = rows[up == target] if target >= 0 else rows[:0]
            if (inside != row).sum() >= ENOUGH:
                scope, chosen = name, inside
                break
        others = chosen[chosen != row]
        view = self._view(chosen, None if before else at)
        seen = np.zeros(0, np.int64) if view.rows is None else view.rows
        return Peers(view, seen != row, scope, len(others))

    def _view(self, rows: Int64, at: int | None) -> View:
        """A view over (some of) the rows, kept: the payments of one run and village share it."""
        key = (at, rows.tobytes())
        if key not in self._views:
            few = rows[np.linspace(0, len(rows) - 1, MOST).astype(np.int64)] if len(rows) > MOST else rows
            moments = self._lines.known_at[few] if at is None else np.full(len(few), at, np.int64)
            if len(self._views) >= KEPT_VIEWS:
                self._views.pop(next(iter(self._views)))
            self._views[key] = View(self._ledger, moments, few)
        return self._views[key]

    def _of_item(self, row: int, at: int) -> Int64:
        """Rows on record at the moment of the same item, this period and the one before."""
        program = int(self._lines.column("program_id")[row])
        if self._program is None or self._program[0] != program:
            every = np.nonzero(self._lines.column("program_id") == program)[0].astype(np.int64)
            self._program = (program, every)
        rows = self._program[1]
        rows = rows[: int(np.searchsorted(self._lines.known_at[rows], at, side="right"))]
        rows = rows[self._lines.superseded_at[rows] > at]
        period = self._lines.column("period").astype(np.int64)
        first, last = self._ledger.periods
        start, end = float(first[period[row]]), float(last[period[row]])
        if np.isnan(start) or np.isnan(end):
            return rows[self._lines.known_at[rows] > at - 400 * 86_400_000_000]
        begun = first[period[rows]]
        # The month before may be three days longer than this one, a leap year a day.
        return rows[(begun <= start) & (begun >= start - (end - start + 1) - DAYS_OF_GRACE)]

    def _above(self, codes: Int64, levels: int) -> Int64:
        for _ in range(levels):
            codes = self._parent[codes]
        return codes


def compare(feature: Feature, value: float, peers: Peers) -> Comparison | None:
    """The payment's value beside its peers'; None where there is no peer."""
    found = peers.values(feature)
    if len(found) == 0:
        return None
    known = found[~np.isnan(found)]
    quartiles = tuple(float(q) for q in np.quantile(known, (0.25, 0.5, 0.75), method="lower")) if len(known) else None
    high = True
    if np.isnan(value):
        share = 1 - len(known) / len(found)
    else:
        high = quartiles is None or value >= quartiles[1]
        share = float((known >= value).sum() if high else (known <= value).sum()) / len(found)
    return Comparison(
        feature.name,
        (feature.title[1], feature.title[0]),
        None if np.isnan(value) else value,
        quartiles,  # type: ignore[arg-type]
        high,
        share,
        len(known),
        len(found),
        _in_words(feature, value, known, len(found), high, share),
    )


def _in_words(feature: Feature, value: float, known: Float, n: int, high: bool, share: float) -> Text:
    chinese, english = feature.title
    own = worded(feature, value)
    if np.isnan(value):
        return (
            f"{english}: no value, as for {_percent(share)} of {n} peers",
            f"{chinese}：无，{n}笔同类中{_percent(share)}亦无",
        )
    if feature.unit == "flag":
        yes = (english, chinese) if value > 0 else (f"not: {english}", f"否：{chinese}")
        return f"{yes[0]}; so are {_percent(share)} of {n} peers", f"{yes[1]}；{n}笔同类中{_percent(share)}如此"
    if 2 * len(known) <= n:
        return (
            f"{english}: {own}; {n - len(known)} of {n} peers have no value",
            f"{chinese}：{own}；{n}笔同类中{n - len(known)}笔无此值",
        )
    bound = worded(feature, float(np.quantile(known, 0.75 if high else 0.25, method="lower")))
    side = ("at most", "不超过") if high else ("at least", "不低于")
    reach = ("as high", "达到") if high else ("as low", "不高于")
    whom = f"{len(known)} peers" if len(known) == n else f"{len(known)} of {n} peers with a value"
    return (
        f"{english}: {own}; three quarters of {whom}: {side[0]} {bound}; {_percent(share)} are {reach[0]}",
        f"{chinese}：{own}；{len(known)}笔同类中四分之三{side[1]}{bound}，{_percent(share)}{reach[1]}此值",
    )


def _percent(share: float) -> str:
    """A share in whole percent; what is not nothing is never called 0 %."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def _parents(ledger: Ledger) -> Int64:
    """The division above each division code, -1 at the top; one more entry for code -1."""
    parent = np.full(len(ledger.vocabulary("division")) + 1, -1, dtype=np.int64)
    divisions = ledger.tables["divisions"]
    parent[divisions.column("division_code").astype(np.int64)] = divisions.column("parent_code")
    parent[-1] = -1
    return parent


class _Evaluation:
    """A rule as a function of a view that a view can remember: equal for the same rule and settings."""

    def __init__(self, rule: Rule, settings: Settings) -> None:
        self.rule = rule
        self.settings = settings

    def __call__(self, view: View) -> NDArray[np.int8]:
        return self.rule.evaluate(view, self.settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Evaluation) and other.rule == self.rule and other.settings is self.settings

    def __hash__(self) -> int:
        return hash((self.rule, id(self.settings)))


def _evaluation(rule: Rule, settings: Settings) -> _Evaluation:
    return _Evaluation(rule, settings)
