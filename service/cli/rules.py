"""`mingbai rules`: what the rules watch, one rule in full, and the life of rules in this deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.core import TyperGroup

from service.cli._console import loading, say, stdout, table, working
from service.cli._options import HOME, AsOf, Data, Home, PolicyFile
from service.cli._told import tell_load

if TYPE_CHECKING:
    from models.replay.beside import BesidePrecision
    from models.replay.overturned import Review
    from models.rules._rule import Rule

Wanted = Literal["draft", "shadow", "live", "retired"]


class _Rules(TyperGroup):
    """`mingbai rules T01` lists rules as it always did: what is no command is a code."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the command `show` before anything that is no command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


ABOUT = """List the rules, or show one in full; see and move their states. 规则目录与规则状态。

\b
Examples:
  mingbai rules
  mingbai rules T01
  mingbai rules T01.paid_after_death
  mingbai rules states
"""

app = typer.Typer(
    cls=_Rules,
    help=ABOUT,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command("show", short_help="List the rules, or show one in full (also: mingbai rules [CODE]). 规则目录")
def rules(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A rule's code, or a typology's to list its rules.")
    ] = None,
) -> None:
    """List the rules, or show one in full: condition, look-alikes, words, next steps. 规则目录。

    \b
    Examples:
      mingbai rules
      mingbai rules T01
      mingbai rules T01.paid_after_death
    """
    from models.rules.catalogue import all_rules
    from service.work.errors import WrongUsageError

    every = all_rules()
    found = [rule for rule in every if code is None or code in (rule.code, rule.typology)]
    if not found:
        raise WrongUsageError(
            f"found no rule or typology {code!r}; `mingbai rules` lists them", f"没有规则或手法类型 {code!r}"
        )
    if code == found[0].code:
        _show(found[0])
        return
    rows = [(rule.code, rule.severity, rule.desk, rule.suspect_role, *rule.title) for rule in found]
    table(f"{len(rows)} rules", ("code", "severity", "desk", "role", "title", "名称"), rows, left=6)


def _show(rule: Rule) -> None:
    from models.rules.catalogue import default_settings

    out = stdout()
    out.print(f"{rule.code}  {rule.title[0]}  {rule.title[1]}")
    out.print(f"severity {rule.severity}, desk {rule.desk}, role {rule.suspect_role}")
    out.print(f"fires when   {rule.when.text}")
    for look_alike in rule.unless:
        out.print(f"explained if {look_alike.condition.text}: {look_alike.en}  {look_alike.zh}")
    for name in rule.settings:
        out.print(f"setting      {name} = {default_settings()[name]:g}")
    out.print(f"says         {rule.because[0]}  {rule.because[1]}")
    out.print(f"blind to     {rule.blind_to}")
    if rule.authority:
        out.print(f"rests on     {rule.authority}")
    needs = dict.fromkeys(need for feature in rule.reads for need in feature.all_needs())
    out.print(f"needs        {', '.join(needs)}")
    out.print("next steps")
    for english, chinese in rule.next_steps:
        out.print(f"  - {english}  {chinese}")
    out.print("cases")
    for case in rule.cases:
        out.print(f"  - {case.expect.name.lower().replace('_', ' ')}: {case.situation}")


@app.command("states", short_help="States of rules in this deployment, and who moved them. 规则状态")
def states(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="Only this rule, with its whole life.")] = None,
) -> None:
    """Show which rules are draft, in shadow, suspended or retired; all others are live. 规则状态。

    \b
    Examples:
      mingbai rules states
      mingbai rules states T01.paid_after_death
    """
    from service.work.rule_life import lives

    found, entries = lives()
    if code is None:
        rows = [(name, standing.state, standing.why) for name, standing in sorted(found.standings.items())]
        table(f"{len(rows)} rules are not live; states {found.version}", ("rule", "state", "why"), rows, left=3)
    mine = [entry for entry in entries if code is None or entry.code == code]
    if code is not None:
        say(f"{code} is {found.of(code)}")
    lines = []
    for entry in mine:
        who = f"{entry.proposed_by}, {entry.by}" if entry.proposed_by else entry.by
        shown = entry.evidence.get("fingerprint", entry.evidence.get("kind", ""))
        lines.append((entry.at, entry.code, entry.kind, f"{entry.before} to {entry.after}", who, str(shown), entry.why))
    table("Moves on record", ("at", "rule", "kind", "move", "by", "evidence", "why"), lines, left=7)


