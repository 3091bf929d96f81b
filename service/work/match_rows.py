"""Find who is meant by departments' lists, or match any two lists; take links back; learn from a review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from service.work.errors import UnusableDataError, WrongUsageError
from service.work.moments import moment_of

if TYPE_CHECKING:
    import pyarrow as pa

    from features.intake import IntakeReport
    from features.matching.link import Comparer, Links, Lists
    from features.matching.review import Line
    from features.matching.spec import Spec
    from features.matching.undone import Memory

StepProgress = Callable[[str, float], None]
LoadProgress = Callable[[str, int, int], None]
EVERYTHING = 2**62
"""A moment after every record, microseconds UTC."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Two lists ready to be matched, what is compared, and where links taken back are recorded."""

    lists: Lists
    spec: Spec
    record: Path
    memory: Memory


def county_lists(
    data: Path, home: Path, policy: Path | None, as_of: str | None, progress: LoadProgress | None = None
) -> tuple[Asked, IntakeReport]:
    """The lists of a county as known at T (everything where no T is given), and how it was loaded.

    Raises UnusableDataError where there are no department rows or persons, WrongUsageError for policy and moment.
    """
    from features.asof import Ledger
    from features.matching import register
    from features.matching.link import Lists
    from service.work.open_data import load_data
    from service.work.read_policy import read_policy

    rules, spec = read_policy(policy), read_spec(policy)
    at_us = EVERYTHING if as_of is None else moment_of(as_of, rules.utc_offset_hours)
    report = load_data(data, home, progress)
    ledger = Ledger.open(report.store, utc_offset_hours=rules.utc_offset_hours)
    try:
        lists = Lists(
            register.department_rows(ledger, at_us), register.persons(ledger, at_us), register.divisions(ledger)
        )
    except register.NoListError as error:
        raise UnusableDataError(f"{data}: {error}", f"{data}：没有可匹配的部门名单或人员登记") from error
    return _asked(lists, spec, home / "matching" / f"{report.store.name}.jsonl"), report


def two_lists(left: Path, right: Path, policy: Path | None, home: Path) -> Asked:
    """Any two lists that a policy file describes. Raises UnusableDataError, WrongUsageError."""
    from features.matching.link import Lists
    from features.matching.lists import ListError, check_columns, read_list

    if policy is None:
        raise WrongUsageError(
            "--left and --right need --policy: a file whose [matching.fields] say what is compared (docs/matching.md)",
            "使用 --left 和 --right 时须用 --policy 指定比较字段",
        )
    spec = read_spec(policy)
    try:
        rows, persons = read_list(left), read_list(right)
        check_columns(spec, rows, persons)
    except ListError as error:
        raise UnusableDataError(str(error), "名单无法读取，或缺少比对所需的列。") from error
    return _asked(Lists(rows, persons), spec, home / "matching" / f"{left.stem}-{right.stem}.jsonl")


def read_spec(policy: Path | None) -> Spec:
    """What is compared: the shipped spec, changed by a policy file. Raises WrongUsageError naming the key."""
    from features.matching.spec import SpecError, load_spec

    try:
        return load_spec(policy)
    except SpecError as error:
        raise WrongUsageError(str(error), "比对参数文件有误。") from error


def _asked(lists: Lists, spec: Spec, record: Path) -> Asked:
    from features.matching.undone import RecordError, read

    try:
        return Asked(lists, spec, record, read(record))
    except RecordError as error:
        raise WrongUsageError(str(error), "以往比对结论的记录无法读取。") from error


def match(
    asked: Asked, progress: StepProgress | None = None, *, backend: str = "duckdb", rows: frozenset[str] = frozenset()
) -> Links:
    """Match the lists; `rows` are those whose fingerprints are wanted. Raises UnusableDataError, WrongUsageError."""
    from features.matching.blocking import BlockError
    from features.matching.link import link
    from features.matching.store import DuplicateIdError

    try:
        with _comparer(backend) as comparer:
            return link(
                asked.lists, asked.spec, memory=asked.memory, asked=rows, compare_with=comparer, progress=progress
            )
    except DuplicateIdError as error:
        raise UnusableDataError(str(error), "名单中有重复的行号。") from error
    except BlockError as error:
        raise WrongUsageError(str(error), "比对参数中的分组列不存在。") from error


@contextmanager
def _comparer(backend: str) -> Iterator[Comparer | None]:
    """Where pairs are compared: None for the database itself, or a Spark session that ends with the work."""
    if backend == "duckdb":
        yield None
    elif backend == "spark":
        from features.matching.spark import SparkComparer

        with SparkComparer() as comparer:
            yield comparer
    else:
        raise WrongUsageError(f"found backend {backend!r}, expected duckdb or spark", "计算方式应为 duckdb 或 spark。")


def take_back(asked: Asked, row_id: str, by: str | None, why: str | None, links: Links) -> Asked:
    """Record that a row's link was wrong; the lists with it kept out. `links` were matched with `rows={row_id}`.

    Raises WrongUsageError where the row has no link, or nobody or no reason is named.
    """
    from features.matching.undone import Cleared, Memory, append

    if not (by or "").strip() or not (why or "").strip():
        raise WrongUsageError("--undo needs --by (who takes the link back) and --why", "撤销匹配须注明 --by 和 --why")
    decisions = dict(zip(*(links.matches.column(c).to_pylist() for c in ("row_id", "decision")), strict=True))
    if decisions.get(row_id, "none") == "none" or row_id not in links.prints:
        raise WrongUsageError(f"row {row_id!r} has no link to take back", f"名单行 {row_id!r} 没有可撤销的匹配")
    _, left, right = links.prints[row_id]
    entry = Cleared(row_id, left, right, str(by), str(why), dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    append(asked.record, entry)
    return replace(asked, memory=Memory((*asked.memory.entries, entry)))


def sample_for_review(asked: Asked, links: Links, sample: int) -> pa.Table:
    """Pairs for people to look at, both records side by side."""
    from features.matching.review import draw

    return draw(links, asked.spec, asked.lists.left, asked.lists.right, sample)


def learn_line(asked: Asked, links: Links, review: Path) -> tuple[Links, Line | None]:
    """The decision line a review bears out, and the links decided by it where enough was looked at.

    Raises UnusableDataError for a review that cannot be read.
    """
    from features.matching.link import decided_by
    from features.matching.lists import ListError, read_list
    from features.matching.review import ReviewError, judge

    try:
        line = judge(links, read_list(review))
    except (ListError, ReviewError) as error:
        raise UnusableDataError(str(error), "复核结果文件无法读取，或与比对结果对不上。") from error
    if line is None or not line.enough:
        return links, line
    return decided_by(links, max(line.probability, 0.5), asked.spec.none_probability), line
