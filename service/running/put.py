"""Put files and folders where they belong, also where that is another disk: copied beside the place, written through,
and only then renamed into it. A link stays a link: what it leads to is replaced.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_OTHER_DISK: Final = frozenset({errno.EXDEV})
_IS_MOUNTED: Final = frozenset({errno.EXDEV, errno.EBUSY})
_NEW, _OLD = "new", "old"


def put_file(source: Path, to: Path) -> None:
    """Move a file into a place, over what is there. Raises OSError; then what was there stands."""
    with staged(source, to) as (beside, place):
        os.replace(beside, place)
        _written_through(place.parent)


@contextlib.contextmanager
def staged(source: Path, to: Path) -> Iterator[tuple[Path, Path]]:
    """A file on the disk of its place, ready to be renamed into it, and the place itself; gone afterwards."""
    place = to.resolve()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = _beside(place, _NEW)
    try:
        _move(source, beside)
        yield beside, place
    finally:
        beside.unlink(missing_ok=True)


def put_folder(source: Path, to: Path) -> None:
    """Move a folder into a place, in place of what is there. Raises OSError; then what was there stands, or lies beside
    it (inside it, where the place is the top of a disk of its own) as `.NAME.old`."""
    place = to.resolve()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new, old = _beside(place, _NEW), _beside(place, _OLD)
    for one in (new, old):
        shutil.rmtree(one, ignore_errors=True)
    if place.is_dir() and not _moves(place, old):
        _fill(source, place)
        return
    try:
        _move(source, new)
        os.replace(new, place)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        if old.exists():
            os.replace(old, place)
        raise
    _written_through(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _fill(source: Path, place: Path) -> None:
    """Exchange what is in a folder that cannot be renamed: it is the top of a disk."""
    new, old = place / f".{place.name}.{_NEW}", place / f".{place.name}.{_OLD}"
    for one in (new, old):
        shutil.rmtree(one, ignore_errors=True)
    _move(source, new)
    old.mkdir(mode=0o700)
    for one in [path for path in place.iterdir() if path not in (new, old)]:
        # The disk's own, which nobody but root may move and no backup holds.
        if one.name != "lost+found":
            os.replace(one, old / one.name)
    for one in list(new.iterdir()):
        os.replace(one, place / one.name)
    _written_through(place)
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _moves(place: Path, aside: Path) -> bool:
    """Put a folder aside; False where it is the top of a disk."""
    try:
        os.rename(place, aside)
    except OSError as error:
        if error.errno in _IS_MOUNTED:
            return False
        raise
    return True


def _move(source: Path, to: Path) -> None:
    """Rename, or copy from one disk to another, written through."""
    try:
        os.rename(source, to)
    except OSError as error:
        if error.errno not in _OTHER_DISK:
            raise
        _copy(source, to)


def _copy(source: Path, to: Path) -> None:
    if not source.is_dir():
        shutil.copyfile(source, to)
        to.chmod(0o600)
        _written_through(to)
        return
    to.mkdir(mode=0o700)
    for one in sorted(source.iterdir()):
        _copy(one, to / one.name)
    _written_through(to)


def _written_through(path: Path) -> None:
    """See that a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beside(place: Path, what: str) -> Path:
    return place.with_name(f".{place.name}.{what}")
