"""The ranked queue: alerts grouped into cases for three desks, within their capacity, with places kept for learning."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.rules.catalogue import all_rules
from models.scoring import draws
from models.scoring.bundle import Bundle
from models.scoring.grouping import Group, group_alerts
from models.scoring.hubs import KINDS, hubs_of
from models.scoring.instructive import most_instructive
from models.scoring.policy import Policy
from models.scoring.sample import draw
from models.scoring.single_cases import SingleCases, case_id, places_for_learning

Float = NDArray[np.float64]
DESKS = ("discipline", "department", "owed")
PAYMENTS_A_YEAR = {"monthly": 12.0, "quarterly": 4.0, "annual": 1.0, "one_off": 1.0}

SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        ("rank", pa.int64()),
        ("desk", pa.string()),
        ("hub_kind", pa.string()),
        ("hub_id", pa.string()),
        ("typology", pa.string()),
        ("suspect_role", pa.string()),
        ("score", pa.float64()),
        ("amount_at_risk", pa.float64()),
        ("expected_loss", pa.float64()),
        ("members", pa.string()),
        ("summary_zh", pa.string()),
        ("summary_en", pa.string()),
        ("selected_by", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class _Alert:
    desk: str
    typology: str
    role: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases in the contract's form, and what was offered by what chance (see `models.scoring.draws`)."""

    cases: pa.Table
    draws: pa.Table


def build_cases(
    ledger: Ledger, scores: pa.Table, at_us: int, policy: Policy, *, bundle: Bundle | None = None
) -> pa.Table:
    """The cases of `build_queue` alone."""
    return build_queue(ledger, scores, at_us, policy, bundle=bundle).cases


@dataclass(frozen=True, slots=True)
class Standing:
    """A queue that is being worked already: `held` payments are in open cases, `settled` have a finding, `left` are the
    places each desk still has."""

    held: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    left: Mapping[str, int] = field(default_factory=dict)


def build_queue(
    ledger: Ledger,
    scores: pa.Table,
    at_us: int,
    policy: Policy,
    *,
    bundle: Bundle | None = None,
    standing: Standing | None = None,
) -> Queue:
    """Cases from a score table, ranked by the loss expected within a year if nobody looks.

    Members are the payments above the line, each in one case, and every desk gets at most its capacity. Two shares of
    all places are kept for learning: `uncertain_share` for payments the model knows least about (what it disagrees
    with itself about can be asked only with `bundle`, the model that scored) and `random_share` for a random sample
    of everything nobody has looked at and no other place looks at, whose propensity stands in the summary.

    With `standing`, what is settled is no alert any more; a case with a payment of an open case continues that and
    takes no place; places for learning are a share of the new cases and go to neither.
    """
    standing = standing or Standing(left={desk: int(policy[f"desks.{desk}_capacity"]) for desk in DESKS})
    ids = scores.column("disbursement_id").to_pylist()
    rows = _rows_of(ledger, scores)
    view = View(ledger, np.full(len(rows), at_us, dtype=np.int64), rows)
    probability = scores.column("score").to_numpy()
    released = np.array(scores.column("recommendation").to_pylist(), dtype=object) == "release"
    settled = np.array([one in standing.settled for one in ids], dtype=bool)
    alerts = np.nonzero(~released & ~settled)[0]
    known = {int(i): _alert(scores, int(i)) for i in alerts}
    hubs = hubs_of(view)
    signals = {i: frozenset(f"{a.desk}/{t}" for t in _typologies(a)) for i, a in known.items()}
    own = {i: _last_resort(view, i, known[i]) for i in known}
    led = frozenset(i for i, alert in known.items() if alert.role == "official")
    groups = group_alerts(hubs, probability, alerts, signals, own=own, led=(list(KINDS).index("official"), led))
    amount = np.nan_to_num(view.own("amount")) / 100.0
    yearly = _yearly(view)
    made = [_case(ledger, g, known, probability, amount, yearly, ids) for g in groups]
    made.sort(key=lambda c: (-c["expected_loss"], c["case_id"]))
    queue = _within_capacity(made, standing)

    seed, odd = f"{policy['learning.seed']:.0f}/{at_us}", _oddness(scores)
    open_to_draw = ~_decided(view)
    placed = _members(queue) | standing.held | standing.settled
    open_to_draw[[i for i, one in enumerate(ids) if one in placed]] = False
    instructive, random = places_for_learning(sum(_is_new(case, standing) for case in queue), policy)
    frame = np.nonzero(open_to_draw & released)[0]
    asked = most_instructive(view, frame, probability, odd, instructive, policy, seed=seed, bundle=bundle)
    open_to_draw[[q.position for q in asked]] = False
    frame = np.nonzero(open_to_draw)[0]
    drawn = draw(view, frame, probability, random, seed=seed, anomaly=odd)
    one = SingleCases(view, probability, amount, yearly, ids)
    questions, sampled = [one.asked(q) for q in asked], [one.drawn(i, p) for i, p in drawn]
    ranked = _interleave(_interleave(queue, questions), sampled)
    offered = [
        *_offered(queue, "alert", [1.0] * len(queue)),
        *_offered(questions, "instructive", [1.0] * len(questions)),
        *_offered(sampled, "random", [p for _, p in drawn]),
    ]
    return Queue(
        pa.Table.from_pylist([{**case, "rank": k + 1} for k, case in enumerate(ranked)], schema=SCHEMA),
        pa.Table.from_pylist([{"queue_at": at_us, "frame": len(frame), **row} for row in offered], schema=draws.SCHEMA),
    )


