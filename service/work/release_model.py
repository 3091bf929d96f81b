"""Compare a challenger with the champion, propose and approve its release, go back, and look at the record."""

from __future__ import annotations

import datetime as dt
import getpass
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.choose_model import PRIOR, bundle_with_states, findings_of, lineage_of
from service.work.errors import WrongUsageError
from service.work.in_chinese import in_chinese
from service.work.moments import local
from service.work.open_data import OpenData

if TYPE_CHECKING:
    from models.evaluation.over_time.answers import Answers
    from models.registry import Book
    from models.release.doors import Decision
    from models.release.gate import GateReport
    from models.release.period import Period
    from models.scoring.bundle import Bundle
    from models.scoring.policy import Policy

StepProgress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """The gate's report and its page in Markdown."""

    report: GateReport
    markdown: str


def compare_models(
    data: OpenData,
    number: str,
    policy: Policy,
    until_us: int | None = None,
    progress: StepProgress | None = None,
    *,
    minority: tuple[str, ...] = (),
) -> Compared:
    """Put a model through the gate against the champion of its county, by what was known at the moment (default: all).

    `minority` are prefixes of the division codes of minority counties. The report is kept in the record and on the
    model's run in MLflow. Raises WrongUsageError where the model is not on
    record, is the champion itself, or belongs to another county's data.
    """
    from models.registry import RegistryError, read_book
    from models.release import gate
    from models.release.doors import named
    from models.release.report import markdown
    from models.release.shadow import read_shadow
    from models.scoring.provenance import definitions
    from service.work.reproduce_scores import keep_sources

    say = progress or (lambda _text, _share: None)
    ledger = data.ledger
    try:
        book = read_book()
        champion_number = _champion_beside(book, number, lineage_of(ledger))
        champion, challenger = _bundle(book, champion_number), _bundle(book, number)
        names = named(book, champion_number), named(book, number)
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error
    until = _last_known(data) if until_us is None else until_us
    shadow = read_shadow(data.report.store, champion_number, number)
    period = gate.period_of(ledger, shadow, champion, challenger, until)
    say("judging the same payments by both", 0.0)
    answers = _answers(data, period, until)
    items, counts, changes = gate.compare(ledger, champion, challenger, policy, period, answers, minority=minority)
    keep_sources(champion, policy)
    code = definitions()
    ends = (int(period.at.min()), int(period.at.max())) if len(period.at) else ()
    days = [local(at, ledger.utc_offset).date().isoformat() for at in ends] or ["", ""]
    report = gate.GateReport(
        lineage=book.versions[number].lineage,
        champion=names[0],
        challenger=names[1],
        at=now().isoformat(timespec="seconds"),
        until=local(until, ledger.utc_offset).isoformat(timespec="seconds"),
        source=period.source,
        first=days[0],
        last=days[1],
        counts=counts,
        findings=gate.Findings(*findings_of(ledger, until)),
        policy=policy.version,
        features=code.features,
        rules=code.rules,
        items=items,
        changes=changes,
    )
    page = markdown(report)
    gate.save(report, page)
    say("putting the report on record", 0.0)
    _log(number, report, page)
    return Compared(report, page)


def propose_release(number: str, by: str, why: str, accept: tuple[str, ...]) -> GateReport:
    """Propose a release. Raises WrongUsageError where it is refused, saying why."""
    from models.registry import RegistryError
    from models.release.doors import propose

    try:
        return propose(number, _decision(by, why, accept))
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def approve_release(number: str, by: str, why: str, accept: tuple[str, ...]) -> GateReport:
    """Approve a release somebody else proposed. Raises WrongUsageError where it is refused, saying why."""
    from models.registry import RegistryError
    from models.release.doors import approve

    try:
        return approve(number, _decision(by, why, accept))
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def go_back(by: str, why: str, lineage: str | None) -> str:
    """Go back to the champion before; returns its number. Raises WrongUsageError where there is none."""
    from models.registry import RegistryError
    from models.release.doors import roll_back

    try:
        return roll_back(_decision(by, why, ()), lineage)
    except RegistryError as error:
        raise WrongUsageError(str(error), in_chinese(str(error))) from error


def verify_record(*, mend: bool) -> list[str]:
    """What is wrong with the record of releases; with `mend` pointer and aliases are first made to follow the book."""
    from models.registry import RegistryError, read_book
    from models.registry._place import alone
    from models.registry._tracking import follow
    from models.release.verify import verify

    try:
        if mend and read_book().standings:
            with alone():
                follow()
    except RegistryError as error:
        return [str(error)]
    return verify()


def now() -> dt.datetime:
    """The moment a person decides. Models are handed it."""
    return dt.datetime.now(dt.UTC)


def _champion_beside(book: Book, number: str, lineage: str | None) -> str:
    if number not in book.versions:
        raise WrongUsageError(
            f"no model {number} is on record; `mingbai models` lists them", f"记录中没有编号为 {number} 的模型"
        )
    own = book.versions[number].lineage
    if own != lineage:
        raise WrongUsageError(
            f"model {number} was trained on another county's payments than these", f"模型 {number} 属于其他县的数据"
        )
    champion = book.standings[own].champion
    if champion == number:
        raise WrongUsageError(f"model {number} is in force: there is nothing to compare", f"模型 {number} 已在用")
    return champion


def _bundle(book: Book, number: str) -> Bundle:
    return bundle_with_states(None if number == PRIOR else book.bundle_path(number))


def _answers(data: OpenData, period: Period, until_us: int) -> Answers:
    from models.evaluation.over_time.answers import answers_of
    from models.training.labels import labels_at

    return answers_of(labels_at(data.ledger, period.rows, until_us))


def _last_known(data: OpenData) -> int:
    """The last moment anything of payments or findings became known."""
    tables = [data.ledger.tables[name] for name in ("disbursements", "dispositions") if name in data.ledger.tables]
    return max(int(table.known_at.max()) for table in tables if table.rows)


def _log(number: str, report: GateReport, page: str) -> None:
    from models.registry._tracking import log_report

    with tempfile.TemporaryDirectory(prefix="mingbai-") as folder:
        (Path(folder) / "gate.json").write_text(report.to_json(), encoding="utf-8")
        (Path(folder) / "gate.md").write_text(page, encoding="utf-8")
        place = f"gate/{report.digest[:16]}"
        log_report(number, Path(folder), place, {"gate": report.said, "gate_report": report.digest})


def _decision(by: str, why: str, accept: tuple[str, ...]) -> Decision:
    from models.release.doors import Decision

    return Decision(by, why, now(), _login(), accept)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # An account without a name.
        return ""
