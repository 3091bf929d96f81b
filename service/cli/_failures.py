"""An error as a message and an exit code, never as a traceback."""

from __future__ import annotations

import errno
import sys
import traceback
from pathlib import Path

from service.cli._console import complain
from service.work.errors import UnusableDataError, WorkError

DEBUG = "--debug"
ROOT = Path(__file__).resolve().parents[2]


def failure(error: Exception, *, debug: bool) -> int:
    """Tell what went wrong and return the exit code: 1 the data cannot be used (or a defect), 2 wrong usage."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, WorkError):
        complain(str(error), error.chinese)
        return 1 if isinstance(error, UnusableDataError) else 2
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has enough of it; say nothing more, not even when Python flushes at its end.
        sys.stdout = None
        return 0
    if isinstance(error, OSError) and error.errno is not None:
        complain(*_of_the_system(error))
        return 1
    if isinstance(error, MemoryError):
        complain(
            "not enough memory: close other programs or score a shorter range", "内存不足：请关闭其他程序或缩短评分区间"
        )
        return 1
    complain(*_unexpected(error))
    return 1


def _of_the_system(error: OSError) -> tuple[str, str]:
    what = error.strerror or errno.errorcode.get(error.errno or 0, "error")
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}; check the path, permissions and free space", f"{where}{what}；请检查路径、权限和剩余空间"


def _unexpected(error: Exception) -> tuple[str, str]:
    """The kind of error and the place in our code; not its text, which may quote a row."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(ROOT) and ".venv" not in file.parts:
            place = f" in {file.relative_to(ROOT).as_posix()}, line {frame.lineno}"
    kind = type(error).__name__
    return (
        f"an unexpected {kind}{place}: a defect of this program, not of your data. Run the same with {DEBUG} for the "
        "traceback; it may quote personal data, so read it before you pass it on",
        f"程序内部错误 {kind}，并非数据问题。加上 {DEBUG} 重新运行可看到详细信息（可能含个人信息，转发前请检查）",
    )
