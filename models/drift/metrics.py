"""The watch as Prometheus text (exposition format 0.0.4): gauges without any personal data."""

from __future__ import annotations

from collections.abc import Iterable

from models.drift.watch import Watch


def metrics_text(found: Watch) -> str:
    """One gauge a line, each with its help and type; what cannot be told is left out."""
    lines: list[str] = []

    def gauge(name: str, about: str, values: Iterable[tuple[dict[str, str], float | None]]) -> None:
        known = [(labels, value) for labels, value in values if value is not None and value == value]
        if known:
            lines.extend([f"# HELP mingbai_{name} {about}", f"# TYPE mingbai_{name} gauge"])
            lines.extend(f"mingbai_{name}{_labels(labels)} {value:.10g}" for labels, value in known)

    counts: dict[tuple[str, str], int] = {}
    for alarm in found.alarms:
        counts[alarm.severity, alarm.kind] = counts.get((alarm.severity, alarm.kind), 0) + 1
    every = [({"severity": grade}, float(sum(n for (g, _), n in counts.items() if g == grade))) for grade in GRADES]
    gauge("drift_alarms", "Alarms of the period by severity", every)
    kinds = [({"severity": grade, "kind": kind}, float(n)) for (grade, kind), n in sorted(counts.items())]
    gauge("drift_alarms_by_kind", "Alarms of the period by severity and kind", kinds)
    gauge("drift_payments", "Payments in the period", [({}, float(found.payments))])
    gauge("drift_psi", "Population stability index", (({"column": c.column}, c.psi) for c in found.columns))
    gauge("drift_missing_share", "Share missing", (({"column": c.column}, c.missing) for c in found.columns))
    gauge("drift_rule_hits", "Payments a rule fired on", (({"rule": h.name}, float(h.hits)) for h in found.rules))
    gauge("drift_rule_hits_expected", "Hits expected", (({"rule": h.name}, h.expected) for h in found.rules))
    gauge("drift_flagged", "Payments above the line", (({"program": h.name}, float(h.hits)) for h in found.programs))
    gauge("drift_flagged_expected", "Payments expected", (({"program": h.name}, h.expected) for h in found.programs))
    off = found.off
    rules = {"off": len(off.off), "muted": len(off.muted), "not_live": len(off.silent), "all": off.rules}
    gauge("rules", "Rules by state", (({"state": state}, float(n)) for state, n in rules.items()))
    delay = (({"quantile": "0.5"}, found.delay.median), ({"quantile": "0.9"}, found.delay.upper))
    gauge("label_delay_days", "Days from payment to finding", delay)
    gauge("undecided_share", "Payments above the line, over 90 days old, without a finding", [({}, found.undecided)])
    gauge("table_age_days", "Days since a table had news", (({"table": a.table}, a.days) for a in found.tables))
    return "\n".join(lines) + "\n"


GRADES = ("critical", "warning", "info")


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    parts = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(parts) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
