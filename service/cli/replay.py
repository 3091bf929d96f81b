"""`mingbai replay`: what a change of rules or thresholds would have done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, table, working
from service.cli._light import leave_pandas_out
from service.cli._options import HOME, Data, Home, Json, Model, PolicyFile
from service.cli._told import tell_load

if TYPE_CHECKING:
    from models.replay.findings import Found
    from models.replay.load import Both
    from models.replay.replayed import QueueReplay, Replayed, RuleReplay

SHOWN = 30


def replay(
    data: Data,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="CODE", help="Replay this rule or typology; may be given several times."),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option("--drop", metavar="CODE", help="Replay as if this live rule or typology were taken out."),
    ] = None,
    policy: PolicyFile = None,
    base: Annotated[
        Path | None,
        typer.Option("--base-policy", metavar="FILE", help="The policy in force now. Default: as shipped."),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="D1", help="First local day of submission.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="D2", help="Last local day, included.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="T", help="Only findings and payments known by T count. Default: all."),
    ] = None,
    days_after: Annotated[
        float, typer.Option(metavar="DAYS", min=0, help="Look this long after submission: for rules about withdrawals.")
    ] = 0.0,
    queue: Annotated[bool, typer.Option("--queue/--rules-only", help="Replay the queue with the model too.")] = True,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Truth of an invented county, for look-alikes."),
    ] = None,
    json: Json = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write rows gained and lost, .parquet or .csv.")
    ] = None,
    model: Model = None,
    home: Home = HOME,
) -> None:
    """Replay rules over the history as they would have run then, before and after a change. 规则重放。

    Every payment is looked at as of its own submission. Without --rule the rules are replayed whose settings differ
    between --base-policy and --policy; where none differ, all of them. A rule that is not live (draft, shadow) counts
    only after the change and is weighed by how often it fires; live ones keep their weight. Nothing is put on record.

    \b
    Examples:
      mingbai replay county/ --policy stricter.toml --json replay.json --out changed.csv
      mingbai replay county/ --rule T05 --from 2019-01-01 --to 2019-06-30
      mingbai replay county/ --rule T01.new_rule --json replay.json   (evidence for mingbai rules move)

    --out holds ids of payments: keep it as you keep the data.
    """
    leave_pandas_out()
    from service.work.choose_model import check_model, choose_model
    from service.work.moments import day_of, moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.replay_rules import replay_rules, truth_from
    from service.work.write_table import check_ending, write_table

    if out is not None:
        check_ending(out)
    after = read_policy(policy)
    before = read_policy(base) if base is not None or policy is not None else after
    days = day_of(first) if first else None, day_of(last) if last else None
    as_of_us = moment_of(as_of, after.utc_offset_hours) if as_of else None
    known = truth_from(truth)
    if queue:
        check_model(model)
    with working() as step:
        opened = open_data(data, home, after, loading(step))
        chosen = choose_model(model, opened.ledger) if queue else None
        found = replay_rules(
            opened, before, after, only=rule or None, drop=drop or (), first=days[0], last=days[1], as_of_us=as_of_us,
            days_after=days_after, truth=known, bundle=chosen.bundle if chosen else None, progress=step,
        )  # fmt: skip
    tell_load(opened.report)
    if json is not None:
        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(found.to_json() + "\n", encoding="utf-8")
    if out is not None:
        changed = found.changes()
        written = write_table([changed], changed.schema, out)
        say(f"{written.rows:,} rows gained, lost or moved; written to {out}")
    show(found)


def show(found: Replayed) -> None:
    """The replay on stdout: rules, queue, desks."""
    when = f", {found.days_after:g} days after submission" if found.days_after else ""
    say(
        f"{found.payments:,} payments submitted {found.first} to {found.last}{when}; findings known by "
        f"{found.as_of[:10]}; policy {found.policy_before} to {found.policy_after}; replay {found.fingerprint}"
    )
    rows = [_rule(rule) for rule in found.rules]
    heads: tuple[str, ...] = (
        "rule",
        "change",
        "before",
        "after",
        "gained",
        "lost",
        "explained",
        "precision after",
        "at random",
    )
    if any(rule.true for rule in found.rules):
        heads = (*heads, "irregular", "look-alikes")
    table("Hits of rules, payments", heads, rows, left=2)
    for rule in found.rules:
        if rule.missing:
            say(f"{rule.code} is off: not shared: {', '.join(rule.missing)}")
        for name, (old, new) in rule.settings.items():
            if old != new:
                say(f"{rule.code}: {name} {old:g} -> {new:g}")
    _desks(found)
    if found.queue is not None:
        _queue(found.queue)


def _rule(rule: RuleReplay) -> tuple[str, ...]:
    after = rule.found["after"]
    cells: tuple[str, ...] = (
        rule.code, rule.kind, f"{rule.hits.before:,}", f"{rule.hits.after:,}", f"+{rule.gained:,}", f"-{rule.lost:,}",
        f"{rule.explained.after:,}", _precision(after), _counts(after),
    )  # fmt: skip
    if rule.true:
        true = rule.true["after"]
        kinds = ", ".join(f"{code} {count}" for code, count in true.look_alikes.items()) or "0"
        cells = (*cells, f"{true.irregular:,} of {true.known:,}", kinds)
    return cells


def _capacity(both: Both) -> str:
    return f"{both.after}" if both.before == both.after else f"{both.before} to {both.after}"


def _precision(found: Found) -> str:
    counts = found.all
    if counts.precision is None or counts.interval is None:
        return f"nobody looked ({counts.errors} errors)" if counts.errors else "nobody looked"
    low, high = counts.interval
    looked = counts.confirmed + counts.cleared
    errors = f", {counts.errors} errors" if counts.errors else ""
    return f"{counts.precision:.2f} ({low:.2f}-{high:.2f}) of {looked}{errors}"


def _counts(found: Found) -> str:
    counts = found.at_random
    return f"{counts.confirmed} of {counts.confirmed + counts.cleared}"


def _desks(found: Replayed) -> None:
    """Payments with a hit of the replayed rules, by desk: all, and the fullest month."""
    months: dict[str, list[tuple[str, Both]]] = {}
    for key, both in found.desk_hits.items():
        desk, _, month = key.partition("/")
        months.setdefault(desk, []).append((month, both))
    rows = []
    for desk, counts in months.items():
        month, most = max(counts, key=lambda pair: max(pair[1].before, pair[1].after))
        total = [sum(getattr(both, side) for _, both in counts) for side in ("before", "after")]
        rows.append((desk, f"{total[0]:,}", f"{total[1]:,}", month, f"{most.before:,}", f"{most.after:,}"))
    table("Payments with a hit, by desk", ("desk", "before", "after", "fullest month", "before", "after"), rows)


def _queue(queue: QueueReplay) -> None:
    rows = [(word, f"{both.before:,}", f"{both.after:,}") for word, both in queue.recommendations.items()]
    title = (
        f"Queue with model {queue.model}: {queue.gained:,} alerts gained, {queue.lost:,} lost, {queue.moved:,} moved"
    )
    table(title, ("recommendation", "before", "after"), rows)
    if queue.lines[0] != queue.lines[1]:
        old, new = queue.lines
        say(f"review from {old.review:.3f} to {new.review:.3f}, verify from {old.verify:.3f} to {new.verify:.3f}")
    for name in ("gained", "lost"):
        say(f"alerts {name}: precision {_precision(queue.found[name])}, at random {_counts(queue.found[name])}")
    for weight in queue.weights:
        worth = "muted" if weight.muted else f"weight {weight.weight:.2f}"
        say(f"{weight.code} would be worth: expected precision {weight.expected_precision:.3f}, {worth}")
    desks: dict[str, list[str]] = {}
    for desk, over in queue.over_capacity.items():
        mine = [m for m in queue.load if m.desk == desk]
        most = max(mine, key=lambda m: max(m.cases.before, m.cases.after))
        desks[desk] = [
            f"{sum(m.cases.before for m in mine):,}", f"{sum(m.cases.after for m in mine):,}", _capacity(most.capacity),
            most.month, f"{most.cases.before}", f"{most.cases.after}", f"{over.before}", f"{over.after}",
        ]  # fmt: skip
    heads = (
        "desk",
        "cases before",
        "after",
        "capacity a queue",
        "fullest month",
        "before",
        "after",
        "months over",
        "then",
    )
    table("Cases against capacity, one queue a month", heads, [(desk, *cells) for desk, cells in desks.items()])
    places = [(name, f"{both.before:,}", f"{both.after:,}") for name, both in queue.counties.items()]
    table("Alerts by county", ("county", "before", "after"), places[:SHOWN])
