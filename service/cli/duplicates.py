"""`mingbai duplicates`: two entries of one person in the register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._options import HOME, AsOf, Data, Home, PolicyFile
from service.cli._told import tell_load

if TYPE_CHECKING:
    import pyarrow as pa


def duplicates(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Pairs of entries, .parquet or .csv.")],
    households: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also households that hold the same people.")
    ] = None,
    clear: Annotated[
        str | None, typer.Option("--clear", metavar="PAIR_ID", help="First record that this pair is two people.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who clears it.")] = "",
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; write no name or number of a person.")] = "",
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Find people who stand on the register twice, and numbers that are paid and are a slip of somebody's. 重复登记。

    Old and new numbers, slips, a second number in the household, people moved or entered elsewhere. Every pair has
    log-odds and says field by field why. Pairs stay pairs: where a third entry would join two people who are not alike,
    all are `unsure`. Nothing is merged. A cleared pair stays cleared until one of its entries changes.

    \b
    Examples:
      mingbai duplicates county/ --as-of 2019-07-01 --out pairs.csv --households households.csv
      mingbai duplicates county/ --as-of 2019-07-01 --out pairs.csv --clear 0123456789abcdef --by lin --why "twins"

    The columns are in docs/cards.md. Counts are printed.
    """
    from service.work.find_duplicates import Clearing, clear_pair, find_duplicates, record_of
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.write_table import check_ending, write_table

    check_ending(out)
    if households is not None:
        check_ending(households)
    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        record = record_of(home, opened.report.store)
        if clear is not None:
            clear_pair(opened, as_of_us, record, Clearing(clear, by, why), dt.datetime.now(dt.UTC))
        found = find_duplicates(opened, as_of_us, record, step)
    tell_load(opened.report)
    for made, path in ((found.pairs, out), (found.households, households)):
        if path is not None:
            say(f"{write_table([made], made.schema, path).rows:,} pairs written to {path}")
    say(f"{found.found.entries:,} entries, {found.found.compared:,} pairs compared, {found.found.cleared:,} cleared")
    _show(found.pairs)


def _show(pairs: pa.Table) -> None:
    """Counts by kind on stdout."""
    counted: dict[tuple[str, str], int] = {}
    for row in pairs.select(["kind", "decision"]).to_pylist():
        counted[row["kind"], row["decision"]] = counted.get((row["kind"], row["decision"]), 0) + 1
    kinds = ("old_form", "slip", "household", "moved", "elsewhere")
    rows = [(kind, *(f"{counted.get((kind, word), 0):,}" for word in ("same", "unsure"))) for kind in kinds]
    table("Two entries of one person 疑似重复登记", ("how", "same", "unsure"), rows)
