"""`mingbai retention`: how long rows are kept."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli._console import say, table
from service.cli._deployment import wrong_usage


def retention(
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove what is past its time now, as the worker does at night.")
    ] = False,
) -> None:
    """How long the rows of each table are kept and why, and how many are past it. 数据保存期限。

    \b
    Examples:
      mingbai retention
      MINGBAI_RETENTION=retention.toml mingbai retention --remove

    Docs: docs/personal-data.md.
    """
    from service.cli._operator import operator
    from service.running.context import make_context
    from service.settings import Settings
    from service.work.personal import retention as work

    with wrong_usage():
        settings = Settings.read()
        rules = work.read_rules(settings.retention)
        context = make_context(settings)
        if remove:
            removed = work.remove(context, operator())
            table("", ("table", "removed"), [(name, f"{count:,}") for name, count in sorted(removed.items())])
            say(f"{sum(removed.values()):,} rows removed")
            return
        rows = [
            (
                rule.table,
                "kept" if rule.days is None else f"{rule.days:,} days after {rule.after}",
                "" if rule.days is None else f"{work.expired(context, rule):,}",
                rule.why,
            )
            for rule in sorted(rules.values(), key=lambda rule: (rule.days is None, rule.table))
        ]
    table("", ("table", "how long", "past it", "why"), rows, left=4)
    for name in work.undeclared():
        say(f"{name}: nothing is declared, its rows are kept")
