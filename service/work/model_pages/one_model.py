"""One model in full: its proof over time, its comparisons with the champion, what moves its scores most."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.work.model_pages.on_record import SHIPPED, Event, Measure, ModelLine, OnRecord, on_record

if TYPE_CHECKING:
    from pathlib import Path

MOST_TERMS: Final = 12
MOST_FOLDS: Final = 12


@dataclass(frozen=True, slots=True)
class Top:
    """How good the head of the list was: `budget` capacity, 0.5%, 1%, 2%; `labelled` of `looked_at` had a finding."""

    budget: str
    looked_at: int
    labelled: int
    confirmed: int
    precision: Measure
    recall: Measure
    money_recall: Measure


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of similar score: how many, their mean score, the share confirmed."""

    rows: int
    mean_score: float
    confirmed: Measure


@dataclass(frozen=True, slots=True)
class Calibration:
    """Is 0.3 confirmed three times in ten. `chance_at_most`: an error below it says nothing against the score."""

    rows: int
    error: float | None
    chance_at_most: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Learned by `origin`, judged until `until`: precision and recall within capacity, average precision, and whether
    each baseline was beaten (None: cannot be compared)."""

    origin: str
    until: str
    confirmed: int
    labelled: int
    precision: Measure
    recall: Measure
    average_precision: Measure
    beaten: tuple[tuple[str, bool | None], ...]


@dataclass(frozen=True, slots=True)
class ProofTold:
    """The proof: `source` findings or truth; `tops` and calibration of all folds together."""

    as_of: str
    source: str
    judged: int
    labelled: int
    confirmed: int
    average_precision: Measure
    tops: tuple[Top, ...]
    folds: tuple[Fold, ...]
    calibration: Calibration
    random_sample: Calibration


@dataclass(frozen=True, slots=True)
class GateItem:
    """One thing compared: title and reason (Chinese, English), passed, failed or cannot tell; both figures."""

    name: str
    title: tuple[str, str]
    said: str
    why: tuple[str, str]
    champion: float | None
    challenger: float | None


@dataclass(frozen=True, slots=True)
class Gate:
    """The newest comparison with the champion: `source` of the payments, their days and counts."""

    champion: str
    at: str
    first: str
    last: str
    said: str
    payments: int
    items: tuple[GateItem, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What moves the score: a rule or a learned term, (Chinese, English); least and most it adds to the log-odds."""

    name: str
    title: tuple[str, str]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneModel:
    """A model in full. `proof`, `gate`: None where the record holds none; `line` and `verify_line`: the scores from
    which a payment is looked at, and before payment; `notes` as training wrote them."""

    line: ModelLine
    tags: tuple[tuple[str, str], ...]
    proof: ProofTold | None
    gate: Gate | None
    rules: tuple[Part, ...]
    terms: tuple[Part, ...]
    count_rules: int
    count_terms: int
    muted: tuple[str, ...]
    look_line: float | None
    verify_line: float | None
    notes: tuple[str, ...]
    events: tuple[Event, ...]


def one_model(number: str) -> tuple[OnRecord, OneModel] | None:
    """A model by number with the record it stands in; None where it is not on record."""
    from models.registry import RegistryError, read_book
    from models.registry.proofs import proof_of
    from models.release.gate import latest

    record = on_record()
    line = next((one for one in record.models if one.number == number), None)
    if line is None:
        return None
    if number == SHIPPED:
        return record, _made(record, line, (), None, None, _bundle(None))
    try:
        book = read_book()
        version = book.versions[number]
        standing = book.standings[version.lineage]
        told = proof_of(version)
        report = latest(number, standing.champion)
        if report is None and standing.champion == number and len(standing.pile) > 1:
            report = latest(number, standing.pile[-2].number)
        path: Path | None = book.bundle_path(number)
    except RegistryError:
        # Its files are gone: what the book says is still told.
        return record, _made(record, line, (), None, None, {})
    tags = tuple((name, value) for name, value in version.tags.items() if name not in ("version", "as_of"))
    gate = None if report is None else _gate(report)
    return record, _made(record, line, tags, proof_told(told), gate, _bundle(path))


