"""`mingbai keep-matches`: let matches count as what features and rules may read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import loading, say, working
from service.cli._options import HOME, AsOf, Data, Home, PolicyFile
from service.cli._told import tell_load


def keep_matches(
    data: Data,
    matches: Annotated[
        Path, typer.Argument(metavar="MATCHES", exists=True, dir_okay=False, help="File written by `mingbai match`.")
    ],
    as_of: AsOf,
    anew: Annotated[bool, typer.Option("--anew", help="Forget what was kept before.")] = False,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """Let the `same` rows of a match count in scores from now on. 采用匹配结果。

    A death by name alone then asks "verify who this is" and no more; one whose identity number agreed counts for more.
    Give the moment the match was made as of. A later run adds to the record: what it decides otherwise counts from its
    moment on, and a score made before can still be made again.

    \b
    Examples:
      mingbai match county/ --as-of 2019-07-01 --out matches.parquet
      mingbai keep-matches county/ matches.parquet --as-of 2019-07-01

    Docs: docs/cards.md.
    """
    from service.work.keep_matches import keep_matches as keep
    from service.work.keep_matches import read_matches
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy

    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    table = read_matches(matches)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        found = keep(opened, table, as_of_us, anew=anew)
    tell_load(opened.report)
    say(
        f"{found.standing:,} matches count: {found.new:,} new, {found.changed:,} mean another person than before, "
        f"{found.taken_back:,} taken back"
    )
