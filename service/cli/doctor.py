"""`mingbai doctor`: what is set, what is wrong with it, and what to do."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the same as JSON.")] = None,
) -> None:
    """Look at a deployment: settings, keys, database, files, port, clock, model; say what to do. 检查部署。

    Changes nothing but making the home where it is missing. Exit code 1 where something keeps the service from working.

    \b
    Examples:
      mingbai doctor
      MINGBAI_HOME=/srv/mingbai mingbai doctor --json doctor.json
    """
    from service.cli._console import masked, say, table
    from service.running.doctor import examine, settings_shown

    shown, found = settings_shown(os.environ), examine(os.environ)
    table(
        "settings", ("variable", "value", "what it does"), [(s.variable, masked(s.value), s.doc) for s in shown], left=3
    )
    marks = {"good": "ok", "odd": "look", "bad": "WRONG"}
    table("found", ("", "what", "found"), [(marks[f.state], f.what, f.english) for f in found], left=3)
    for one in found:
        if one.state != "good" and one.chinese:
            say(f"{marks[one.state]}  {one.what}：{one.chinese}")
    if as_json is not None:
        content = {"settings": [asdict(one) for one in shown], "found": [asdict(one) for one in found]}
        as_json.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    if any(one.state == "bad" for one in found):
        raise typer.Exit(1)
