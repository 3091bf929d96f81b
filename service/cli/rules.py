"""`mingbai rules`: what the rules watch, and one rule in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import stdout, table

if TYPE_CHECKING:
    from models.rules._rule import Rule


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
