"""A delivery on its way in lies sealed; in clear it lies only while it is read, and nothing of it stays."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request

from service.api import _sealed_body
from service.api._sealed_body import SealedBody
from service.api.uploads import taken_in
from service.sealing.seal import SealError
from service.work.context import Context
from tests.serving.conftest import Signed

NAME = "阿牛木呷"
HEAD = b"person_id,name,division_code,recorded_at\n"


def on_disk(context: Context) -> list[bytes]:
    """What lies in the files of the spool this process holds, those without a name among them."""
    spool = str(context.settings.state / "spool")
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            where = os.readlink(link)
            if where.startswith(spool):
                found.append(Path(link).read_bytes())
        except OSError:
            continue
    return found


def rows(count: int) -> bytes:
    """Rows of the register, each with the name."""
    return "".join(f"p{n},{NAME},519901001001,2019-01-01T00:00:00+08:00\n" for n in range(count)).encode()


def test_a_body_lies_sealed_while_it_comes_in(context: Context) -> None:
    """Two megabytes of it are there and no name can be read; whole it is read as it was sent, and no file stays."""
    pieces = [rows(1_500) for _ in range(30)]
    left, seen = list(pieces), 0

    async def receive() -> dict[str, Any]:
        nonlocal seen
        there = on_disk(context)
        assert not any(NAME.encode() in one for one in there)
        seen = max([seen, *map(len, there)])
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    async def take() -> None:
        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", b"text/csv")]}
        async with taken_in(Request(scope, receive), context) as upload:
            assert upload.path.read_bytes() == b"".join(pieces)
            assert upload.size == len(b"".join(pieces))

    asyncio.run(take())
    assert seen > 1 << 20
    assert on_disk(context) == []
    assert list((context.settings.state / "spool").iterdir()) == []


def test_pieces_lie_sealed_and_open_as_they_were(context: Context) -> None:
    """Whatever their length; changed ones do not open, and where the block ends nothing is left."""
    folder = context.settings.state / "spool"
    pieces = [os.urandom(1 << 20), b"", NAME.encode() * 1000, b"x"]
    body = SealedBody(context.seal, folder)
    for one in pieces:
        body.write(one)
    assert not any(NAME.encode() in one for one in on_disk(context))
    with body.opened() as path:
        assert path.read_bytes() == b"".join(pieces)
        assert len(on_disk(context)) == 1
    assert on_disk(context) == []
    assert folder.stat().st_mode & 0o077 == 0
    spoiled = SealedBody(context.seal, folder)
    spoiled.write(b"one")
    os.pwrite(spoiled._file, b"\0", 20)
    with pytest.raises(SealError), spoiled.opened():
        pass
    spoiled.close()
    assert on_disk(context) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    context: Context, signed_in: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the way in, and when it is opened to be read."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    sender = signed_in("disbursement_system")
    for what in ("write", "opened"):
        with monkeypatch.context() as broken:
            broken.setattr(_sealed_body.SealedBody, what, full)
            answer = sender.post("/v1/tables/persons", content=HEAD + rows(1), headers={"content-type": "text/csv"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert on_disk(context) == []
