"""Callers over keep-alive connections, in a process of their own.

Open loop (`--rate`): requests leave when they are due whatever became of those before, and a request's time counts from
when it was due: a server that stalls is charged for everybody who would have waited. Closed loop (no rate): each
connection sends its next request when it has its answer. Prints one JSON object.

`python benchmarks/_callers.py --port P --path /x --bodies FILE --connections C --seconds S [--rate R] [--bearer KEY]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np


@dataclass
class Seen:
    """What came of the requests."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


class Connection(asyncio.Protocol):
    """One connection: sends a request when told, reads the answer by its length."""

    def __init__(self, free: asyncio.Queue[Connection], seen: Seen) -> None:
        """`free` is where it waits for work."""
        self.free, self.seen = free, seen
        self.data = bytearray()
        self.due = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self.transport = cast(asyncio.Transport, transport)
        self.free.put_nowait(self)

    def send(self, request: bytes, due: float) -> None:
        """Send a request whose time counts from `due`."""
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of one."""
        self.data += data
        end = self.data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.data[:end]).lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0])
        if len(self.data) < end + 4 + length:
            return
        self.seen.milliseconds.append((time.perf_counter() - self.due) * 1000)
        self.seen.statuses[head[9:12].decode()] += 1
        self.data.clear()
        self.free.put_nowait(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up."""
        self.seen.statuses["hung up"] += 1


async def call(args: argparse.Namespace, bodies: deque[bytes]) -> Seen:
    """Call for the time asked."""
    seen, free = Seen(), asyncio.Queue[Connection]()
    loop = asyncio.get_running_loop()
    for _ in range(args.connections):
        await loop.create_connection(lambda: Connection(free, seen), "127.0.0.1", args.port)
    head = f"POST {args.path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
    head += f"authorization: Bearer {args.bearer}\r\n" if args.bearer else ""
    begun, number = time.perf_counter(), 0
    while time.perf_counter() - begun < args.seconds:
        due = begun + number / args.rate if args.rate else time.perf_counter()
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        connection = await free.get()
        due = due if args.rate else time.perf_counter()
        body = bodies[0]
        bodies.rotate(-1)
        if args.fresh:
            body = body.replace(b"@NUMBER@", f"{args.fresh}{number:09d}".encode())
        connection.send(head.encode() + f"content-length: {len(body)}\r\n\r\n".encode() + body, due)
        number += 1
    end = time.perf_counter() + 10
    while sum(seen.statuses.values()) < number and time.perf_counter() < end:
        await asyncio.sleep(0.01)
    return seen


def main() -> None:
    """Call and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--bodies", type=Path, required=True, help="one body a line")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--bearer", default="")
    parser.add_argument(
        "--fresh", default="", help="what @NUMBER@ of a body begins with: every request another payment"
    )
    args = parser.parse_args()
    bodies = deque(args.bodies.read_bytes().splitlines())
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        begun = time.perf_counter()
        seen = runner.run(call(args, bodies))
        took = time.perf_counter() - begun
    times = np.array(seen.milliseconds or [float("nan")])
    good = sum(count for status, count in seen.statuses.items() if status.startswith("2"))
    told = {
        "answered": len(seen.milliseconds),
        "per_second": good / min(took, args.seconds + 10),
        "statuses": dict(seen.statuses),
        **{name: float(np.quantile(times, q)) for name, q in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999))},
        "most": float(times.max()),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
