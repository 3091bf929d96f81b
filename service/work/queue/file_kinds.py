"""What kind of file something is, by its content; what its name says counts for nothing."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from typing import Final

KINDS: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "txt": "text/plain",
}
"""Kinds that are taken, and the type each is given out as."""

ENDINGS: Final = {"jpeg": (".jpg", ".jpeg")}
_PARTS: Final = 5_000
_INFLATED: Final = 1 << 30
_TEXTS: Final = ("utf-8", "gb18030")
_LINES: Final = 50


def kind_of(content: bytes) -> str | None:
    """A key of `KINDS`; None for anything else.

    Office files are opened as far as their table of contents: one with macros, one that inflates to more than 1 GB or
    has a part outside itself is none.
    """
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "png"
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0\r\n").endswith(b"\xff\xd9"):
        return "jpeg"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    # Half a file of these kinds is no text either.
    return None if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"PK")) else _text(content)


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return None
    names = {part.filename for part in parts}
    outside = any(name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) for name in names)
    macros = any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names)
    if outside or macros or len(parts) > _PARTS or sum(part.file_size for part in parts) > _INFLATED:
        return None
    if "[Content_Types].xml" not in names:
        return None
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in names else None


def _text(content: bytes) -> str | None:
    if not content.strip():
        return None
    for encoding in _TEXTS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\f" for letter in text):
            return None
        # A page that a browser could run is not a note.
        if re.search(r"<\s*(!doctype|html|script|svg|\?xml|body|iframe)", text[:4096], re.IGNORECASE):
            return None
        return "csv" if _is_table(text) else "txt"
    return None


def _is_table(text: str) -> bool:
    """Whether the first lines have the same number of cells, more than one."""
    try:
        rows = [row for _, row in zip(range(_LINES), csv.reader(io.StringIO(text), strict=True), strict=False) if row]
    except csv.Error:
        return False
    return len(rows) > 1 and len({len(row) for row in rows}) == 1 and len(rows[0]) > 1


def sound_name(name: str, kind: str) -> str:
    """A file name without a path, without letters that hide what it is, with the ending of its kind.

    >>> sound_name("../../etc/pass\\u202ewd", "pdf")
    'passwd.pdf'
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] not in "CZ" or c == " ")
    plain = re.sub(r'[<>:"|?*%;]', "_", plain).strip(" .")
    endings = ENDINGS.get(kind, (f".{kind}",))
    if not plain.lower().endswith(endings):
        plain = (plain.rpartition(".")[0] if re.search(r"\.[A-Za-z0-9]{1,5}$", plain) else plain) or "file"
        plain += endings[0]
    stem, _, ending = plain.rpartition(".")
    return f"{(stem or 'file')[:100]}.{ending}"
