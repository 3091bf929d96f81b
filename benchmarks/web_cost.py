"""What a single payment costs the web process: `python benchmarks/web_cost.py [ROOT ...] [--rounds 5]`.

`service.running.web` runs as `mingbai serve` starts it, over an empty deployment on SQLite; behind its socket stands a
process that answers every payment with one and the same score at once, so that nothing but the web is measured.
Callers (`_callers.py`) send payments one a call, open loop. Printed: microseconds of processor time of the web process
a request, user and system together, by round and their median, for a key that sees everywhere and one that does not,
with and without a line in the log for each request.

ROOT are checkouts to compare, this one if none is given: their rounds take turns, as other work on the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A checkout itself, so that a benchmark runs by its path; the one that is compared is put first by PYTHONPATH.
sys.path.append(str(HERE.parent))

PATH = "/v1/disbursements/score"
PAYMENT = {
    "disbursement_id": "@NUMBER@", "run_id": "R00179", "line_no": "17", "program_id": "P02",
    "application_id": "A0001176", "period": "2018-09", "person_id": "519921195303041232",
    "household_id": "H211002068812", "payee_name": "刘学福", "card_id": "6299011000000000017", "quantity": "1",
    "amount": "546.00", "division_code": "519921100204", "prepared_by": "O10056",
}  # fmt: skip
KINDS = {"everywhere": ("*",), "a division": ("519921",)}


def made(folder: Path) -> None:
    """A deployment with its tables, and a key of each kind."""
    from service.access import Principal
    from service.running.prepare import prepare
    from service.settings import Settings
    from service.work.access.api_keys import NewKey, make_key
    from service.work.access.grants import Access
    from service.work.access.manage_accounts import NewAccount, make_account

    context = prepare(Settings.read())
    who = Principal(0, "command", frozenset({"administrator"}), ("*",), "command")
    until = context.clock.now() + dt.timedelta(days=1)
    keys = {}
    for number, (name, divisions) in enumerate(KINDS.items()):
        access = Access(("disbursement_system",), divisions)
        account = make_account(context, who, NewAccount(f"bench.{number}", access, password=False)).account
        keys[name] = make_key(context, who, NewKey(account.account_id, "bench", ("payments.score",), until))[1]
    (folder / "keys").write_text(json.dumps(keys), encoding="utf-8")


async def stand_in(path: Path) -> None:
    """Answer every payment that comes over the socket with the same score."""
    from service.api.scored import EXAMPLE
    from service.work.scoring.asked import Answered
    from service.work.scoring.frames import Frames, answered_frame, asked_of

    off = [{"code": f"T{n:02d}.not_there", "why": "not shared: civil_events, certificates"} for n in range(30)]
    name = str(EXAMPLE["not_applicable"])
    answered = Answered([{"state": "scored", **EXAMPLE}], {name: json.dumps(off)}, None)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = Frames()
        while data := await reader.read(1 << 18):
            for header, rows in held.feed(data):
                asked_of(header, rows)
                writer.write(answered_frame(int(header["number"]), answered))

    server = await asyncio.start_unix_server(serve, str(path))
    await server.serve_forever()


def environment(root: Path, folder: Path, level: str) -> dict[str, str]:
    """What the processes read."""
    (folder / "metrics").mkdir(exist_ok=True)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MINGBAI_")},
        "MINGBAI_HOME": str(folder / "home"),
        "MINGBAI_MLRUNS": str(folder / "mlruns"),
        "MINGBAI_KEY_FILE": str(folder / "key"),
        "MINGBAI_LOG_LEVEL": level,
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "PYTHONPATH": str(root),
    }


@contextmanager
def web(root: Path, folder: Path, level: str) -> Iterator[tuple[int, int]]:
    """The web process and who stands in for the scorer; the port and the process's number."""
    given = environment(root, folder, level)
    if not (folder / "keys").exists():
        begin = "from service.cli import main; main()"
        for command in ([sys.executable, "-c", begin, "key", "make", str(folder / "key")], _self("--make", folder)):
            subprocess.run(command, env=given, cwd=root, check=True, stdout=sys.stderr)
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listening.setblocking(False)
    port, fd = listening.getsockname()[1], listening.fileno()
    path = next(iter(_printed(given, root, "from service.settings import Settings; print(Settings.read().socket)")))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    log = (folder / "log").open("ab")
    other = subprocess.Popen(_self("--stand-in", Path(path)), env=given, cwd=root)
    command = [sys.executable, "-m", "service.running.web", str(fd)]
    one = subprocess.Popen(command, env=given, cwd=root, pass_fds=(fd,), stdout=log, stderr=log)
    try:
        _ready(port)
        yield port, one.pid
    finally:
        for process in (one, other):
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        listening.close()
        log.close()


