"""`mingbai match`: who is meant by lists without a good identity number, and any two lists a policy describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from service.cli._console import loading, say, table, working
from service.cli._options import HOME, Home, Json, PolicyFile

if TYPE_CHECKING:
    from features.matching.link import Links
    from features.matching.review import Line
    from service.work.match_rows import Asked
    from service.work.open_data import LoadProgress

ROWS = "rows"
Data = Annotated[
    Path | None,
    typer.Argument(metavar="DATA", exists=True, file_okay=False, help="Folder of tables, CSV or Parquet."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="T", help="What was known by T counts: a date or a moment with its offset."),
]
Left = Annotated[
    Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A list of rows, CSV or Parquet.")
]
Right = Annotated[
    Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The list they are looked for in.")
]


class _RowsUnlessReview(TyperGroup):
    """`match DATA` means `match rows DATA`; only the word `review` says otherwise."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args[:1] == ["review"] else [ROWS, *args])


app = typer.Typer(cls=_RowsUnlessReview, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(ROWS)
def match(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where matches go, .parquet or .csv.")],
    data: Data = None,
    left: Left = None,
    right: Right = None,
    policy: PolicyFile = None,
    as_of: AsOf = None,
    review: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Verdicts that choose the decision line."),
    ] = None,
    undo: Annotated[str | None, typer.Option(metavar="ROW_ID", help="Take this row's link back first.")] = None,
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Who takes the link back.")] = None,
    why: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is wrong.")] = None,
    backend: Annotated[str, typer.Option(metavar="duckdb|spark", help="Where pairs are compared.")] = "duckdb",
    json: Json = None,
    home: Home = HOME,
) -> None:
    """Find the persons meant by department_rows, each with its reasons. 名单人员匹配。

    One row a row of the lists: same, unsure (work for the department desk) or none, with log-odds that add up field by
    field. A link taken back with --undo stays away until either record changes. --left and --right match any two lists
    that --policy describes.

    \b
    Examples:
      mingbai match county/ --out matches.parquet
      mingbai match review county/ --sample 200 --out pairs.csv
      mingbai match county/ --review pairs.csv --out matches.parquet
      mingbai match county/ --undo DR000012 --by "Zhang" --why "another person of this name" --out matches.parquet
      mingbai match --left a.csv --right b.csv --policy febrl.toml --out links.csv
    """
    from service.work.match_rows import learn_line, take_back
    from service.work.match_rows import match as find
    from service.work.write_table import check_ending

    check_ending(out)
    with working() as step:
        asked = _asked(data, left, right, policy, as_of, home, loading(step))
        if undo is not None:
            found = find(asked, step, backend=backend, rows=frozenset((undo,)))
            asked = take_back(asked, undo, by, why, found)
        links = find(asked, step, backend=backend)
        line = None
        if review is not None:
            links, line = learn_line(asked, links, review)
    _write(links, out)
    _tell(asked, links, line, reviewed=review is not None)
    if json is not None:
        from json import dumps

        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(dumps(links.summary(asked.spec), indent=1) + "\n", encoding="utf-8")


@app.command("review")
def review(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the pairs go, .csv or .parquet.")],
    data: Data = None,
    sample: Annotated[int, typer.Option(metavar="N", min=10, help="About so many pairs.")] = 200,
    left: Left = None,
    right: Right = None,
    policy: PolicyFile = None,
    as_of: AsOf = None,
    home: Home = HOME,
) -> None:
    """Write pairs for people to judge: the unsettled ones, and some of all others. 抽样复核。

    Both records stand side by side, so the file holds personal data: keep it where only the reviewers are. Write same,
    different or unclear under `verdict` and hand the file to `mingbai match --review FILE`.

    \b
    Example:
      mingbai match review county/ --sample 200 --out pairs.csv
    """
    from service.work.match_rows import match as find
    from service.work.match_rows import sample_for_review
    from service.work.write_table import check_ending, write_table

    check_ending(out)
    with working() as step:
        asked = _asked(data, left, right, policy, as_of, home, loading(step))
        pairs = sample_for_review(asked, find(asked, step), sample)
    write_table([pairs], pairs.schema, out)
    say(f"{pairs.num_rows:,} pairs written to {out}; it holds personal data. 已写出 {pairs.num_rows:,} 对，含个人信息")


def _asked(
    data: Path | None,
    left: Path | None,
    right: Path | None,
    policy: Path | None,
    as_of: str | None,
    home: Path,
    progress: LoadProgress,
) -> Asked:
    from service.cli._told import tell_load
    from service.work.errors import WrongUsageError
    from service.work.match_rows import county_lists, two_lists

    if data is not None and left is None and right is None:
        asked, report = county_lists(data, home, policy, as_of, progress)
        tell_load(report)
        return asked
    if data is None and left is not None and right is not None:
        if as_of is not None:
            raise WrongUsageError("--as-of belongs to a folder of tables: two lists have no clock")
        return two_lists(left, right, policy, home)
    raise WrongUsageError(
        "give either a folder of tables, or --left and --right with --policy",
        "请给出数据文件夹，或同时给出 --left、--right 和 --policy",
    )


def _write(links: Links, out: Path) -> None:
    from features.matching.link import SCHEMA, batches
    from service.work.write_table import write_table

    written = write_table(batches(links.matches), SCHEMA, out)
    say(f"{written.rows:,} rows written to {out}")


def _tell(asked: Asked, links: Links, line: Line | None, *, reviewed: bool) -> None:
    counts = links.counts
    total = max(1, sum(counts.values()))
    rows = [(name, f"{count:,}", f"{count / total:.1%}") for name, count in counts.items()]
    table("Rows by decision", ("decision", "rows", "share"), rows)
    say(
        f"{links.pairs:,} pairs compared; weights learned from {links.model.learned_rows:,} rows, "
        f"{links.model.linked:.1%} of which seem to mean somebody here"
    )
    if links.cleared:
        say(f"{links.cleared:,} pairs stay cleared because people took the link back")
    if not reviewed:
        return
    if line is None:
        say("no decision line reaches the aim by these verdicts: the policy's line stays. 复核结果不足以确定判定线")
    else:
        said = (
            f"from probability {line.probability:.4f} on, {line.precision:.2%} of links are right by {line.reviewed} "
            f"verdicts (95 % interval {line.low:.2%} to {line.high:.2%})"
        )
        say(f"decision line: {said}" if line.enough else f"too few verdicts, the policy's line stays: {said}")
