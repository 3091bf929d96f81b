"""The ranked queue: alerts grouped into cases for three desks, within their capacity, with a random sample."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger, View
from models.rules.catalogue import all_rules
from models.scoring.grouping import Group, group_alerts
from models.scoring.hubs import KINDS, hubs_of
from models.scoring.policy import Policy
from models.scoring.sample import draw

Float = NDArray[np.float64]
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


def build_cases(ledger: Ledger, scores: pa.Table, at_us: int, policy: Policy) -> pa.Table:
    """Cases from a score table, ranked by the loss expected within a year if nobody looks.

    Members are the payments above the line, each in one case. Every desk gets at most its capacity; `random_share` of
    the places go to a stratified random sample of released payments, whose propensity stands in the summary.
    """
    ids = scores.column("disbursement_id").to_pylist()
    rows = _rows_of(ledger, scores)
    view = View(ledger, np.full(len(rows), at_us, dtype=np.int64), rows)
    probability = scores.column("score").to_numpy()
    alerts = np.nonzero(np.array(scores.column("recommendation").to_pylist()) != "release")[0]
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
    queue = _within_capacity(made, policy)
    places = round(policy["desks.random_share"] * len(queue) / max(1e-9, 1 - policy["desks.random_share"]))
    released = np.nonzero(np.array(scores.column("recommendation").to_pylist()) == "release")[0]
    sampled = [
        _random_case(view, int(i), float(p), probability, amount, yearly, ids)
        for i, p in draw(view, released, probability, places, seed=f"{at_us}")
    ]
    ranked = _interleave(queue, sampled)
    return pa.Table.from_pylist([{**case, "rank": k + 1} for k, case in enumerate(ranked)], schema=SCHEMA)


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
    zh, en = _summary(kind, _question(typology, fired), len(members), at_risk, float(p.mean()))
    return {
        "case_id": _case_id(kind, hub, group.signal, [ids[i] for i in order]),
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


def _summary(kind: str, question: tuple[str, str], count: int, amount: float, score: float) -> tuple[str, str]:
    english, chinese = question
    zh, en = KIND_WORDS[kind]
    return (
        f"{zh}关联{count}笔发放，共{amount:,.2f}元，疑点：{chinese}。平均风险{score:.0%}，需核实。",
        f"{_payments(count)} of {amount:,.2f} yuan in all at {en}; question: {english}. "
        f"Mean risk {score:.0%}; to be checked.",
    )


def _payments(count: int) -> str:
    return "1 payment" if count == 1 else f"{count} payments"


def _random_case(
    view: View, i: int, propensity: float, probability: Float, amount: Float, yearly: Float, ids: list[str]
) -> dict[str, Any]:
    kind, code = _last_resort(view, i, _Alert("department", "", "", ()))
    name = list(KINDS)[kind]
    hub = view.ledger.vocabulary(KINDS[name]).decode(np.array([code]))[0] or ""
    return {
        "case_id": _case_id("random", hub, "", [ids[i]]),
        "desk": "department",
        "hub_kind": name,
        "hub_id": hub,
        "typology": "",
        "suspect_role": "",
        "score": round(float(probability[i]), 6),
        "amount_at_risk": round(float(amount[i]), 2),
        "expected_loss": round(float(probability[i] * amount[i] * yearly[i]), 2),
        "members": json.dumps([ids[i]]),
        "summary_zh": f"分层随机抽样核查1笔发放（抽中概率{propensity:.6f}），并非疑点。",
        "summary_en": f"One payment drawn at random in its stratum (propensity {propensity:.6f}); not a red flag.",
        "selected_by": "random",
    }


def _within_capacity(made: list[dict[str, Any]], policy: Policy) -> list[dict[str, Any]]:
    left = {desk: int(policy[f"desks.{desk}_capacity"]) for desk in ("discipline", "department", "owed")}
    queue = []
    for case in made:
        if left[case["desk"]] > 0:
            left[case["desk"]] -= 1
            queue.append(case)
    return queue


def _interleave(queue: list[dict[str, Any]], sampled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Random places spread evenly through the queue, so that they are looked at whatever part of it is worked."""
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


def _case_id(kind: str, hub: str, signal: str, members: list[str]) -> str:
    digest = hashlib.sha256("|".join([kind, hub, signal, *sorted(members)]).encode()).hexdigest()
    return f"K{digest[:12]}"
