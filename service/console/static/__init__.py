"""Files of the pages (style, scripts, signs): read once, sent with an address that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its content, the same packed, its type and what its address carries."""

    content: bytes
    packed: bytes
    kind: str
    version: str


@cache
def files() -> dict[str, StaticFile]:
    """Every file by name."""
    found = {}
    for path in sorted(HERE.iterdir()):
        if path.suffix in KINDS:
            content = path.read_bytes()
            version = hashlib.sha256(content).hexdigest()[:12]
            found[path.name] = StaticFile(content, gzip.compress(content, 9, mtime=0), KINDS[path.suffix], version)
    return found


def address(name: str) -> str:
    """Where a file is. Raises KeyError for one that is not there."""
    return f"/static/{files()[name].version}/{name}"