@app.command("move", short_help="Move a rule to another state. 变更规则状态")
def move(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The rule.")],
    state: Annotated[Wanted, typer.Argument(metavar="STATE", help="draft, shadow, live or retired.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who moves it.")],
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why; no names of people and no payments.")],
    evidence: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="What `mingbai replay --json` wrote."),
    ] = None,
    policy: PolicyFile = None,
) -> None:
    """Move a rule: draft, shadow, live, retired. 变更规则状态。

    Into shadow takes a replay; from shadow to live a replay, a time in shadow (policy life.shadow_days) and two people;
    taking a live rule out takes two people. The first call proposes, the same call by somebody else approves. A rule
    that suspended itself is put back by one person.

    \b
    Examples:
      mingbai rules move T01.new_rule shadow --by "Li Na" --why "first trial" --evidence replay.json
      mingbai rules move T01.new_rule live --by "Li Na" --why "17 of 20 confirmed in shadow" --evidence replay.json
      mingbai rules move T01.new_rule live --by "Zhou Min" --why "agreed"
    """
    from service.work.read_policy import read_policy
    from service.work.rule_life import move_rule

    entry = move_rule(code, state, by=by, why=why, evidence=evidence, policy=read_policy(policy))
    if entry.kind == "proposal":
        print(f"{code}: proposed to become {state}; it stays {entry.before} until somebody else approves")
        say(f"  mingbai rules move {code} {state} --by OTHER --why ...")
    else:
        print(f"{code}: {entry.before} to {entry.after}")


@app.command("review", short_help="Suspend rules overturned too often. 复核规则")
def review(
    data: Data,
    as_of: AsOf,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would be suspended, and suspend nothing.")] = False,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Review every rule by the findings known by T; suspend live ones overturned too often. 复核规则。

    Looks at one household count once, lists of one preparer are not independent, and payments drawn at random stand
    for all hits nobody chose. A rule is suspended when even the upper end of the interval of its confirmed share lies
    below learning.suspend_below. A person may put it back: `mingbai rules move CODE live --by NAME --why TEXT`; it is
    not suspended again on the same findings.

    \b
    Example:
      mingbai rules review county/ --as-of 2019-07-01 --dry-run
    """
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.rule_life import beside_precision, review_rules

    rules_of = read_policy(policy)
    as_of_us = moment_of(as_of, rules_of.utc_offset_hours)
    with working() as step:
        opened = open_data(data, home, rules_of, loading(step))
        found = review_rules(opened, rules_of, as_of_us, dry=dry, progress=step)
        beside = beside_precision(opened, as_of_us)
    tell_load(opened.report)
    looked = sorted((r for r in found.reviews if r.households), key=lambda r: (r.share or 0.0, r.code))
    heads = ("rule", "hits", "confirmed", "cleared", "errors", "households", "worth", "share", "weighed", "at most", "")
    table(f"{len(looked)} rules with a look", heads, [_looks(r) for r in looked])
    _tell_beside(beside)
    for entry in found.suspended:
        say(f"{entry.code}: {entry.why}")
    if dry and (would := [r.code for r in found.reviews if r.suspend]):
        say(f"would be suspended: {', '.join(would)}")
    print(f"{len(found.suspended)} rules suspended")


def _looks(found: Review) -> tuple[str, ...]:
    return (
        found.code, f"{found.hits:,}", f"{found.confirmed:,}", f"{found.cleared:,}", f"{found.errors:,}",
        f"{found.households:,}", f"{found.independent:.1f}", f"{found.share or 0:.2f}", f"{found.weighted or 0:.2f}",
        f"{found.upper or 0:.2f}", "suspend" if found.suspend else "",
    )  # fmt: skip


def _tell_beside(beside: tuple[BesidePrecision, ...]) -> None:
    """What was found among hits that were written beside."""
    if beside:
        rows = []
        for found in beside:
            counts = found.counts
            low, high = counts.interval or (0.0, 1.0)
            said = "nobody looked" if counts.precision is None else f"{counts.precision:.2f} ({low:.2f}-{high:.2f})"
            cells = (counts.payments, counts.confirmed, counts.cleared, counts.errors)
            rows.append((found.code, *(f"{cell:,}" for cell in cells), said))
        heads = ("rule", "payments", "confirmed", "cleared", "errors", "precision")
        table("Hits written beside the scoring (shadow, suspended)", heads, rows)
