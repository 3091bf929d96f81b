"""Measure whom alerts and false alarms fall on, and write the full and the public report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.work.errors import UnusableDataError, WrongUsageError
from service.work.evaluate_data import days_from
from service.work.in_chinese import in_chinese
from service.work.moments import local
from service.work.open_data import OpenData
from service.work.score_payments import Payments, payments_before, payments_between

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from features.asof import Ledger
    from models.evaluation.groups import Grouping
    from models.evaluation.groups.link_rates import LinkRates
    from models.evaluation.groups.rates import Source
    from models.fairness.report import GroupReport
    from models.fairness.swap import Swap
    from models.scoring.bundle import Bundle
    from models.scoring.facts import Facts
    from models.scoring.policy import Policy

StepProgress = Callable[[str, float], None]
FULL, PUBLIC = "groups", "groups-public"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure: `minority` prefixes of division codes, the parts that take longer, and `matches` (with the
    truth of who is meant, where it is known) for link rates."""

    minority: tuple[str, ...] = ()
    proxies: bool = True
    swaps: bool = False
    parity: bool = False
    matches: Path | None = None
    matches_truth: Path | None = None


def payments_after(data: OpenData, as_of_us: int, last: dt.date | None) -> Payments:
    """Payments submitted from T on, each as of its own submission. Raises WrongUsageError where there is none."""
    return payments_between(data.ledger, *days_from(data, as_of_us, last))


def payments_of_days(data: OpenData, as_of_us: int, days: int) -> Payments:
    """Payments submitted in the days before T, each as of its own submission. Raises WrongUsageError for none."""
    found = payments_before(data.ledger, as_of_us, days)
    if len(found) == 0:
        raise WrongUsageError(f"nothing was submitted in the {days} days before T", f"T 之前 {days} 天没有发放明细")
    return Payments(found.rows, data.ledger.tables["disbursements"].known_at[found.rows])


def report_groups(
    data: OpenData,
    bundle: Bundle,
    policy: Policy,
    payments: Payments,
    as_of_us: int,
    truth: pa.Table | None,
    asked: Asked,
    progress: StepProgress | None = None,
) -> GroupReport:
    """Measure the bundle on the payments, against truth where given, else against findings known by T.

    Raises UnusableDataError where truth lacks what it needs.
    """
    from models.evaluation.groups import groupings, rates_by_group
    from models.evaluation.groups.membership import PLACES
    from models.fairness.causes import causes, flagged_by
    from models.fairness.proxies import proxy_scan
    from models.fairness.report import GroupReport
    from models.scoring._workers import usable_workers
    from models.scoring.facts import gather

    say = progress or (lambda _text, _share: None)
    ledger = data.ledger
    facts = gather(
        ledger, payments.rows, policy, lambda share: say("facts", share), at_us=payments.at, workers=usable_workers()
    )
    table = ledger.tables["disbursements"]
    people, villages = table.codes("person_id")[payments.rows], table.codes("division_code")[payments.rows]
    say("rates", 0.0)
    divided = groupings(
        ledger, payments.rows, payments.at, minority=asked.minority,
        single_surname_share=policy["groups.single_surname_share"],
    )  # fmt: skip
    flagged = flagged_by(facts, bundle)
    answers = _answers(ledger, payments, facts, bundle, policy, as_of_us, truth)
    rates = rates_by_group(
        flagged, answers.answer, divided, policy.values, people=people, villages=villages, weight=answers.weight,
        source=answers.source,
    )  # fmt: skip
    judged = [grouping for grouping in divided if grouping.name not in PLACES]
    over = {name for (name, _), group in rates.judged().items() if (group.ratio or 0.0) > rates.bound}
    found_causes = causes(facts, bundle, answers.answer, [grouping for grouping in judged if grouping.name in over])
    found_causes = tuple(one for one in found_causes if (rates.by[one.grouping][one.group].ratio or 0.0) > rates.bound)
    say("stand-ins among the features", 0.0)
    proxies = (
        proxy_scan(
            facts, bundle, judged, people=people, villages=villages, seed=int(policy["learning.seed"]),
            people_at_least=int(policy["groups.people_at_least"]),
        )
        if asked.proxies
        else ()
    )  # fmt: skip
    days = [local(int(at), ledger.utc_offset).date().isoformat() for at in (payments.at.min(), payments.at.max())]
    report = GroupReport(
        days[0], days[1], bundle.version, rates, answers.notes, found_causes, proxies,
        _swaps(ledger, bundle, policy, payments, say) if asked.swaps else (),
    )  # fmt: skip
    if asked.matches is not None:
        report = replace(report, links=_links(ledger, asked.matches, asked.matches_truth, as_of_us))
    if asked.parity:
        say("price of parity", 0.0)
        return _with_parity(report, ledger, bundle, policy, payments, facts, answers.answer, judged, as_of_us)
    return report


