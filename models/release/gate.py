"""The gate: a challenger beside the champion on the same payments, item by item, as a report that can be held to.

A report names the two models by number and by the hash of their files, the payments, the findings it knew, the policy
and the code. A release is refused where any of them is not what it is now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.asof import Ledger
from models._record import write_whole
from models.evaluation.over_time.answers import Answers
from models.evaluation.over_time.estimates import Estimate, plain
from models.registry._place import GATES, RegistryError, root
from models.release.items import CANNOT_TELL, FAILED, PASSED, Item, Said
from models.release.material import Material
from models.release.measures import MEASURES
from models.release.period import Period, after_both, in_shadow
from models.release.shadow import Shadow
from models.scoring._workers import usable_workers
from models.scoring.bundle import Bundle
from models.scoring.facts import Facts, gather
from models.scoring.policy import Policy
from models.scoring.provenance import definitions
from models.training.labels import labels_at


@dataclass(frozen=True, slots=True)
class Named:
    """A model as a report names it: number on record, the bundle's version, the hash of its files."""

    number: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What was known of the county when a report was made: findings in its data, and until when decided (ISO 8601)."""

    count: int
    decided_until: str


@dataclass(frozen=True, slots=True)
class GateReport:
    """The comparison of one challenger with one champion.

    `at` is when it was made, `until` what was known by then counted, `first` and `last` the submissions compared (local
    days), `source` why these payments. It holds counts and figures; no payment and no person.
    """

    lineage: str
    champion: Named
    challenger: Named
    at: str
    until: str
    source: str
    first: str
    last: str
    counts: Mapping[str, int]
    findings: Findings
    policy: str
    features: str
    rules: str
    items: tuple[Item, ...]
    changes: Mapping[str, int]

    @property
    def said(self) -> Said:
        """`failed` where any item failed, `cannot tell` where any cannot be told, else `passed`."""
        said = {item.said for item in self.items}
        return FAILED if FAILED in said else CANNOT_TELL if CANNOT_TELL in said or not said else PASSED

    def named(self, said: Said) -> tuple[str, ...]:
        """Names of the items of which this is said."""
        return tuple(item.name for item in self.items if item.said == said)

    def to_json(self) -> str:
        """The report as JSON, the same text for the same report."""
        return json.dumps(_plain(asdict(self)) | {"said": self.said}, ensure_ascii=False, indent=1) + "\n"

    @property
    def digest(self) -> str:
        """Hash of the report: 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def compare(
    ledger: Ledger,
    champion: Bundle,
    challenger: Bundle,
    policy: Policy,
    period: Period,
    answers: Answers,
    *,
    facts: Facts | None = None,
    minority: tuple[str, ...] = (),
) -> tuple[tuple[Item, ...], dict[str, int], dict[str, int]]:
    """Judge the payments of a period (n,) by both models and measure every item of the gate.

    `answers` (n,) are findings, or the truth where a county was invented; `facts` are gathered where they are not
    handed in; `minority` are prefixes of the division codes of minority counties, which are no group without them.
    Returns the items, counts of the payments and findings, and how many recommendations would change.
    """
    if len(period.rows) == 0:
        why = "not enough data: no payment was submitted after both models were trained"
        why_zh = "数据不足：两个模型训练之后没有发放明细"
        return tuple(Item(m.__name__, CANNOT_TELL, why, why_zh) for m in MEASURES), {"payments": 0}, {}
    if facts is None:
        facts = gather(ledger, period.rows, policy, at_us=period.at, workers=usable_workers())
    material = Material.of(ledger, period, policy, answers, facts, (champion, challenger), minority)
    one, other = material.flagged()
    changes = {
        "flagged by both": int((one & other).sum()),
        "by the champion alone": int((one & ~other).sum()),
        "by the challenger alone": int((other & ~one).sum()),
    }
    return tuple(measure(material) for measure in MEASURES), dict(material.counts()), changes


