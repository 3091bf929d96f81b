"""The quality report as tables for a reader."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from models.evaluation.baselines import Baselines
from models.evaluation.calibration import Calibration
from models.evaluation.cases import Cases
from models.evaluation.desks import Desks
from models.evaluation.groups import Groups
from models.evaluation.look_alikes import ALL, PLAIN, LookAlike
from models.evaluation.ranking import Ranking
from models.evaluation.report import Report
from models.evaluation.typologies import Typology


def show(report: Report, console: Console, *, short: bool) -> None:
    """Print the parts of the report in the order of the questions a reader asks."""
    console.print(
        f"Window {report.first} to {report.last}: {report.rows:,} payments, {report.irregular:,} irregular "
        f"({report.irregular / report.rows:.3%}); {report.coverage.scored:,} scored"
    )
    rankings = {"score": report.score, "anomaly": report.anomaly}
    if report.baselines:
        rankings |= _baselines(report.baselines)
    console.print(_rankings(rankings))
    line = report.line
    console.print(
        f"Line (not released): {line.flagged:,} payments, {line.share:.2%} (verify {line.verify:,}, "
        f"review {line.review:,}); "
        f"precision {_n(line.precision)}, recall {_n(line.recall)}, recall of money {_n(line.money_recall)}"
    )
    if not short:
        console.print(_typologies(dict(report.typologies)))
    console.print(_look_alikes({k: v for k, v in report.look_alikes.items() if not short or k in (ALL, PLAIN)}))
    roles, reasons = report.roles, report.reasons
    console.print(
        f"Suspect role on {roles.true_positives} true positives: right {_n(roles.accuracy)} (always the commonest: "
        f"{_n(roles.majority)}); official's or agent's act laid on the household {_n(roles.actors_laid_on_household)}"
    )
    console.print(
        f"Reasons of {reasons.flagged:,} payments not released: with a reason {_n(reasons.with_reason)}, "
        f"with both texts and evidence that exists {_n(reasons.with_reason_and_evidence)}; "
        f"evidence keys that exist {_n(reasons.evidence_exists)}"
    )
    if not short:
        _show_desks(report.desks, console)
    _show_calibration(report.calibration, console, short=short)
    if not short:
        _show_groups(report.groups, console)
        clean = report.clean_counties
        console.print(
            f"Clean counties {', '.join(clean.prefixes) or '(none)'}: {clean.share_of_rows:.3f} of payments, "
            f"{_n(clean.share_of_flagged)} of flagged, {clean.share_of_top:.3f} of the top 1 %"
        )
    if report.cases:
        _show_cases(report.cases, console)
    for error in report.errors:
        console.print(f"[red]ERROR[/red] {error}")


def _n(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _between(interval: tuple[float, float] | None, digits: int = 3) -> str:
    return "" if interval is None else f"{interval[0]:.{digits}f}-{interval[1]:.{digits}f}"


def _table(title: str, first: str, *numbers: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _baselines(baselines: Baselines) -> dict[str, Ranking]:
    order = "" if baselines.highest_first else " (lowest first)"
    return {
        "chance": baselines.random,
        "number of fired rules": baselines.fired_rules,
        f"best feature: {baselines.feature}{order}": baselines.best_feature,
    }


def _rankings(rankings: dict[str, Ranking]) -> Table:
    table = _table(
        "\nRanking", "by", "AP", "95 %", "AUC",
        "P@0.5%", "R@0.5%", "P@1%", "R@1%", "P@2%", "R@2%", "money@1%",
    )  # fmt: skip
    for name, ranking in rankings.items():
        if ranking.average_precision is None:
            table.add_row(name, "all of one kind")
            continue
        top = [text for t in ranking.top for text in (_n(t.precision), _n(t.recall))]
        interval = _between(ranking.interval)
        table.add_row(name, _n(ranking.average_precision), interval, _n(ranking.auc), *top, _n(ranking.money_recall))
    return table


def _typologies(typologies: dict[str, Typology]) -> Table:
    table = _table(
        "\nTypologies", "code", "rows", "rings", "recall@1%", "recall at line", "rings touched", "named right"
    )
    for code, t in typologies.items():
        shares = (_n(share, 2) for share in (t.recall_top, t.recall_line, t.rings_touched, t.named))
        table.add_row(code, str(t.rows), str(t.rings), *shares)
    return table


def _look_alikes(kinds: dict[str, LookAlike]) -> Table:
    table = _table("\nHonest payments above the line", "resembling", "rows", "flagged", "rate", "95 %")
    for kind, found in kinds.items():
        table.add_row(kind, f"{found.rows:,}", f"{found.flagged:,}", _n(found.rate), _between(found.interval))
    return table


def _show_desks(desks: Desks, console: Console) -> None:
    said = sorted({desk for row in desks.confusion.values() for desk in row})
    table = _table("\nDesks: rows of truth, columns of what was said", "belongs to", *said)
    for want, row in desks.confusion.items():
        table.add_row(want, *(f"{row.get(desk, 0):,}" for desk in said))
    console.print(table)
    console.print(
        f"On the discipline desk: data errors {_n(desks.data_error_on_discipline)} of {desks.data_error_rows}, owed "
        f"{_n(desks.owed_on_discipline)} of {desks.owed_rows}, households' irregular rows "
        f"{_n(desks.household_on_discipline)}, honest rows {_n(desks.honest_on_discipline, 4)}, flagged officials' and "
        f"agents' rows {_n(desks.flagged_actors_on_discipline)}"
    )


def _show_calibration(found: Calibration, console: Console, *, short: bool) -> None:
    console.print(
        f"Calibration: mean score {found.mean_score:.4f}, prevalence {found.prevalence:.4f}, "
        f"expected error {found.ece:.4f}, Brier {found.brier:.5f} (a constant: "
        f"{found.brier_of_constant:.5f}); with the base rate set right: "
        f"{found.ece_prior:.4f}, {found.brier_prior:.5f}"
    )
    if short:
        return
    table = _table("\nCalibration", "score", "rows", "mean score", "irregular", "95 %")
    for part in found.bins:
        means = (f"{part.mean_score:.4f}", f"{part.irregular:.4f}")
        table.add_row(f"{part.low:g}-{part.high:g}", f"{part.rows:,}", *means, _between(part.interval, 4))
    console.print(table)


def _show_groups(groups: Groups, console: Console) -> None:
    table = _table("\nGroups: honest payments above the line", "group", "flagged", "of", "rate", "95 %", "recall", "of")
    for name, division in groups.by.items():
        table.add_row(f"{name}, highest over lowest rate {_n(division.max_ratio, 2)}")
        for value, group in division.groups.items():
            rate = (_n(group.rate, 4), _between(group.interval, 4)) if group.enough else ("not enough data", "")
            recall = (_n(group.recall, 2), f"{group.irregular:,}")
            table.add_row(f"  {value}", f"{group.flagged:,}", f"{group.honest:,}", *rate, *recall)
    console.print(table)


def _show_cases(cases: Cases, console: Console) -> None:
    table = _table(
        f"\nCases: {cases.cases:,}; rings in the window {cases.rings:,} "
        f"({cases.rings_with_3_or_more_rows:,} with 3 rows or more)",
        "first", "true", "any irregular", "hub is the actor", "rings found", "purity", "completeness", "median members",
    )  # fmt: skip
    for n, head in cases.heads.items():
        table.add_row(
            str(n), _n(head.true_share, 2), _n(head.any_irregular_share, 2), _n(head.hub_is_actor_share, 2),
            f"{head.rings_found} ({head.rings_found_share:.2f})", _n(head.mean_purity, 2),
            _n(head.mean_completeness, 2), f"{head.median_members:.0f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"Members in several cases {cases.members_in_several_cases:,}; clean counties "
        f"{_n(cases.clean_county_share_of_queue)} of the queue against "
        f"{cases.clean_county_share_of_rows:.3f} of payments"
    )