def _links(ledger: Ledger, matches: Path, truth: Path | None, as_of_us: int) -> tuple[LinkRates, ...]:
    """Link rates of a file of matches. Raises UnusableDataError where a file lacks what it needs."""
    import pyarrow.parquet as pq

    from models.evaluation.groups.link_rates import link_rates
    from service.work.keep_matches import read_matches

    if not ledger.has("department_rows"):
        raise UnusableDataError("department_rows was not handed over", "未提供 department_rows")
    known = None
    try:
        if truth is not None:
            table = pq.read_table(truth, columns=["row_id", "person_id"])
            known = dict(zip(table.column("row_id").to_pylist(), table.column("person_id").to_pylist(), strict=True))
        return link_rates(ledger, read_matches(matches), as_of_us, known)
    except (OSError, ValueError, KeyError) as error:
        name = truth.name if truth is not None else matches.name
        raise UnusableDataError(
            f"{name}: expected columns row_id and person_id, with every row of department_rows",
            f"{name}：应有 row_id、person_id 两列，并包含 department_rows 的每一行",
        ) from error


def write_reports(report: GroupReport, out: Path, public_count_at_least: int) -> list[Path]:
    """The full report and the public one as HTML, Markdown and JSON in a folder; returns the files."""
    from models.fairness.report import public

    out.mkdir(parents=True, exist_ok=True)
    written = []
    for stem, one in ((FULL, report), (PUBLIC, public(report, public_count_at_least))):
        for ending, text in ((".html", one.to_html()), (".md", one.to_markdown()), (".json", one.to_json())):
            path = out / f"{stem}{ending}"
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


@dataclass(frozen=True, slots=True)
class _Answers:
    """What is known of each payment (1 irregular, 0 honest, else not), what it stands for, and from where."""

    answer: NDArray[Any]
    source: Source
    weight: NDArray[Any] | None = None
    notes: tuple[str, ...] = ()


def _answers(
    ledger: Ledger,
    payments: Payments,
    facts: Facts,
    bundle: Bundle,
    policy: Policy,
    as_of_us: int,
    truth: pa.Table | None,
) -> _Answers:
    """Truth where given; else the random sample, weighted, where it is large enough; else whatever was looked at."""
    import numpy as np

    from models.evaluation.columns import FileError
    from models.evaluation.judged import truth_of
    from models.evaluation.weighting import random_sample_weights
    from models.scoring.combine import judge
    from models.training.labels import labels_at

    if truth is not None:
        try:
            known = truth_of(ledger, truth)
        except FileError as error:
            raise UnusableDataError(str(error), in_chinese(str(error))) from error
        # Truth holds the first version of each payment; a payment is the same payment in every version.
        table = ledger.tables["disbursements"]
        irregular = np.zeros(len(ledger.vocabulary("disbursement")), dtype=np.int8)
        irregular[table.codes("disbursement_id")[known.row]] = known.irregular
        return _Answers(irregular[table.codes("disbursement_id")[payments.rows]], "truth")
    labels = labels_at(ledger, payments.rows, as_of_us)
    answer = np.where(labels.usable, labels.outcome, -1).astype(np.int8)
    drawn = labels.at_random & labels.usable
    looked_at = f"{int(labels.usable.sum()):,} payments with a finding, {int(drawn.sum()):,} of them drawn at random."
    if int(drawn.sum()) < policy["groups.rows_at_least"]:
        return _Answers(
            answer, "looked at", None,
            (looked_at, "Findings are selected: rates speak of payments somebody looked at, and of no others."),
        )  # fmt: skip
    program = ledger.tables["disbursements"].codes("program_id")[payments.rows].astype(np.int64)
    weights = random_sample_weights(program, judge(facts, bundle).probability, drawn, labels.propensity)
    note = f"{looked_at} The random ones are weighted to stand for all; {weights.uncovered:,} payments are not covered."
    return _Answers(np.where(drawn, answer, -1).astype(np.int8), "random sample", weights.weight, (note,))