def period_of(ledger: Ledger, shadow: Shadow, champion: Bundle, challenger: Bundle, until_us: int) -> Period:
    """The payments two models were scored on side by side in shadow; else what was submitted after both were trained.

    A shadow that holds less than half of what was looked at since then (it began late, or only some runs were scored)
    gives way too: both models judge the other payments just as they would have.
    """
    beside = in_shadow(ledger, shadow, champion, challenger, until_us)
    after = after_both(ledger, champion, challenger, until_us)
    looked = [int(labels_at(ledger, period.rows, until_us).usable.sum()) for period in (beside, after)]
    return beside if len(beside.rows) and 2 * looked[0] >= looked[1] else after


def save(report: GateReport, markdown: str) -> str:
    """Keep a report in the record as JSON and Markdown; returns its hash."""
    folder = root() / GATES
    write_whole(folder / f"{report.digest[:16]}.json", report.to_json())
    write_whole(folder / f"{report.digest[:16]}.md", markdown)
    return report.digest


def load(digest: str) -> GateReport:
    """The report of a hash. Raises RegistryError where it is not in the record or was changed since."""
    path = root() / GATES / f"{digest[:16]}.json"
    try:
        report = _report(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegistryError(f"the gate's report {path.name} cannot be read: compare again") from error
    if report.digest != digest:
        raise RegistryError(f"the gate's report {path.name} was changed since it was made: compare again")
    return report


def latest(number: str, champion: str) -> GateReport | None:
    """The newest report on these two models, None where they were never compared."""
    found = [
        report for path in sorted((root() / GATES).glob("*.json"))
        if (report := _readable(path.read_text(encoding="utf-8"))) is not None
        and (report.challenger.number, report.champion.number) == (number, champion)
    ]  # fmt: skip
    return max(found, key=lambda report: (report.at, report.digest)) if found else None


def objections(
    report: GateReport,
    challenger: Named,
    champion: Named,
    seen: Findings,
    accepted: Sequence[str],
) -> list[str]:
    """Why a release cannot rest on a report; none where it can.

    `challenger` and `champion` are the two models as they are on record now, `seen` the findings the record knows of,
    `accepted` the items whoever decides takes upon themselves though they cannot be told.
    """
    found = []
    if report.challenger != challenger or report.champion != champion:
        found.append(
            f"the gate's report is about {report.challenger.number} against {report.champion.number} as they were "
            "then, not about these two models: compare again"
        )
    if (seen.decided_until, seen.count) > (report.findings.decided_until, report.findings.count):
        found.append(
            f"the gate's report knows {report.findings.count:,} findings, {seen.count:,} are there now: compare again"
        )
    code = definitions()
    if (report.features, report.rules) != (code.features, code.rules):
        found.append("features or rules are defined otherwise since the gate's report: compare again")
    if failed := report.named(FAILED):
        found.append(f"the gate failed on {', '.join(failed)}")
    if unknown := sorted(set(accepted) - {item.name for item in report.items}):
        found.append(f"--accept names {', '.join(unknown)}, which are no items of the gate")
    open_items = [name for name in report.named(CANNOT_TELL) if name not in accepted]
    if open_items:
        found.append(
            f"the gate cannot tell of {', '.join(open_items)}: read why, and take it upon yourself by name "
            f"(--accept {' --accept '.join(open_items)}), or wait for more findings"
        )
    return found


def _readable(text: str) -> GateReport | None:
    try:
        return _report(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return None


def _report(told: dict[str, Any]) -> GateReport:
    told = {name: value for name, value in told.items() if name != "said"}
    items = tuple(Item(**{**item, "difference": Estimate(**item["difference"])}) for item in told.pop("items"))
    return GateReport(
        **{
            **told,
            "champion": Named(**told["champion"]),
            "challenger": Named(**told["challenger"]),
            "findings": Findings(**told["findings"]),
        },
        items=items,
    )


def _plain(value: Any) -> Any:
    """What JSON knows, all the way down; numbers to nine digits, so that reading and writing again changes nothing."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    value = plain(value)
    return float(np.format_float_scientific(value, precision=9)) if isinstance(value, float) else value
