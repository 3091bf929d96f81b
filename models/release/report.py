"""The gate's report as Markdown, for those who decide: what was compared, item by item, in both languages."""

from __future__ import annotations

from models.release.gate import GateReport
from models.release.items import CANNOT_TELL, FAILED, PASSED, TITLES, Item

WORDS = {PASSED: "passed 通过", FAILED: "failed 未通过", CANNOT_TELL: "cannot tell 无法判断"}
SOURCES = {
    "shadow": "payments both models scored in live scoring (shadow)",
    "after both": "payments submitted after both models were trained",
}


def markdown(report: GateReport) -> str:
    """The report as a page. It holds no payment and no person."""
    counts = ", ".join(f"{value:,} {name}" for name, value in report.counts.items())
    changes = ", ".join(f"{value:,} {name}" for name, value in report.changes.items()) or "none"
    days = f"{report.first or '-'} to {report.last or '-'}"
    lines = [
        f"# Release gate 上线评审: {report.challenger.number} against {report.champion.number}",
        "",
        f"**{WORDS[report.said]}**",
        "",
        f"- Challenger 候选模型: number {report.challenger.number}, {report.challenger.version}",
        f"- Champion 现役模型: number {report.champion.number}, {report.champion.version}",
        f"- Compared on {SOURCES.get(report.source, report.source)}, {days}: {counts}",
        f"- Known by 截至 {report.until}; made {report.at}; policy {report.policy}, features {report.features}, "
        f"rules {report.rules}",
        f"- Flagged payments 预警变化: {changes}",
        "",
        "| item | 项目 | champion | challenger | difference (95 %) | allowed | |",
        "|---|---|---|---|---|---|---|",
        *(_row(item) for item in report.items),
        "",
    ]
    for item in report.items:
        english, chinese = TITLES.get(item.name, (item.name, item.name))
        lines += [f"## {english} {chinese}: {WORDS[item.said]}", "", f"{item.why}.", "", f"{item.why_zh}。", ""]
        lines += [f"- {name}: {value:,}" for name, value in item.counts.items()]
        lines += _details(item)
        lines.append("")
    lines += [
        "What cannot be told must be accepted by name by both people who decide. A difference is the challenger's",
        "figure less the champion's; its interval comes from drawing whole households, cards and officials again.",
        "",
    ]
    return "\n".join(lines)


def _row(item: Item) -> str:
    english, chinese = TITLES.get(item.name, (item.name, item.name))
    apart = item.difference
    told = "-" if apart.value is None else f"{apart.value:.3f}"
    if apart.low is not None and apart.high is not None:
        told += f" ({apart.low:.3f} to {apart.high:.3f})"
    allowed = "-" if item.tolerance is None else f"{item.tolerance:g}"
    figures = (_figure(item.champion), _figure(item.challenger))
    return f"| {english} | {chinese} | {figures[0]} | {figures[1]} | {told} | {allowed} | {WORDS[item.said]} |"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _details(item: Item) -> list[str]:
    lines: list[str] = []
    for name, value in item.details.items():
        if isinstance(value, dict):
            lines += ["", f"{name}:", ""]
            lines += [f"- {key}: {', '.join(_figure(one) for one in pair)}" for key, pair in value.items()]
        elif isinstance(value, list):
            if value and isinstance(value[0], dict):
                lines += ["", f"{name}:", ""]
                lines += [
                    f"- {one['group']}: {_figure(one['before'])} before, {_figure(one['after'])} after, {one['said']}"
                    for one in value
                ]
            else:
                lines.append(f"- {name}: {', '.join(map(str, value)) or 'none'}")
        else:
            lines.append(f"- {name}: {value if not isinstance(value, float) else _figure(value)}")
    return lines