def _self(*words: object) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve()), *map(str, words)]


def _printed(given: dict[str, str], root: Path, code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], env=given, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def _ready(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the web does not answer")


def spent(process: int) -> float:
    """Seconds of processor time of a process and all its threads, also those that ended."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settle(process: int) -> None:
    """Wait until what is made ready beside the first requests is done."""
    before, end = -1.0, time.monotonic() + 60
    while spent(process) - before > 0.02 and time.monotonic() < end:
        before = spent(process)
        time.sleep(0.5)


def called(port: int, process: int, folder: Path, bearer: str, args: argparse.Namespace) -> float:
    """Microseconds of the process's time a request."""
    file = folder / "bodies"
    file.write_text(json.dumps({"disbursements": [PAYMENT]}, ensure_ascii=False), encoding="utf-8")
    words = ["--port", str(port), "--path", PATH, "--bodies", str(file), "--rate", str(args.rate), "--connections"]
    words += [str(args.connections), "--bearer", bearer, "--fresh", secrets.token_hex(4)]
    command = [sys.executable, str(HERE / "_callers.py"), *words]
    subprocess.run([*command, "--seconds", "1"], check=True, capture_output=True)
    before = spent(process)
    done = subprocess.run([*command, "--seconds", str(args.seconds)], check=True, capture_output=True, text=True)
    seen: dict[str, int] = json.loads(done.stdout)["statuses"]
    if set(seen) != {"200"}:
        raise SystemExit(f"expected nothing but 200, found {seen}")
    return (spent(process) - before) * 1e6 / seen["200"]


def measure(args: argparse.Namespace) -> None:
    """Every round of every checkout."""
    roots = [one.resolve() for one in args.roots] or [HERE.parent]
    found: dict[tuple[str, str, Path], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="mingbai-web-") as made_in:
        folders = {root: Path(made_in) / str(number) for number, root in enumerate(roots)}
        for folder in folders.values():
            folder.mkdir()
        for _ in range(args.rounds):
            for level in args.levels:
                for root, folder in folders.items():
                    with web(root, folder, level) as (port, process):
                        keys = json.loads((folder / "keys").read_text(encoding="utf-8"))
                        settle(process)
                        for kind in KINDS:
                            cost = called(port, process, folder, keys[kind], args)
                            found.setdefault((level, kind, root), []).append(cost)
    print(f"microseconds a request at {args.rate:.0f}/s")
    for (level, kind, root), costs in found.items():
        rounds = " ".join(f"{cost:6.0f}" for cost in costs)
        print(f"{level:<8} {kind:<11} {statistics.median(costs):6.0f}   ({rounds})  {root.name}", flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", type=Path, nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=300.0, help="0: closed loop")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--levels", nargs="+", default=["info", "warning"])
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--stand-in", type=Path, help=argparse.SUPPRESS)
    args, _ = parser.parse_known_args()
    if args.make:
        made(args.make)
    elif args.stand_in:
        asyncio.run(stand_in(args.stand_in))
    else:
        measure(args)


if __name__ == "__main__":
    main()
