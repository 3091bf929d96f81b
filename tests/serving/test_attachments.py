"""Files of cases: told by content, kept sealed, given out so that nothing runs."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from service.clock import SetClock
from service.sealing import SealError
from service.store.attachments import ATTACHMENTS
from service.work.context import Context
from service.work.queue.attach_file import attach_file, folder, read_attachment, sweep
from service.work.queue.errors import NotThere, WrongKind
from service.work.queue.file_kinds import kind_of, sound_name
from tests.serving.queue_world import COUNTY, audit_actions, lay_out, member, new_case, opened, somebody

ANNA = somebody(1, "investigator")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40 + b"\xff\xd9"


@pytest.fixture
def number(context: Context) -> str:
    """An open case."""
    lay_out(context)
    return opened(context, new_case(member(1))).case_id


def office(*names: str) -> bytes:
    """A zip file with parts of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


DOCX, XLSX = office("[Content_Types].xml", "word/document.xml"), office("[Content_Types].xml", "xl/workbook.xml")

TAKEN = [
    (PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg"), (DOCX, "docx"), (XLSX, "xlsx"),
    (b"a,b\n1,2\n", "csv"), ("已核实".encode(), "txt"), ("姓名,金额\n张,1\n".encode("gb18030"), "csv"),
]  # fmt: skip
NOT_TAKEN = [
    b"", b"   \n", b"MZ\x90\0" + b"\0" * 80, b"\x7fELF" + b"\0" * 80, b"PK\x03\x04broken", office("a.txt"),
    office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    office("[Content_Types].xml", "word/document.xml", "../../etc/passwd"),
    b"<!DOCTYPE html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"words\0and more", PDF[:20],
    b"\xff\xd8\xff", b"\x1f\x8b\x08" + b"\0" * 30,
]  # fmt: skip


@pytest.mark.parametrize(("content", "kind"), TAKEN)
def test_the_content_says_what_it_is(content: bytes, kind: str) -> None:
    """Whatever the name says."""
    assert kind_of(content) == kind


@pytest.mark.parametrize("content", NOT_TAKEN)
def test_anything_else_is_not_taken(content: bytes) -> None:
    """Programs, pages a browser runs, macros, parts outside the archive, halves of files."""
    assert kind_of(content) is None


def test_an_archive_that_inflates_without_end_is_not_taken() -> None:
    """Two gigabytes of nothing in a few kilobytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    bomb = bytearray(made.getvalue())
    # The directory says that a part is two gigabytes; nothing is inflated to find out.
    place = bomb.rindex(b"PK\x01\x02")
    bomb[place + 24 : place + 28] = (2**31).to_bytes(4, "little")
    assert kind_of(bytes(bomb)) is None


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\授权书.pdf", "授权书.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ("a.php\0.pdf", "a.php.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("x" * 500 + ".pdf", "x" * 100 + ".pdf"),
        ('a"b;c\r\nSet-Cookie: x.pdf', "a_b_cSet-Cookie_ x.pdf"),
    ],
)
def test_names_lead_nowhere(name: str, sound: str) -> None:
    """No path, no letters that turn the text round, no header, the ending of what it is."""
    assert sound_name(name, "pdf") == sound


def test_a_file_lies_sealed_and_comes_back_whole(context: Context, number: str) -> None:
    """Under a random name, readable by nobody else, nothing of it in clear; the same file is there once."""
    secret = "张三的授权书".encode()
    first = attach_file(context, ANNA, number, "张三.txt", secret)
    assert attach_file(context, ANNA, number, "another.txt", secret) == first
    files = list(folder(context).iterdir())
    assert len(files) == 1
    assert files[0].stat().st_mode & 0o077 == 0
    assert secret not in files[0].read_bytes()
    assert "张" not in files[0].name
    found, kind, content = read_attachment(context, ANNA, number, first)
    assert (found.name, kind, content) == ("张三.txt", "text/plain", secret)
    assert audit_actions(context, number)[-2:] == ["case.attached", "case.attachment_read"]


def test_a_changed_file_is_not_given_out(context: Context, number: str) -> None:
    """One byte changed on disk, or another file put in its place."""
    first = attach_file(context, ANNA, number, "a.txt", b"some words")
    path = next(folder(context).iterdir())
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(SealError):
        read_attachment(context, ANNA, number, first)


def test_a_file_belongs_to_its_case(context: Context, number: str) -> None:
    """By the number of another case there is no such attachment."""
    first = attach_file(context, ANNA, number, "a.txt", b"some words")
    other = opened(context, new_case(member(2), hub_id="O2")).case_id
    with pytest.raises(NotThere):
        read_attachment(context, ANNA, other, first)


def test_a_crash_leaves_no_file_and_no_row(
    context: Context, number: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What raises before the row is kept takes the file away; one a dead process left is swept after an hour."""

    def crash(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("service.work.queue.attach_file.record", crash)
        with pytest.raises(RuntimeError):
            attach_file(context, ANNA, number, "a.txt", b"some words")
    assert list(folder(context).iterdir()) == []
    (folder(context) / "left").write_bytes(b"x")
    kept = attach_file(context, ANNA, number, "a.txt", b"some words")
    for path in folder(context).iterdir():
        os.utime(path, (0, clock.now().timestamp() - 1800))
    assert sweep(context) == 0
    clock.move(hours=2)
    assert sweep(context) == 1
    assert read_attachment(context, ANNA, number, kept)[2] == b"some words"


def test_over_http(context: Context, number: str, signed_in: Callable[..., TestClient]) -> None:
    """As a form and as a body; too large is 413 and a wrong kind 415, whatever it says it is."""
    client = signed_in("investigator", divisions=(COUNTY,))
    place = f"/v1/cases/{number}/attachments"
    made = client.post(place, files={"file": ("../../授权书.exe", PDF, "application/x-msdownload")})
    assert made.status_code == 201, made.text
    body = client.post(place, content=PNG, headers={"X-File-Name": "%E7%85%A7%E7%89%87", "Content-Type": "image/png"})
    assert body.status_code == 201, body.text
    listed = client.get(place).json()["attachments"]
    assert [one["name"] for one in listed] == ["授权书.pdf", "照片.png"]
    got = client.get(f"{place}/{made.json()['attachment_id']}")
    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith('attachment; filename="attachment.pdf"')
    assert "sandbox" in got.headers["content-security-policy"]
    wrong = client.post(place, files={"file": ("a.pdf", b"MZ\x90\0" + b"\0" * 80, "application/pdf")})
    assert (wrong.status_code, wrong.json()["type"]) == (415, "/problems/not-a-format-taken")
    large = PDF.replace(b"obj", b"obj" + b" " * (21 * 1024 * 1024), 1)
    assert client.post(place, files={"file": ("a.pdf", large, "application/pdf")}).status_code == 413
    assert client.post(place, content=large, headers={"Content-Type": "application/pdf"}).status_code == 413
    assert client.post(
        place, content=b"--x\r\n", headers={"Content-Type": "multipart/form-data; boundary=x"}
    ).status_code in (400, 415)
    assert client.post(place, files={"other": ("a.pdf", PDF)}).status_code == 400
    assert client.get(f"{place}/../../etc/passwd").status_code in (404, 422)
    far = signed_in("investigator", divisions=("5198",))
    assert far.get(place).status_code == 404
    assert far.get(f"{place}/1").status_code == 404


def test_the_row_cannot_lead_to_another_file(context: Context, number: str) -> None:
    """A path written into the row by hand opens nothing: what lies there was not sealed as an attachment."""
    first = attach_file(context, ANNA, number, "a.txt", b"some words")
    (folder(context).parent / "secret").write_bytes(b"not an attachment, not sealed as one")
    with context.database.write() as connection:
        connection.execute(update(ATTACHMENTS).values(file="../secret"))
    with pytest.raises(SealError):
        read_attachment(context, ANNA, number, first)


def test_a_wrong_kind_leaves_nothing(context: Context, number: str) -> None:
    """Neither a file nor a row."""
    with pytest.raises(WrongKind):
        attach_file(context, ANNA, number, "a.pdf", b"MZ" + b"\0" * 80)
    assert not (context.settings.state / "attachments").exists()
