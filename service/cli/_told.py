"""What is said of data and models before they are used, on stderr."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from service.cli._console import say

if TYPE_CHECKING:
    from features.asof import Ledger
    from features.intake import IntakeReport
    from service.work.choose_model import Chosen

WORDS = {
    "asked": "the model asked for",
    "champion": "the champion on record",
    "stranger": "the model shipped with mingbai: models are on record, but of other counties' payments than these "
    "(`mingbai train` makes one, `--model NUMBER` takes one all the same)",
    "went_back": "the model shipped with mingbai, to which people went back (`mingbai models` says who and why)",
    "prior": "the model shipped with mingbai, which has seen nothing of this county (`mingbai train` makes one)",
}


def tell_load(report: IntakeReport) -> None:
    """Rows accepted and quarantined, tables that are missing."""
    say(f"{report.rows_in:,} rows: {report.accepted:,} accepted, {report.quarantined:,} quarantined")
    if report.missing_tables:
        say(f"not shared: {', '.join(report.missing_tables)}")


def tell_model(chosen: Chosen, ledger: Ledger, first_us: int) -> None:
    """Which model scores and why, its notes, the rules that are off, and whether it knows more than it should."""
    bundle = chosen.bundle
    say(f"model {bundle.version}: {WORDS[chosen.origin]}")
    for note in bundle.notes:
        say(f"  {note}")
    if chosen.challenger is not None:
        say(f"  model {chosen.challenger.bundle.version}, number {chosen.challenger.number}, is its challenger")
    if chosen.origin in ("asked", "champion") and _micros(bundle.as_of) > first_us:
        say(
            f"  note: it was trained as of {bundle.as_of}, later than the first payment scored here: it may have "
            "learnt from findings on these very payments, so these scores say nothing about its quality"
        )
    if chosen.outdated:
        say("  note: features or rules are defined otherwise since it was trained: train again, compare, release")
    if bundle.silent:
        shown = ", ".join(list(bundle.silent)[:5])
        say(f"{len(bundle.silent)} rules are not live and weigh nothing (`mingbai rules states`): {shown}")
    tell_rules_off(ledger)


def tell_rules_off(ledger: Ledger) -> None:
    """How many rules cannot run on what was shared, by what they miss."""
    import numpy as np

    from features.asof import View
    from features.contract import DERIVED
    from models.rules.catalogue import all_rules
    from models.scoring.facts import switched_off

    off = switched_off(View.before_payment(ledger, np.empty(0, dtype=np.int64)))
    if not off:
        return
    waiting = {code for code, needs in off.items() if all(need.partition(".")[0] in DERIVED for need in needs)}
    missed: dict[str, int] = {}
    for code, needs in off.items():
        for need in needs if code not in waiting else ():
            missed[need] = missed.get(need, 0) + 1
    if missed:
        why = ", ".join(f"{need} ({count})" for need, count in sorted(missed.items()))
        say(f"{len(off) - len(waiting)} of {len(all_rules())} rules are off for what was not shared: {why}")
    if waiting:
        say(f"{len(waiting)} rules wait for departments' lists to be matched: `mingbai match`")


def _micros(text: str) -> int:
    """A model's moment in microseconds UTC; the beginning of time where it has none."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return -(2**62)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (moment.replace(tzinfo=moment.tzinfo or dt.UTC) - epoch) // dt.timedelta(microseconds=1)
