"""Work on parts in forked processes that share this process's memory, results in order as Arrow tables or in place."""

from __future__ import annotations

import contextlib
import math
import mmap
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from typing import Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

T = TypeVar("T")
R = TypeVar("R")

_work: Callable[[object], pa.Table] | None = None
"""What a forked worker does with a part: set just before the fork, so that nothing has to be sent."""

_ALONE: ContextVar[bool] = ContextVar("alone", default=False)

_tasks: Sequence[Callable[[], object]] = ()

_writes: Callable[[slice], None] | None = None


_task: Callable[[Any], Any] | None = None


def usable_workers() -> int:
    """Processors this process may use, at most two: the work is bound by memory beyond that on common machines."""
    if sys.platform != "linux" or _ALONE.get():
        return 1
    return min(2, len(os.sched_getaffinity(0)))


@contextlib.contextmanager
def in_this_process() -> Iterator[None]:
    """Nothing is forked inside the block: for a process whose other threads hold locks and connections."""
    before = _ALONE.set(True)
    try:
        yield
    finally:
        _ALONE.reset(before)


def in_order(
    work: Callable[[T], pa.Table], parts: Sequence[T], workers: int, warm_up: Callable[[], None]
) -> Iterator[pa.Table]:
    """`work(part)` for each part, in the order of the parts.

    `warm_up` is called before a fork and reads what all parts will share.
    """
    if workers < 2 or len(parts) < 2 or sys.platform != "linux":
        yield from map(work, parts)
        return
    warm_up()
    global _work
    _work = work  # type: ignore[assignment]
    try:
        for sent in _by_processes(_done, parts, workers):
            yield pa.ipc.open_stream(sent).read_all()
    finally:
        _work = None


def shared_array(shape: tuple[int, ...], dtype: DTypeLike, order: Literal["C", "F"] = "F") -> NDArray[Any]:
    """An array that forked workers write into and this process reads: its pages belong to all of them."""
    kind = np.dtype(dtype)
    count = math.prod(shape)
    memory = mmap.mmap(-1, max(1, count * kind.itemsize))
    return np.frombuffer(memory, dtype=kind, count=count).reshape(shape, order=order)


def in_place(
    write: Callable[[slice], None], parts: Sequence[slice], workers: int, warm_up: Callable[[], None]
) -> Iterator[slice]:
    """Call `write(part)` for each part, which writes into arrays of `shared_array`; yields each part as it is done.

    `warm_up` is called before a fork and reads what all parts will share. An error in a worker is raised here.
    """
    if workers < 2 or len(parts) < 2 or sys.platform != "linux":
        for part in parts:
            write(part)
            yield part
        return
    warm_up()
    global _writes
    _writes = write
    try:
        yield from _by_processes(_written, parts, workers)
    finally:
        _writes = None


def each(work: Callable[[T], R], parts: Sequence[T], workers: int) -> Iterator[R]:
    """`work(part)` for each part, in the order of the parts; what it returns is pickled, so it should be small.

    The work sees this process's memory as it was before the fork. An error in a worker is raised here.
    """
    if workers < 2 or len(parts) < 2 or sys.platform != "linux":
        yield from map(work, parts)
        return
    global _task
    _task = work
    try:
        yield from _by_processes(_worked, parts, workers)
    finally:
        _task = None


def _by_processes(work: Callable[[T], R], parts: Sequence[T], workers: int) -> Iterator[R]:
    """`work(part)` for each part by forked processes, in order. Where one of them dies (out of memory, a fault below
    Python) the parts that are left are done here: a pool that waits for a dead process waits for ever."""
    pool = ProcessPoolExecutor(
        min(workers, len(parts)), mp_context=multiprocessing.get_context("fork"), initializer=_alone
    )
    try:
        for part, found in zip(parts, [pool.submit(work, part) for part in parts], strict=True):
            try:
                yield found.result()
            except BrokenProcessPool:
                yield work(part)
    finally:
        pool.shutdown(cancel_futures=True)


def beforehand(tasks: Sequence[Callable[[], object]], workers: int) -> None:
    """Run tasks whose results are kept on disk, in forked processes; what fails there fails again where it is used."""
    if workers < 2 or sys.platform != "linux":
        return
    global _tasks
    _tasks = tasks
    try:
        for _ in _by_processes(_attempt, range(len(tasks)), workers):
            pass
    finally:
        _tasks = ()


def _attempt(number: int) -> None:
    with contextlib.suppress(Exception):
        _tasks[number]()


def _alone() -> None:
    """A worker leaves the keyboard's interrupt to its parent, and Arrow to one thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)


def _worked(part: Any) -> Any:
    if _task is None:
        raise RuntimeError("a worker was started without work")
    return _task(part)


def _written(part: slice) -> slice:
    if _writes is None:
        raise RuntimeError("a worker was started without work")
    _writes(part)
    return part


def _done(part: object) -> bytes:
    if _work is None:
        raise RuntimeError("a worker was started without work")
    table = _work(part)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
