"""`mingbai cards`: one household, one card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli._console import loading, say, stdout, table, working
from service.cli._light import leave_pandas_out
from service.cli._options import HOME, AsOf, Data, Home, Json, PolicyFile
from service.cli._told import tell_load

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 40


def cards(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Every household's cards, .parquet or .csv.")],
    by: Annotated[
        str, typer.Option("--by", metavar="LEVEL", help="State by village, township, county or prefecture.")
    ] = "township",
    json_file: Json = None,
    policy: PolicyFile = None,
    home: Home = HOME,
) -> None:
    """List every household's cards over all banks, and how far each place has come. 一户一卡清理。

    For each card what should become of it and why: keep (the household's one card), stays (another lawful card: a
    spouse's own, a guardian's, an institution's), close, wait (activate it, or issue one first) or check (somebody
    should ask). Who opened a card for another is named, and so are payments that still go elsewhere. It decides
    nothing: no card is closed and no payment stopped.

    \b
    Examples:
      mingbai cards county/ --as-of 2019-07-01 --out cards.csv
      mingbai cards county/ --as-of 2019-07-01 --out cards.parquet --by village --json state.json

    The columns are in docs/cards.md. The state by place is printed.
    """
    leave_pandas_out()
    from service.work.clean_up_cards import check_level, clean_up_cards
    from service.work.moments import moment_of
    from service.work.open_data import open_data
    from service.work.read_policy import read_policy
    from service.work.write_table import check_ending, write_table

    check_level(by)
    check_ending(out)
    rules = read_policy(policy)
    as_of_us = moment_of(as_of, rules.utc_offset_hours)
    with working() as step:
        opened = open_data(data, home, rules, loading(step))
        step("cards of households", 0.0)
        found = clean_up_cards(opened, rules, as_of_us, by)
    written = write_table([found.cards], found.cards.schema, out)
    tell_load(opened.report)
    say(f"{written.rows:,} cards written to {out}")
    if json_file is not None:
        state = {"as_of": as_of, "level": by, "places": found.places.to_pylist()}
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(state, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
        say(f"written: {json_file}")
    _show(found.places, by)


def _show(places: pa.Table, level: str) -> None:
    """The state by place on stdout."""
    rows = []
    for one in places.slice(0, SHOWN).to_pylist():
        rows.append(
            (
                f"{one['name']} {one['division_code']}".strip() or "-", f"{one['households']:,}",
                f"{one['households_0_cards']:,}", _share(one["households_settled"], one["households"]),
                _share(one["households_activated"], one["households"]), f"{one['cards']:,}", f"{one['cards_close']:,}",
                f"{one['cards_wait']:,}", f"{one['cards_check']:,}",
                _share(one["payments_other"], one["payments"]), f"{one['amount_other']:,}",
            )
        )  # fmt: skip
    table(
        f"One household, one card, by {level} 一户一卡清理情况",
        ("place", "households", "no card", "settled", "activated", "cards", "close", "wait", "check", "paid elsewhere",
         "yuan elsewhere"),
        rows,
    )  # fmt: skip
    if places.num_rows > SHOWN:
        stdout().print(f"... {places.num_rows - SHOWN:,} more: --json FILE has them all")


def _share(part: int, whole: int) -> str:
    return "-" if whole == 0 else f"{part / whole:.1%}"
