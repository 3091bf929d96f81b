"""`mingbai audit`: the log that shows tampering."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from service.cli._console import complain, say, table
from service.cli._deployment import wrong_usage

audit = typer.Typer(
    help="The log that shows tampering. 审计日志。",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@audit.command("verify")
def verify(
    first: Annotated[int, typer.Option("--from", metavar="N", min=1, help="First line to look at.")] = 1,
    as_json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the same as JSON.")] = None,
) -> None:
    """Walk over the log and name every line that was changed, removed, moved, inserted or cut off. 校验日志。

    Compares with the anchors in the home too. Exit code 1 where a line is not as it was written,
    2 where the log cannot be read.

    \b
    Examples:
      mingbai audit verify
      mingbai audit verify --from 120000

    Docs: docs/personal-data.md.
    """
    from service.cli._console import under, working
    from service.running.context import make_context
    from service.settings import Settings
    from service.work.audit.verify import verify as walk

    with wrong_usage(), working() as step:
        context = make_context(Settings.read())
        share = under(step, "walking over the log")
        found = walk(context, first=first, progress=lambda done, of: share(done / max(1, of)))
    if as_json is not None:
        content = {
            "first": found.first,
            "last": found.last,
            "lines": found.lines,
            "anchors": found.anchors,
            "sound": found.sound,
            "broken": found.broken,
            "head": found.head,
            "findings": [
                {"line": one.line, "what": one.what, "text": one.text[0], "text_zh": one.text[1]}
                for one in found.findings
            ],
        }
        as_json.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if found.sound:
        print(f"lines {found.first} to {found.last} are as they were written ({found.anchors} anchors); {found.head}")
        return
    table("", ("line", "what", "说明"), [(str(one.line), one.text[0], one.text[1]) for one in found.findings], left=3)
    complain(
        f"{found.broken:,} findings in {found.lines:,} lines, the first at line {found.findings[0].line}",
        f"{found.lines:,} 行中有 {found.broken:,} 处异常，首处在第 {found.findings[0].line} 行",
    )
    raise typer.Exit(1)


@audit.command("anchor")
def anchor() -> None:
    """Write the log's head down in the home, and print it to be kept elsewhere. 固定日志锚点。

    The printed line, kept where nobody of the service can change it (a letter, another system), shows later that
    nothing before it was changed or cut off: `mingbai audit verify` prints the same hash for the same line.
    """
    from service.running.context import make_context
    from service.settings import Settings
    from service.work.audit.anchor import anchor as write_down

    with wrong_usage():
        found = write_down(make_context(Settings.read()))
    if found is None:
        say("the log is empty")
        return
    print(f"{found.line} {found.hash} {found.at}")