def _oddness(scores: pa.Table) -> Float:
    """The anomaly of each scored payment, 0 where the scores do not say."""
    if "anomaly" not in scores.column_names:
        return np.zeros(scores.num_rows)
    return np.nan_to_num(np.asarray(scores.column("anomaly").to_numpy(), dtype=np.float64))


def _decided(view: View) -> NDArray[np.bool_]:
    """Which payments somebody had looked at by the moment; shape (n,)."""
    if not view.has("dispositions"):
        return np.zeros(view.n, dtype=bool)
    return view.latest("dispositions", {"disbursement_id": view.own("disbursement_id")}) >= 0


def _members(cases: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(i for case in cases for i in json.loads(case["members"]))


def _offered(cases: list[dict[str, Any]], how: str, chance: list[float]) -> list[dict[str, Any]]:
    """One row a payment of the cases."""
    return [
        {"case_id": case["case_id"], "disbursement_id": i, "offered_as": how, "propensity": p}
        for case, p in zip(cases, chance, strict=True)
        for i in json.loads(case["members"])
    ]


def _alert(scores: pa.Table, i: int) -> _Alert:
    reasons = json.loads(scores.column("reasons")[i].as_py())
    return _Alert(
        scores.column("desk")[i].as_py(),
        scores.column("typology")[i].as_py() or "",
        scores.column("suspect_role")[i].as_py() or "",
        tuple(r["code"] for r in reasons if r["kind"] != "model" and "." in r["code"]),
    )


def _typologies(alert: _Alert) -> set[str]:
    """Typologies an alert can share with others: the leading one and those of rules that speak of the same role."""
    roles = {rule.code: rule.suspect_role for rule in all_rules()}
    same = {code.partition(".")[0] for code in alert.codes if roles.get(code) == alert.role}
    return same | {alert.typology}


def _last_resort(view: View, i: int, alert: _Alert) -> tuple[int, int]:
    kinds = list(KINDS)
    if alert.desk == "owed" and view.own("run_id")[i] >= 0:
        return kinds.index("run"), int(view.own("run_id")[i])
    if view.own("household_id")[i] >= 0:
        return kinds.index("household"), int(view.own("household_id")[i])
    return kinds.index("card"), int(view.own("card_id")[i])


def _case(
    ledger: Ledger,
    group: Group,
    known: dict[int, _Alert],
    probability: Float,
    amount: Float,
    yearly: Float,
    ids: list[str],
) -> dict[str, Any]:
    members = [int(i) for i in group.members]
    leading = max(members, key=lambda i: (probability[i], ids[i]))
    desk, _, typology = group.signal.partition("/")
    kind = list(KINDS)[group.kind]
    hub = ledger.vocabulary(KINDS[kind]).decode(np.array([group.code]))[0] or ""
    p = probability[members]
    at_risk = float(amount[members].sum())
    loss = float((p * amount[members] * yearly[members]).sum())
    order = sorted(members, key=lambda i: (-probability[i], ids[i]))
    role = known[leading].role
    fired = [code for i in members for code in known[i].codes]
    zh, en = summary(kind, typology, fired, len(members), at_risk, float(p.mean()))
    return {
        "case_id": case_id(kind, hub, group.signal, [ids[i] for i in order]),
        "desk": desk,
        "hub_kind": kind,
        "hub_id": hub,
        "typology": typology,
        "suspect_role": role,
        "score": round(float(p.mean()), 6),
        "amount_at_risk": round(at_risk, 2),
        "expected_loss": round(loss, 2),
        "members": json.dumps([ids[i] for i in order]),
        "summary_zh": zh,
        "summary_en": en,
        "selected_by": "rule" if typology else "score",
    }


KIND_WORDS = {
    "official": ("经办人员", "an official"),
    "card": ("一张卡", "one card"),
    "phone": ("一个手机号", "one phone"),
    "device": ("一台设备", "one device"),
    "outlet": ("一个网点", "one outlet"),
    "household": ("一户", "one household"),
    "run": ("一个发放批次", "one payment run"),
    "village": ("一个村", "one village"),
}


def _question(typology: str, fired: list[str]) -> tuple[str, str]:
    """Title (English, Chinese) of the typology's rule that fired on most members, the first by name among equals."""
    titles = {rule.code: rule.title for rule in all_rules()}
    counts = Counter(code for code in fired if code in titles and code.partition(".")[0] == typology)
    if not counts:
        return "Unusual facts without a rule", "无对应规则的异常"
    return titles[min(counts, key=lambda code: (-counts[code], code))]


def summary(kind: str, typology: str, fired: list[str], count: int, amount: float, score: float) -> tuple[str, str]:
    """What a case says of itself in Chinese and English: payments at a hub of a kind, yuan in all, mean risk.

    `fired` are the codes of the rules that fired on its payments, once for each.
    """
    english, chinese = _question(typology, fired)
    zh, en = KIND_WORDS[kind]
    return (
        f"{zh}关联{count}笔发放，共{amount:,.2f}元，疑点：{chinese}。平均风险{score:.0%}，需核实。",
        f"{_payments(count)} of {amount:,.2f} yuan in all at {en}; question: {english}. "
        f"Mean risk {score:.0%}; to be checked.",
    )


def _payments(count: int) -> str:
    return "1 payment" if count == 1 else f"{count} payments"


def _within_capacity(made: list[dict[str, Any]], standing: Standing) -> list[dict[str, Any]]:
    left = dict(standing.left)
    queue = []
    for case in made:
        if not _is_new(case, standing):
            queue.append(case)
        elif left.get(case["desk"], 0) > 0:
            left[case["desk"]] -= 1
            queue.append(case)
    return queue


def _is_new(case: dict[str, Any], standing: Standing) -> bool:
    """Whether none of a case's payments is in an open case."""
    return not standing.held or standing.held.isdisjoint(json.loads(case["members"]))


def _interleave(queue: list[dict[str, Any]], sampled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Places for learning spread evenly through the queue, so that they are looked at whatever part of it is worked."""
    if not sampled:
        return queue
    step = max(1, (len(queue) + len(sampled)) // len(sampled))
    ranked: list[dict[str, Any]] = []
    waiting = list(sampled)
    for case in queue:
        if waiting and len(ranked) % step == step - 1:
            ranked.append(waiting.pop(0))
        ranked.append(case)
    return ranked + waiting


def _yearly(view: View) -> Float:
    """How often a payment of its program repeats within a year."""
    names = view.ledger.tables["programs"].schema.column("frequency").values
    frequency = np.asarray(view.lookup("programs", "frequency", "program_id"), dtype=np.int64)
    times = np.array([*(PAYMENTS_A_YEAR.get(name, 1.0) for name in names), 1.0])
    return times[frequency]


def _rows_of(ledger: Ledger, scores: pa.Table) -> NDArray[np.int64]:
    """Row numbers of the scored payments (the last version of each). Raises KeyError for ids not in the data."""
    codes = ledger.vocabulary("disbursement").encode(scores.column("disbursement_id"))
    if (codes < 0).any():
        raise KeyError(f"{int((codes < 0).sum())} scored disbursements are not in the data; score the same folder")
    own = ledger.tables["disbursements"].column("disbursement_id").astype(np.int64)
    place = np.full(len(ledger.vocabulary("disbursement")), -1, dtype=np.int64)
    place[own] = np.arange(len(own))
    found = place[codes]
    if (found < 0).any():
        raise KeyError(f"{int((found < 0).sum())} scored disbursements are not in the data; score the same folder")
    return found
