"""How long each page takes, and how large it is: `python benchmarks/pages.py FOLDER [--times 20]`.

FOLDER is that of a demo with its trial (`mingbai demo --households 20000 --out FOLDER`, then `mingbai trial FOLDER
--only-make`). The trial is served as it is run; somebody of each role opens each page `--times` times over one
connection, Chinese, with what a browser asks for. Printed: median and 95th percentile in milliseconds from sending to
the last byte, and the page's size without and with what it loads the first time (style, scripts), in kB. Bars: 200 ms
and 150 kB; recipients 50 kB whole.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
from sqlalchemy import select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from service.api.asking import COOKIE  # noqa: E402 - after the path
from service.clock import SystemClock  # noqa: E402
from service.running.context import make_context  # noqa: E402
from service.running.trial import settings as kept  # noqa: E402
from service.settings import Settings  # noqa: E402
from service.store import accounts, cases, recipients, scores  # noqa: E402
from service.store import payments as payments_table  # noqa: E402
from service.store.runs import RUNS  # noqa: E402
from service.work.access.sessions import open_session  # noqa: E402
from service.work.context import Context  # noqa: E402

BAR_MS, BAR_KB, BAR_PHONE_KB = 200.0, 150.0, 50.0
LOADED = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(variables: dict[str, str], port: int) -> Iterator[None]:
    """`mingbai serve` over the trial."""
    given = {**os.environ, **variables, "MINGBAI_PORT": str(port), "MINGBAI_LOG_LEVEL": "error"}
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve"]
    process = subprocess.Popen(command, env={**given, "PYTHONPATH": str(ROOT)}, start_new_session=True)
    try:
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.5)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def sessions(context: Context) -> dict[str, str]:
    """A session of each role's account, and of a recipient."""
    found = {}
    with context.database.write() as connection:
        for account in accounts.page(connection, accounts.ACCOUNTS.c.account_id > 0, 0, 100):
            opened = open_session(context, connection, method="password", account_id=account.account_id)
            found[account.roles[0]] = opened.token
        paid = payments_table.PAYMENTS
        one = connection.execute(
            select(recipients.RECIPIENTS.c.person, recipients.RECIPIENTS.c.division_code)
            .join(paid, paid.c.person == recipients.RECIPIENTS.c.person)
            .limit(1)
        ).one()
        found["recipient"] = open_session(
            context, connection, method="recipient", person=one.person, name="recipient", divisions=(one.division_code,)
        ).token
    return found


def pages(context: Context) -> Iterator[tuple[str, str]]:
    """Who opens what: pages of the navigation, and the largest thing of each kind."""
    with context.database.read() as connection:
        table = cases.CASES
        large = connection.execute(
            select(table.c.case_id, table.c.desk).where(table.c.is_open).order_by(table.c.member_count.desc()).limit(1)
        ).one()
        run = connection.execute(select(RUNS.c.run).order_by(RUNS.c.rows_read.desc()).limit(1)).scalar_one()
        paid = scores.SCORES.c
        payment = connection.execute(
            select(paid.disbursement_id, paid.household_id, paid.program_id, paid.division_code)
            .where(paid.household_id.is_not(None))
            .limit(1)
        ).one()
    staff = {
        "supervisor": ("/overview", f"/queue/{large.desk}", f"/cases/{large.case_id}",
                       f"/cases/{large.case_id}/graph", f"/cases/{large.case_id}/graph?few=1",
                       f"/cases/{large.case_id}/payments", f"/cases/{large.case_id}/print",
                       "/matching", "/matching/review", "/matching/pairs", "/runs", f"/runs/{run}",
                       "/questions",
                       "/funds", "/look-up", f"/look-up/household/{payment.household_id}",
                       f"/look-up/village/{payment.division_code}", f"/look-up/program/{payment.program_id}",
                       f"/payments/{payment.disbursement_id}", "/reports", "/rules", "/models", "/account"),
        "auditor": ("/supervision", "/log"),
        "administrator": ("/accounts",),
        "recipient": ("/my", "/my/help", "/my/report", "/my/reports"),
    }  # fmt: skip
    for role, paths in staff.items():
        for path in paths:
            yield role, path
    yield "", "/sign-in"
    yield "", "/fairness"


def measure(client: httpx.Client, path: str, token: str, times: int) -> tuple[float, float, int, int]:
    """Median and 95th percentile (ms), bytes of the page, bytes of what it loads."""
    cookies = {COOKIE: token} if token else {}
    took, text = [], ""
    for _ in range(times):
        begun = time.perf_counter()
        answer = client.get(path, headers={"cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        text = answer.text
    loaded = sum(
        len(client.get(one, headers={"accept-encoding": "identity"}).content)
        for one in sorted(set(LOADED.findall(text)))
    )
    took.sort()
    return statistics.median(took), took[int(0.95 * (len(took) - 1))], len(text.encode()), loaded


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=20)
    args = parser.parse_args()
    variables = kept.read(args.folder)
    if variables is None:
        raise SystemExit(f"{args.folder}: no trial; mingbai trial {args.folder} --only-make")
    settings = Settings.read(variables)
    context = replace(make_context(settings), clock=SystemClock(settings.clock_days_back))
    port = free_port()
    over: list[str] = []
    tokens: dict[str, Any] = {"": ""} | sessions(context)
    print(f"{'page':<44}{'who':<16}{'ms':>8}{'p95':>8}{'kB':>8}{'+ files':>9}")
    with served(variables, port), httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        client.headers["accept"] = "text/html"
        for role, path in pages(context):
            middle, late, size, more = measure(client, path, tokens[role], args.times)
            shown = re.sub(r"[0-9A-Z]{6,}", "…", path)
            print(f"{shown:<44}{role:<16}{middle:>8.1f}{late:>8.1f}{size / 1000:>8.1f}{more / 1000:>9.1f}", flush=True)
            whole = (size + more) / 1000
            if middle >= BAR_MS or size / 1000 >= BAR_KB or (role == "recipient" and whole >= BAR_PHONE_KB):
                over.append(shown)
    context.database.close()
    print("over a bar: " + (", ".join(over) or "none"))


if __name__ == "__main__":
    main()