def _swaps(ledger: Ledger, bundle: Bundle, policy: Policy, payments: Payments, say: StepProgress) -> tuple[Swap, ...]:
    """Score the same payments with sex, surnames and phones changed, all in memory: nothing is written."""
    import numpy as np
    import pyarrow as pa

    from features.asof import Ledger
    from models.fairness.causes import line_of
    from models.fairness.swap import compared, swap_sex, swap_surnames, without_phones
    from models.scoring.combine import judge
    from models.scoring.facts import gather

    tables = {
        name: pa.table({c.name: table.raw(c.name) for c in table.schema.columns if table.has(c.name)})
        for name, table in ledger.tables.items()
    }
    wanted = ledger.tables["disbursements"].arrow("disbursement_id").take(payments.rows).to_pylist()

    def scores(under: Ledger) -> dict[str, float]:
        table = under.tables["disbursements"]
        place: dict[tuple[str, int], int] = {}
        for row, one in enumerate(table.arrow("disbursement_id").to_pylist()):
            place.setdefault((one, int(table.known_at[row])), row)
        rows = np.array([place[key] for key in zip(wanted, payments.at.tolist(), strict=True)], dtype=np.int64)
        found = judge(gather(under, rows, policy, at_us=payments.at), bundle).probability
        return dict(zip(wanted, found.tolist(), strict=True))

    hours = ledger.utc_offset / 3_600_000_000
    before = scores(Ledger(tables, utc_offset_hours=hours))
    out = []
    for name, change in (("sex", swap_sex), ("surname", swap_surnames), ("own phone taken away", without_phones)):
        say(f"swap: {name}", 0.0)
        changed = Ledger(change(tables), utc_offset_hours=hours)
        out.append(compared(name, before, scores(changed), line_of(bundle)))
    return tuple(out)


def _with_parity(
    report: GroupReport,
    ledger: Ledger,
    bundle: Bundle,
    policy: Policy,
    payments: Payments,
    facts: Facts,
    answer: NDArray[Any],
    judged: list[Grouping],
    as_of_us: int,
) -> GroupReport:
    """The report with the price of parity for every grouping of two, learned from payments before the window."""
    import numpy as np

    from models.evaluation.groups import groupings
    from models.fairness.causes import flagged_by
    from models.fairness.parity import Side, compare_parity
    from models.scoring._workers import usable_workers
    from models.scoring.facts import gather
    from models.training.labels import labels_at
    from models.training.train import reference_rows

    rows = reference_rows(ledger, int(payments.at.min()))
    known_at = ledger.tables["disbursements"].known_at[rows]
    earlier = gather(ledger, rows, policy, workers=usable_workers())
    labels = labels_at(ledger, rows, as_of_us)
    known = np.where(labels.usable, labels.outcome, -1).astype(np.int8)
    before = {one.name: one for one in groupings(ledger, rows, known_at)}
    people = ledger.tables["disbursements"].codes("person_id").astype(np.int64)
    capacity = max(1, int(flagged_by(facts, bundle).sum()))
    found = []
    for grouping in judged:
        if len(grouping.labels) == 2 and grouping.of == "people" and grouping.name in before:
            sides = (
                Side(earlier, known, before[grouping.name], people[rows]),
                Side(facts, answer.astype(np.int8), grouping, people[payments.rows]),
            )
            try:
                seed = int(policy["learning.seed"])
                found.append(compare_parity(*sides, bundle, policy.values, capacity=capacity, seed=seed))
            except ValueError as error:
                return replace(report, notes=(*report.notes, str(error)))
    return replace(report, parity=tuple(found))
