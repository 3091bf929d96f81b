"""The service under load, as it is run: `python benchmarks/serving.py [--seconds 600] [--keep DIR]`.

An invented history of a million payments (`_make_history.py`, moved so that it ends today) is handed over to a
deployment on SQLite; `mingbai serve` runs as it is installed. Then, each payment a new one with everything looked up,
explained and durable before it is answered:

* open loop at 300 requests a second over keep-alive connections for `--seconds`: requests a second, p50, p99, p99.9,
  what was not answered 2xx, and the memory of each process over time;
* the highest rate in steps whose p99 stays below 10 ms, each after what the one before left to do is done;
* closed loop over 8 and over 64 connections, beside `mlflow models serve` (1 and 2 workers) with the same model over
  as many, fed ready-made features and rule outcomes (`_mlflow_peer.py`): it looks up, explains and keeps nothing.

Callers run on the same processors, in a process of their own (`_callers.py`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MINGBAI = [sys.executable, "-c", "from service.cli import main; main()"]
RUN = 30_000
P99_MS = 10.0
STEPS = (100, 200, 300, 400, 500, 600, 800, 1000, 1250, 1500)
SAMPLE_SECONDS = 10.0
CONNECTIONS = (8, 64)
"""Callers at once in the closed loops: a small system's, and a province's."""


@dataclass
class Memory:
    """Memory of each process of a group over time, MB: what is its own, shared pages left out."""

    group: int
    samples: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Sample until stopped."""
        begun = time.monotonic()
        while not self._stop.wait(min(SAMPLE_SECONDS, 1.0 if not self.samples else SAMPLE_SECONDS)):
            self.samples.append((time.monotonic() - begun, memory_of(self.group)))

    def stop(self) -> None:
        """End."""
        self._stop.set()

    def lines(self) -> Iterator[str]:
        """At the beginning, after a third, two thirds, and at the end."""
        if not self.samples:
            return
        last = len(self.samples) - 1
        names = sorted({name for _, found in self.samples for name in found})
        yield f"{'memory, MB':<14}" + "".join(f"{name:>10}" for name in names)
        for place in sorted({0, last // 3, 2 * last // 3, last}):
            at, found = self.samples[place]
            yield f"after {at:6.0f} s" + "".join(f"{found.get(name, 0):>10.0f}" for name in names)


def memory_of(group: int) -> dict[str, float]:
    """Private memory by kind of process."""
    found: dict[str, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if int((entry / "stat").read_text().rpartition(")")[2].split()[2]) != group:
                continue
            words = (entry / "cmdline").read_bytes().decode().split("\0")
            lines = (entry / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kind = next((word.rpartition(".")[2] for word in words if word.startswith("service.running.")), "serve")
        own = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
        found[kind] = found.get(kind, 0.0) + own / 1024
    return found


def environment(folder: Path, port: int) -> dict[str, str]:
    """What the processes read."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MINGBAI_")},
        "MINGBAI_HOME": str(folder / "home"),
        "MINGBAI_MLRUNS": str(folder / "mlruns"),
        "MINGBAI_KEY_FILE": str(folder / "key"),
        "MINGBAI_PORT": str(port),
        "MINGBAI_LOG_LEVEL": "warning",
        "PYTHONPATH": str(ROOT),
    }


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make_county(folder: Path, payments: int) -> None:
    """A history that ends yesterday."""
    months = payments // RUN + 1
    start = (dt.datetime.now(dt.UTC).date() - dt.date(1970, 1, 1)).days - 1 - months * 30
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r}); import _make_history as m; from pathlib import Path; "
        f"m.START = {start}; m.make(Path(sys.argv[1]), {payments}, {RUN}, 1)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, stdout=sys.stderr)


def prepared(folder: Path, payments: int, settings: dict[str, str]) -> str:
    """A deployment with its history on record; a key for a disbursement system."""
    code = (
        "import datetime as dt; from service.settings import Settings; from service.running.prepare import prepare; "
        "from service.access import Principal; from service.work.access.grants import Access; "
        "from service.work.access.manage_accounts import NewAccount, make_account; "
        "from service.work.access.api_keys import NewKey, make_key; "
        "c = prepare(Settings.read()); who = Principal(0, 'command', frozenset({'administrator'}), ('*',), 'command'); "
        "import secrets; new = NewAccount(f'bench.{secrets.token_hex(3)}', Access(('disbursement_system',), ('*',)), "
        "password=False); a = make_account(c, who, new).account; "
        "until = c.clock.now() + dt.timedelta(days=30); "
        "print(make_key(c, who, NewKey(a.account_id, 'bench', ('payments.score',), until))[1])"
    )
    kept = folder / "bearer"
    if kept.exists():
        return kept.read_text()
    if not (folder / "county").exists():
        make_county(folder / "county", payments)
    if not (folder / "key").exists():
        subprocess.run([*MINGBAI, "key", "make", str(folder / "key")], env=settings, check=True, stdout=sys.stderr)
    begun = time.perf_counter()
    subprocess.run([*MINGBAI, "hand-over", str(folder / "county")], env=settings, check=True, stdout=sys.stderr)
    print(f"handed over in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    done = subprocess.run([sys.executable, "-c", code], env=settings, check=True, capture_output=True, text=True)
    kept.write_text(done.stdout.strip())
    return kept.read_text()


def bodies(folder: Path, count: int = RUN) -> Path:
    """Requests: the next month's payments of everybody in the last run, submitted now; each call another payment by its
    number. A load of more calls than that pays somebody twice, and is asked about it."""
    import pyarrow.parquet as pq

    path = folder / "bodies"
    table = pq.read_table(folder / "county" / "disbursements.parquet")
    rows = table.slice(max(0, table.num_rows - count)).to_pylist()
    lines = []
    for row in rows:
        sent = {name: str(value) for name, value in row.items() if value is not None and name != "submitted_at"}
        sent["disbursement_id"] = "@NUMBER@"
        sent["period"] = _next(sent["period"])
        lines.append(json.dumps({"disbursements": [sent]}, ensure_ascii=False).encode())
    path.write_bytes(b"\n".join(lines))
    return path


def _next(period: str) -> str:
    """The month after one."""
    year, month = (int(part) for part in period.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02d}"


@contextmanager
def running(command: list[str], settings: dict[str, str], ready: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a group of its own, ready when a URL answers 200."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=settings, stdout=out, stderr=out, start_new_session=True)
    try:
        end = time.monotonic() + 600
        while time.monotonic() < end:
            if process.poll() is not None:
                raise SystemExit(f"{command} ended with {process.returncode}: see {log}")
            try:
                with urllib.request.urlopen(ready, timeout=5) as answer:  # noqa: S310 - our own server
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def settle(port: int, seconds: float = 7200.0) -> None:
    """Wait until the worker has done what the hand-over asked for: a history is scored again by what banks answered."""
    begun = time.monotonic()
    quiet = 0
    while quiet < 3 and time.monotonic() - begun < seconds:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            lines = [one for one in answer.read().decode().splitlines() if one.startswith("mingbai_jobs{")]
        busy = any('state="working"' in one or 'kind="rescore"' in one for one in lines)
        quiet = 0 if busy else quiet + 1
        time.sleep(6)
    print(f"the hand-over's own work took {time.monotonic() - begun:.0f} s more", file=sys.stderr)


def called(
    port: int, path: str, file: Path, seconds: float, *, rate: float = 0, connections: int = 64, **more: str
) -> Any:
    """What callers saw."""
    words = ["--port", str(port), "--path", path, "--bodies", str(file), "--seconds", str(seconds)]
    words += ["--connections", str(connections), "--rate", str(rate)]
    for name, value in more.items():
        words += [f"--{name}", value]
    done = subprocess.run(
        [sys.executable, str(HERE / "_callers.py"), *words], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def line(name: str, found: Any) -> str:
    """One row of the table."""
    others = {status: n for status, n in found["statuses"].items() if not status.startswith("2")}
    return (
        f"{name:<34}{found['per_second']:>9.1f}{found['p50']:>9.2f}{found['p99']:>9.2f}{found['p999']:>9.2f}"
        f"{found['most']:>9.1f}  {others or ''}"
    )


def measure(folder: Path, args: argparse.Namespace) -> None:
    """Everything, printed as it comes."""
    port = free_port()
    settings = environment(folder, port)
    bearer, file = prepared(folder, args.payments, settings), bodies(folder)
    path = "/v1/disbursements/score"
    head = f"{'':<34}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'p99.9':>9}{'most':>9}  not 2xx"
    mark = format(int(time.time()), "x")
    begun = time.perf_counter()
    with running([*MINGBAI, "serve"], settings, f"http://127.0.0.1:{port}/readyz", folder / "serve.log") as process:
        print(f"ready after {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        settle(port)
        called(port, path, file, 10, rate=100, bearer=bearer, fresh=f"w{mark}")
        print(head)
        memory = Memory(process.pid)
        watching = threading.Thread(target=memory.watch)
        watching.start()
        found = called(port, path, file, args.seconds, rate=300, bearer=bearer, fresh=f"l{mark}")
        memory.stop()
        watching.join()
        print(line(f"open loop, 300/s, {args.seconds:.0f} s", found), flush=True)
        best = 0
        for rate in STEPS:
            settle(port)
            found = called(port, path, file, args.step_seconds, rate=rate, bearer=bearer, fresh=f"s{rate}x{mark}")
            print(line(f"open loop, {rate}/s, {args.step_seconds:.0f} s", found), flush=True)
            if found["p99"] >= P99_MS or found["per_second"] < 0.98 * rate:
                break
            best = rate
        ours = {}
        for count in CONNECTIONS:
            settle(port)
            ours[count] = called(port, path, file, 20, connections=count, bearer=bearer, fresh=f"c{count}x{mark}")
            print(line(f"closed loop, {count} connections", ours[count]), flush=True)
    ratios = []
    for workers in (1, 2):
        for count, peer in beside(folder, settings, workers).items():
            print(line(f"mlflow, {workers} worker{'s'[: workers - 1]}, {count} connections", peer), flush=True)
            ratio = ours[count]["per_second"] / max(peer["per_second"], 1e-9)
            ratios.append(
                f"requests a second, ours to mlflow's, {workers} of its workers, {count} callers: {ratio:.1f}"
            )
    print(f"\nhighest rate with p99 below {P99_MS:.0f} ms: {best}/s")
    print("\n".join([*ratios, *memory.lines()]))


def beside(folder: Path, settings: dict[str, str], workers: int) -> dict[int, Any]:
    """`mlflow models serve` with the same model and ready-made features, by connections; it starts one worker unless
    told otherwise."""
    port, model, request = free_port(), folder / "peer", folder / "peer.json"
    if not model.exists():
        subprocess.run(
            [sys.executable, str(HERE / "_mlflow_peer.py"), str(model), str(request)], env=settings, check=True
        )
    # It starts uvicorn by name.
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    given = {**settings, "MLFLOW_DISABLE_TELEMETRY": "true", "PATH": programs}
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model), "-p", str(port)]
    command += ["--env-manager", "local", "--workers", str(workers)]
    with running(command, given, f"http://127.0.0.1:{port}/ping", folder / "mlflow.log"):
        called(port, "/invocations", request, 3, connections=8)
        return {count: called(port, "/invocations", request, 20, connections=count) for count in CONNECTIONS}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=1_000_000, help="payments of the history")
    parser.add_argument("--seconds", type=float, default=600.0, help="of the open loop at 300/s")
    parser.add_argument("--step-seconds", type=float, default=15.0, help="of each step")
    parser.add_argument("--keep", type=Path, help="folder to keep, with the deployment; used again if it is there")
    args, _ = parser.parse_known_args()
    folder = args.keep or Path(tempfile.mkdtemp(prefix="mingbai-serving-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        measure(folder, args)
    finally:
        if args.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
