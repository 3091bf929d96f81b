"""`mingbai hand-over`: a folder of tables into the service's database."""

from __future__ import annotations

from service.cli._console import say, table, working
from service.cli._deployment import wrong_usage
from service.cli._options import Data


def hand_over(data: Data) -> None:
    """Hand a folder of tables over to the service on this machine, set up by MINGBAI_... variables. 导入历史数据。

    Every row is checked as by `mingbai check`; bad ones are set aside in the service's quarantine, the others taken.
    Rows on record change nothing: a hand-over that broke off is done again. A running scorer follows by itself.

    \b
    Example:
      mingbai hand-over county/
    """
    from service.running.prepare import prepare
    from service.settings import Settings
    from service.work.hand_over import hand_over as take_folder

    with wrong_usage(), working() as step:
        context = prepare(Settings.read())
        done = take_folder(context, data, lambda name, place, of: step(f"{name} ({place + 1} of {of})", place / of))
    rows = [
        (one.table, f"{one.taken.rows_in:,}", f"{one.taken.accepted - one.taken.repeated:,}", f"{one.taken.repeated:,}",
         f"{one.taken.quarantined:,}")
        for one in done
    ]  # fmt: skip
    table("", ("table", "rows in", "new", "repeated", "quarantined"), rows, left=1)
    if any(one.taken.quarantined for one in done):
        say("quarantined rows: GET /v1/tables/<table>/quarantine.csv, to be corrected and sent again")
