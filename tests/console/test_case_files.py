"""Files of a case through its page: the sender is looked at first, it stays in memory, and is kept once, sealed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from service.work.context import Context
from service.work.queue.attach_file import folder, list_attachments
from tests.console.case_world import a_case
from tests.console.conftest import Browse, Browser
from tests.serving.queue_world import COUNTY, ELSEWHERE, somebody

pytestmark = pytest.mark.any_database

ANNA = somebody(1, "investigator")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def keys(browser: Browser, case_id: str) -> dict[str, str]:
    """What the upload form holds."""
    page = browser.open(f"/cases/{case_id}")
    form = re.search(rf'action="/cases/{case_id}/attach"[^>]*>(.*?)</form>', page, re.S)
    assert form is not None
    return dict(re.findall(r'name="(form_token|form_key)" value="([^"]*)"', form.group(1)))


def attach(browser: Browser, case_id: str, content: bytes, name: str = "授权书.pdf", **more: Any) -> Any:
    """Send a file by the form of the page."""
    fields = more.pop("fields", None) or keys(browser, case_id)
    return browser.client.post(
        f"/cases/{case_id}/attach", data=fields, files={"file": (name, content)}, follow_redirects=False, **more
    )


def kept(context: Context, case_id: str) -> list[str]:
    """Names of what is attached."""
    return [one.name for one in list_attachments(context, ANNA, case_id, 0, 10)]


def test_attached_shown_and_saved_again(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    done = attach(browser, number, PDF)
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{number}")
    page = browser.open(f"/cases/{number}")
    assert "授权书.pdf" in page
    path = re.search(rf'href="(/cases/{number}/files/\d+)"', page)
    assert path is not None
    file = browser.client.get(path.group(1))
    assert file.content == PDF
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert all(PDF not in one.read_bytes() for one in folder(context).iterdir())
    browse("investigator", divisions=(ELSEWHERE,)).open(path.group(1), 404)
    browser.open(f"/cases/{number}/files/999", 404)


def test_sent_twice_it_is_there_once(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    fields = keys(browser, number)
    first = attach(browser, number, PDF, fields=fields)
    second = attach(browser, number, PDF + b"\n%%EOF", fields=fields)
    assert first.headers["location"] == second.headers["location"] == f"/cases/{number}"
    assert kept(context, number) == ["授权书.pdf"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"MZ\x90\0" + b"\0" * 80, 415, "按内容判断"),
        (b"<!DOCTYPE html><script>alert(1)</script>", 415, "按内容判断"),
        (b"", 422, "请选择非空的文件"),
    ],
)
def test_what_is_not_taken_is_told_on_the_page(
    context: Context, browse: Browse, content: bytes, status: int, said: str
) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    answer = attach(browser, number, content, "a.pdf")
    assert answer.status_code == status
    assert said in answer.text
    assert kept(context, number) == []
    # The form was not done.
    assert attach(browser, number, PDF).status_code == 303


def test_a_name_is_text_and_no_path(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    attach(browser, number, PDF, "../../<img src=x onerror=alert(1)>.html")
    page = browser.open(f"/cases/{number}")
    assert "<img src=x" not in page
    assert kept(context, number)[0].endswith(".pdf")
    assert "/" not in kept(context, number)[0]


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What would go to disk, which must be nothing."""
    spilled: list[int] = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", lambda self: spilled.append(1))
    return spilled


def test_a_large_file_stays_in_memory_and_one_above_the_limit_is_told(
    app: FastAPI, context: Context, browse: Browse, in_memory: list[int]
) -> None:
    number = a_case(context)
    limit = context.settings.attachment_limit_mb * 1024 * 1024
    browser = browse("investigator", divisions=(COUNTY,))
    fits = PDF.replace(b"%%EOF", b"\0" * (limit - 200) + b"\n%%EOF")
    assert attach(browser, number, fits).status_code == 303
    answer = attach(browser, number, b"%PDF-1.7" + b"\0" * (limit + 200_000))
    assert answer.status_code == 413
    assert f"附件不得超过 {context.settings.attachment_limit_mb} MB" in answer.text
    assert answer.text.count("<h1") == 1
    assert len(kept(context, number)) == 1
    assert in_memory == []


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"origin": "https://evil.example"}, {}),
        ({}, {"form_token": "wrong"}),
        ({}, {"form_token": ""}),
    ],
)
def test_a_form_of_another_page_is_refused(
    context: Context, browse: Browse, headers: dict[str, str], fields: dict[str, str]
) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    answer = attach(browser, number, PDF, fields=keys(browser, number) | fields, headers=headers)
    assert answer.status_code == 403
    assert kept(context, number) == []


def test_a_file_before_the_token_is_not_read(context: Context, browse: Browse) -> None:
    """Whoever sends is looked at before the file is: one whose token comes behind it is refused at its first byte."""
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    token = keys(browser, number)["form_token"]

    def pieces() -> Iterator[bytes]:
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        yield head.encode() + PDF
        for _ in range(20):
            yield b"\0" * 1024
        tail = f'\r\n--x\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{token}\r\n--x--\r\n'
        yield tail.encode()

    answer = browser.client.post(
        f"/cases/{number}/attach", content=pieces(), headers={"content-type": "multipart/form-data; boundary=x"},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 403
    assert kept(context, number) == []


def test_what_is_no_form_is_told(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    for kind, content in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("application/json", b"{}"),
        ("", b""),
    ):
        answer = browser.client.post(
            f"/cases/{number}/attach", content=content, headers={"content-type": kind}, follow_redirects=False
        )
        assert answer.status_code in (400, 403), kind
    assert kept(context, number) == []


def test_nobody_signed_in_is_led_to_the_sign_in_page(context: Context, browse: Browse) -> None:
    number = a_case(context)
    answer = attach(browse(), number, PDF, fields={"form_token": "x", "form_key": "y"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    reader = browse("auditor", divisions=(COUNTY,))
    assert attach(reader, number, PDF, fields={"form_token": "x", "form_key": "y"}).status_code == 403


def test_a_case_is_no_way_to_fill_the_disk(context: Context, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above so many files nothing is written; the same file again is the one that is there."""
    monkeypatch.setattr("service.work.queue.attach_file.AT_MOST", 1)
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    assert attach(browser, number, PDF).status_code == 303
    assert attach(browser, number, PDF).status_code == 303
    refused = attach(browser, number, PDF + b"%%EOF")
    assert refused.status_code == 422
    assert "每件最多附 1 个文件" in refused.text
    assert len(list(folder(context).iterdir())) == 1