def proof_told(told: Mapping[str, Any] | None) -> ProofTold | None:
    """A proof's plain data as figures; None without one, or without folds."""
    if told is None or not told.get("pooled"):
        return None
    pooled, kept = told["pooled"], told["pooled"]["kept"]
    return ProofTold(
        str(told["as_of"]), str(told["source"]), int(kept["judged"]), int(kept["labelled"]), int(kept["confirmed"]),
        _measure(kept["average_precision"]),
        tuple(_top(one) for one in kept["tops"]),
        tuple(_fold(one) for one in told["folds"][-MOST_FOLDS:]),
        _calibration(pooled["calibration"]), _calibration(pooled["random_sample"]),
    )  # fmt: skip


def _made(
    record: OnRecord,
    line: ModelLine,
    tags: tuple[tuple[str, str], ...],
    proof: ProofTold | None,
    gate: Gate | None,
    bundle: Mapping[str, Any],
) -> OneModel:
    rules, terms = _rules(bundle), _terms(bundle)
    return OneModel(
        line, tags, proof, gate, rules[:MOST_TERMS], terms[:MOST_TERMS],
        sum(weight != 0 for weight in bundle.get("rule_weights", ())), len(terms),
        tuple(bundle.get("muted", ())), bundle.get("line"), bundle.get("verify_line"),
        tuple(str(note) for note in bundle.get("notes", ())),
        tuple(event for event in record.events if event.number == line.number),
    )  # fmt: skip


def _bundle(folder: Path | None) -> dict[str, Any]:
    """A model's own file; nothing where it cannot be read."""
    from pathlib import Path

    import models.scoring

    where = folder or Path(models.scoring.__path__[0]) / "prior"
    try:
        found: dict[str, Any] = json.loads((where / "bundle.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _rules(bundle: Mapping[str, Any]) -> tuple[Part, ...]:
    from models.rules.catalogue import all_rules

    titles = {rule.code: (rule.title[1], rule.title[0]) for rule in all_rules()}
    scale = float(bundle.get("scale", 1.0))
    pairs = zip(bundle.get("rule_codes", ()), bundle.get("rule_weights", ()), strict=True)
    parts = [Part(code, titles.get(code, (code, code)), 0.0, float(weight) * scale) for code, weight in pairs if weight]
    return tuple(sorted(parts, key=lambda part: -abs(part.high)))


def _terms(bundle: Mapping[str, Any]) -> tuple[Part, ...]:
    from features.catalogue import all_features

    titles = {feature.name: feature.title for feature in all_features()}
    scale = float(bundle.get("scale", 1.0))
    parts = []
    for term in bundle.get("terms", ()):
        values: Sequence[float] = [*term["scores"], term["missing"]]
        low, high = min(values) * scale, max(values) * scale
        name = str(term["feature"])
        parts.append(Part(name, titles.get(name, (name, name)), low, high))
    return tuple(sorted(parts, key=lambda part: part.low - part.high))


def _gate(report: Any) -> Gate:
    from models.release.items import TITLES

    return Gate(
        report.champion.number, report.at, report.first, report.last, report.said,
        int(report.counts.get("payments", 0)),
        tuple(
            GateItem(
                item.name, (TITLES[item.name][1], TITLES[item.name][0]), item.said, (item.why_zh, item.why),
                item.champion, item.challenger,
            )
            for item in report.items
        ),
    )  # fmt: skip


def _measure(told: Mapping[str, Any]) -> Measure:
    return Measure(told["value"], told["low"], told["high"])


def _top(told: Mapping[str, Any]) -> Top:
    return Top(
        str(told["budget"]), int(told["looked_at"]), int(told["labelled"]), int(told["confirmed"]),
        _measure(told["precision"]), _measure(told["recall"]), _measure(told["money_recall"]),
    )  # fmt: skip


def _fold(told: Mapping[str, Any]) -> Fold:
    kept = told["kept"]
    top = _top(kept["tops"][0])
    return Fold(
        str(told["origin"]), str(told["until"]), int(kept["confirmed"]), int(kept["labelled"]),
        top.precision, top.recall, _measure(kept["average_precision"]),
        tuple((str(rival["name"]), rival["beaten"]) for rival in told["rivals"]),
    )  # fmt: skip


def _calibration(told: Mapping[str, Any]) -> Calibration:
    return Calibration(
        int(told["rows"]), told["error"], told["chance_at_most"],
        tuple(Bin(int(b["rows"]), float(b["mean_score"]), _measure(b["confirmed"])) for b in told["bins"]),
    )  # fmt: skip
