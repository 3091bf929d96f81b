"""`mingbai cases`: the ranked queue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, masked, say, stdout, under, working
from service.cli._light import leave_pandas_out
from service.cli._options import HOME, AsOf, Data, Home, Model, PolicyFile
from service.cli._told import tell_load, tell_model

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 10
# A division's code is public; a card's, a phone's or a person's number is not for a screen.
SHOWN_WHOLE = frozenset({"village", "run"})


def cases(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Cases, .parquet or .csv.")],
    window: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, help="Payments submitted in this many days before T.")
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", exists=True, dir_okay=False, help="Scores written earlier, instead of scoring a window."
        ),
    ] = None,
    model: Model = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Group alerts into cases by what explains most of them, and rank them for three desks. 核查清单。

    Scores the window after payment as of T, unless --scores gives scores made before payment. Cases are ranked by the
    loss expected if nobody looks, within each desk's capacity (policy). A share of places is a stratified random
    sample with its propensity written down, a smaller one goes to payments the model knows least about. What was
    offered is kept beside the loaded data, so that trainings to come can tell how findings were chosen.

    \b
    Examples:
      mingbai cases county/ --as-of 2020-01-01 --window 184 --out cases.parquet
      mingbai cases county/ --as-of 2019-08-01 --scores scores.parquet --out queue.csv

    Columns are those of "cases" in docs/data-contract.md. The first cases are printed.
    """
    leave_pandas_out()
    from models.scoring.cases import SCHEMA
    from service.work.build_queue import build_queue, read_scores
    from service.work.choose_model import check_model, choose_model
    from service.work.errors import WrongUsageError
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.score_payments import payments_before, score_in_memory
    from service.work.write_table import check_ending, write_table

    if (window is None) == (scores is None):
        raise WrongUsageError("give either --window DAYS or --scores FILE", "--window 与 --scores 请二选一")
    check_ending(out)
    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    given = read_scores(scores) if scores is not None else None
    check_model(model)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        chosen = choose_model(model, opened.ledger) if given is None else None
        if given is None and chosen is not None:
            payments = payments_before(opened.ledger, as_of_us, window or 0)
            step("scoring", 0.0)
            given = score_in_memory(opened.ledger, chosen.bundle, rules, payments, under(step, "scoring"))
        assert given is not None  # noqa: S101 - one of the two was given
        step("building cases", 0.0)
        bundle = chosen.bundle if chosen is not None else None
        queue = build_queue(opened.ledger, given, as_of_us, rules, bundle=bundle, store=opened.report.store)
    written = write_table([queue], SCHEMA, out)
    tell_load(opened.report)
    if chosen is not None:
        tell_model(chosen, opened.ledger, 2**62)
    say(f"{written.rows:,} cases from {given.num_rows:,} scored payments; written to {out}")
    print_cases(queue, SHOWN)


def print_cases(queue: pa.Table, count: int) -> None:
    """The first cases on stdout: a line each, and under it what it says in both languages; long numbers are cut."""
    first = queue.slice(0, count).to_pylist()
    out = stdout()
    out.print(f"First {len(first)} of {queue.num_rows} cases 核查清单")
    for case in first:
        role = case["suspect_role"] or "-"
        hub = case["hub_id"] if case["hub_kind"] in SHOWN_WHOLE else masked(case["hub_id"])
        out.print(
            f"{case['rank']:>4}  {case['desk']:<10}  {case['hub_kind']} {hub}  {case['typology'] or '-'}  "
            f"role {role}  score {case['score']:.2f}  expected loss {case['expected_loss']:,.0f} yuan"
        )
        out.print(f"      {case['summary_en']}")
        out.print(f"      {case['summary_zh']}")
