"""`mingbai score`: a score, a recommendation and reasons for every payment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, under, working
from service.cli._light import leave_pandas_out
from service.cli._options import HOME, Data, Home, Model, PolicyFile
from service.cli._told import tell_load, tell_model

if TYPE_CHECKING:
    from features.asof import Ledger
    from models.scoring.policy import Policy
    from service.work.choose_model import Chosen
    from service.work.open_data import OpenData
    from service.work.score_payments import Beside, Payments, Scored

FORMS = "give one of: --from D1 --to D2, --run RUN_ID, --as-of T --window DAYS, --like OLD_SCORES"


def score(
    data: Data,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Scores, .parquet or .csv.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="D1", help="First local day of submission, before payment.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="D2", help="Last local day, included.")] = None,
    run: Annotated[str | None, typer.Option(metavar="RUN_ID", help="One payment run, before payment.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="T", help="After payment: all that was known by T, a date (its start) or a moment."
        ),
    ] = None,
    window: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, help="Payments submitted in this many days before T.")
    ] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD_SCORES",
            exists=True,
            dir_okay=False,
            help="Make an old score file again: payments, moments, model, policy and rules are those it names.",
        ),
    ] = None,
    model: Model = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Score payments: probability, anomaly, recommendation, desk, reasons with evidence. 发放评分。

    Before payment every payment is scored as of its own submission: nothing recorded later is used, whenever the
    command runs. After payment all payments are scored as of T, with banks' answers and card activity known by then.

    \b
    Before payment:
      mingbai score county/ --from 2019-07-01 --to 2019-07-31 --out scores.parquet
      mingbai score county/ --run R2019-07-003 --out run.csv
    After payment:
      mingbai score county/ --as-of 2020-01-01 --window 184 --out scores.parquet
    An old file again, exit code 1 where anything differs:
      mingbai score county/ --like scores.parquet --out again.parquet

    Columns are those of "scores" in docs/data-contract.md. A recommendation is a question, never a stop.
    """
    leave_pandas_out()
    from service.work.choose_model import check_model, choose_model
    from service.work.errors import WrongUsageError
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.reproduce_scores import keep_sources
    from service.work.rule_life import keep_hits_beside
    from service.work.score_payments import score_to_file
    from service.work.write_table import check_ending

    given = (first is not None, last is not None, run is not None, as_of is not None, window is not None)
    if like is not None and not any(given):
        check_ending(out)
        _reproduce(data, like, out, model, policy, home)
        return
    if given not in {
        (True, True, False, False, False),
        (False, False, True, False, False),
        (False, False, False, True, True),
    } or (like is not None):
        raise WrongUsageError(FORMS, "请四选一：--from 与 --to，--run，--as-of 与 --window，--like")
    check_ending(out)
    rules = read_policy(policy)
    _check_days(first, last, as_of, rules)
    check_model(model)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        chosen = choose_model(model, opened.ledger)
        payments = _payments(opened.ledger, rules, first, last, run, as_of, window)
        started = time.perf_counter()
        step("scoring", 0.0)
        scored = score_to_file(
            opened.ledger, chosen.bundle, rules, payments, out, under(step, "scoring"), beside=_beside(chosen, opened)
        )
        seconds = time.perf_counter() - started
    hits = keep_hits_beside(opened, rules, payments)
    tell_load(opened.report)
    first_us = int(payments.at.min()) if len(payments) and as_of is None else 2**62
    tell_model(chosen, opened.ledger, first_us)
    try:
        keep_sources(chosen.bundle, rules)
    except OSError as error:
        say(f"the record of models may not be written ({error.strerror}): keep the policy, or these scores cannot be "
            "made again")  # fmt: skip
    if hits:
        say(f"{hits:,} hits of rules that are not live were kept beside the data (`mingbai rules review` reads them)")
    _tell(scored, seconds)


def _beside(chosen: Chosen, opened: OpenData) -> Beside | None:
    """The challenger to be scored in shadow, None where there is none or another model was asked for."""
    from service.work.score_payments import Beside

    if chosen.challenger is None:
        return None
    return Beside(opened.report.store, chosen.number, chosen.challenger.number, chosen.challenger.bundle)


def _reproduce(data: Path, like: Path, out: Path, model: str | None, policy: Path | None, home: Path) -> None:
    """Make an old file again and say whether it is the same. Raises typer.Exit with code 1 where it is not."""
    from features.asof import Ledger
    from service.work.errors import WrongUsageError
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.reproduce_scores import read_old, reproduce_scores

    if model is not None and not Path(model).is_dir():
        raise WrongUsageError(f"found no folder {model}, expected a model's folder", f"没有模型目录 {model}")
    given = read_policy(policy) if policy is not None else None
    old = read_old(like, model=Path(model) if model else None, policy=given)
    with working() as step:
        opened = open_data(data, home, read_policy(policy), loading(step))
        step("scoring again", 0.0)

        def ledger_of(rules: Policy) -> Ledger:
            return Ledger.open(opened.report.store, utc_offset_hours=rules.utc_offset_hours)

        found = reproduce_scores(old, ledger_of, out, under(step, "scoring again"))
    tell_load(opened.report)
    for text in old.sources:
        say(f"made by {text}")
    if found.gone:
        say(f"{found.gone:,} of {found.rows:,} payments are not in the data any more")
    for name, count in found.different.items():
        say(f"column {name}: {count:,} of {found.written.rows:,} values differ")
    if not found.equal:
        say(f"different: {like} is not what these data give now; what they give is in {out}")
        raise typer.Exit(1)
    say(f"equal: {found.rows:,} payments, every column; written to {out}")


def _check_days(first: str | None, last: str | None, as_of: str | None, rules: Policy) -> None:
    """Wrong dates are said before the data are loaded, not after."""
    from service.work.errors import WrongUsageError
    from service.work.moments import day_of, moment_of

    if first is not None and last is not None and day_of(last) < day_of(first):
        raise WrongUsageError(f"--to {last} is before --from {first}", f"--to {last} 早于 --from {first}")
    if as_of is not None:
        moment_of(as_of, rules.utc_offset_hours)


def _payments(
    ledger: Ledger,
    rules: Policy,
    first: str | None,
    last: str | None,
    run: str | None,
    as_of: str | None,
    window: int | None,
) -> Payments:
    from service.work.moments import day_of, moment_of
    from service.work.score_payments import payments_before, payments_between, payments_of_run

    if first is not None and last is not None:
        return payments_between(ledger, day_of(first), day_of(last))
    if run is not None:
        return payments_of_run(ledger, run)
    return payments_before(ledger, moment_of(as_of or "", rules.utc_offset_hours), window or 0)


def _tell(scored: Scored, seconds: float) -> None:
    written = scored.written
    if written.rows == 0:
        say("no payment was submitted in that range: the file has no rows")
    counts = ", ".join(f"{name} {scored.recommendations.get(name, 0):,}" for name in ("release", "verify", "review"))
    rate = f" ({written.rows / seconds:,.0f} a second)" if seconds > 0 and written.rows else ""
    say(f"{written.rows:,} payments scored in {seconds:.1f} s{rate}: {counts}; written to {written.path}")
    if scored.in_shadow:
        say(f"{scored.in_shadow:,} of them also by the challenger, in shadow: kept beside the data, not in this file")
    if written.formula_like:
        say(
            f"{written.formula_like:,} identifiers begin with = + - or @ and were left as they are: "
            "import the file as text, do not open it in a spreadsheet"
        )
