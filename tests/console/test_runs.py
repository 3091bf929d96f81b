"""Pages of payment runs: from the upload to the second person's signature, and all that is refused on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest

from service.clock import SetClock
from service.console.pages.run import PAGE, View
from service.console.words import LANGUAGES, Language
from service.store import runs as store
from service.work.context import Context
from service.work.runs import spool
from tests.console.conftest import Browse, Browser
from tests.console.test_every_page import hostile, shown
from tests.serving.queue_world import COUNTY, ELSEWHERE, lay_out
from tests.serving.run_help import BEFORE, LAST, LATER, Runs, as_csv, invented, work

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The county."""
    return invented(tmp_path_factory)


def keys(text: str, action: str) -> dict[str, str]:
    """What the form of a page that goes to `action` holds by itself."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.S)
    assert form is not None, f"no form to {action}"
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.group(1)))


def upload(browser: Browser, body: bytes, name: str = "rows.csv", *, page: str = "", **told: str) -> httpx.Response:
    """Send the form with a file, as a browser does: hidden fields first."""
    held = keys(page or browser.open("/runs/new"), "/runs/new/send")
    files = {"file": (name, body, "application/octet-stream" if name.endswith(".exe") else "text/csv")}
    return browser.client.post("/runs/new/send", data=held | told, files=files, follow_redirects=False)


def nothing_kept(context: Context) -> bool:
    """Whether no file lies in the spool."""
    return not list(spool.folder(context).iterdir())


def test_a_run_from_upload_to_signature(context: Context, clock: SetClock, browse: Browse, runs: Runs) -> None:
    """Sent by one, looked at, signed by another as it stood; what moved is not signed; nothing is done twice."""
    clock.at = LATER
    runs.put_on_record(context, but=[LAST])
    sender, signer = browse("department_verifier"), browse("supervisor", language="en")
    body = as_csv(runs.of(LAST)) + f"D-bad,{LAST},x,P,,2018,{EVIL}\n".encode()
    page = sender.open("/runs/new")
    answer = upload(sender, body, page=page)
    assert answer.status_code == 303, answer.text[:500]
    path = answer.headers["location"]
    # The same form again, as by a double click or the back button.
    assert upload(sender, body, page=page).headers["location"] == path
    assert 'data-refresh="3"' in sender.open(path)
    assert len(re.findall(r'data-href="/runs/\d+"', sender.open("/runs"))) == 1
    work(context)
    shown = sender.open(path)
    assert 'data-refresh="' not in shown
    assert "待签批" in shown
    assert f'action="{path}/sign"' not in shown, "whoever sent it does not sign it"
    assert "由提交人以外" in shown

    # Every view, with what it must show.
    total = runs.of(LAST).num_rows
    assert sender.open(f"{path}?view=release").count("<tr>") >= min(total, 50)
    questions = signer.open(f"{path}?view=verify")
    assert "releases itself" in questions
    assert questions.count('data-href="/questions/') == 1
    assert "Pay, look later" in signer.open(f"{path}?view=review")
    bad = sender.open(f"{path}?view=quarantine")
    assert EVIL not in bad
    assert f"/v1{path}/quarantine/file" in bad
    assert "Quarantined rows are read by the department" in signer.open(f"{path}?view=quarantine")
    assert sender.client.get(f"/v1{path}/quarantine/file").status_code == 200
    assert sender.client.get(f"/v1{path}/scores/file?form=csv&list=release").text.count("\n") == total

    # What was looked at is what is signed.
    form = keys(signer.open(path), f"{path}/sign")
    refused = signer.client.post(f"{path}/sign", data=form | {"release": str(int(form["release"]) + 1)})
    assert refused.status_code == 409
    assert "not those you looked at" in refused.text
    spoilt = signer.client.post(f"{path}/sign", data=form | {"release": "many"})
    assert spoilt.status_code == 422
    forced = sender.client.post(f"{path}/sign", data=form | keys(shown, "/sign-out/now"))
    assert forced.status_code == 403
    for _ in range(2):
        done = signer.client.post(f"{path}/sign", data=form, follow_redirects=False)
        assert (done.status_code, done.headers["location"]) == (303, path)
    signed = signer.open(path)
    assert 'role="status">Signed.' in signed
    assert f'action="{path}/sign"' not in signed
    assert "Fingerprint of the lists" in signed
    with context.database.read() as connection:
        kept = store.one(connection, int(path.rpartition("/")[2]))
    assert kept is not None
    assert (kept.state, kept.signed["release"]) == ("signed", int(form["release"]))


def test_what_differs_from_the_last_run(context: Context, clock: SetClock, browse: Browse, runs: Runs) -> None:
    """People by change, each list with its own; whoever sees one village sees its people alone."""
    clock.at = LATER
    runs.put_on_record(context, but=[BEFORE, LAST])
    sender = browse("department_verifier")
    for run in (BEFORE, LAST):
        upload(sender, as_csv(runs.of(run)))
        work(context)
    page = sender.open("/runs/2")
    assert 'href="/runs/1"' in page
    found = dict(re.findall(r'view=changes&amp;change=(\w+)"><b>(\d+)</b>', page))
    now, then = (set(runs.of(run).column("person_id").to_pylist()) for run in (LAST, BEFORE))
    assert int(found.get("new", 0)) == len(now - then)
    assert int(found.get("gone", 0)) == len(then - now)
    for change, count in found.items():
        rows = sender.open(f"/runs/2?view=changes&change={change}")
        assert rows.count("<tr>") - 1 == min(int(count), 50)
        for number in now | then:
            assert number not in rows
    assert 'aria-current="page"' in sender.open("/runs?state=scored")
    sender.open("/runs/2?view=changes&change=other", 422)


@pytest.mark.parametrize("fault", ["token", "site", "kind", "field", "role", "cut"])
def test_an_upload_that_is_refused_leaves_nothing(context: Context, browse: Browse, fault: str) -> None:
    """Said in the page, with what was entered, and the form may be sent again; nothing stays on the disk."""
    browser = browse("department_verifier")
    page = browser.open("/runs/new")
    held = keys(page, "/runs/new/send")
    files = {"file": ("rows.csv", b"disbursement_id\nD1\n", "text/csv")}
    post: Any = browser.client.post
    if fault == "token":
        answer = post("/runs/new/send", data=held | {"form_token": "x"}, files=files)
        assert answer.status_code == 403
    elif fault == "site":
        answer = post("/runs/new/send", data=held, files=files, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
    elif fault == "kind":
        answer = upload(browser, b"MZ", "rows.exe", page=page, run_id=f"R1{EVIL}")
        assert answer.status_code == 415
        assert "R1&lt;script&gt;" in answer.text
    elif fault == "field":
        answer = upload(browser, b"x\n1\n", page=page, period="soon", program_id="P02", division_code="5199")
        assert answer.status_code == 422
        assert "所属期：应为" in answer.text
        assert 'value="soon"' in answer.text
    elif fault == "role":
        other = browse("auditor")
        other.open("/runs/new", 403)
        theirs = keys(other.open("/runs"), "/sign-out/now")
        assert other.client.post("/runs/new/send", data=theirs, files=files).status_code == 403
    else:
        # The file ends in the middle of the form.
        whole = browser.client.build_request("POST", "/runs/new/send", data=held, files=files)
        cut = whole.read()[:-20]
        kind = {"content-type": whole.headers["content-type"]}
        assert post("/runs/new/send", content=cut, headers=kind).status_code == 400
    assert nothing_kept(context)
    with context.database.read() as connection:
        assert store.page(connection, None, 10) == []
    # The same form, mended.
    assert upload(browser, b"disbursement_id\nD1\n", page=page).headers["location"] == "/runs/1"


def test_too_much_is_refused_before_it_is_kept(
    context: Context, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upload beyond the limit is told as a page; one that is merely large is taken."""
    assert upload(browse("department_verifier"), b"x\n" * 5_000_000).status_code == 303
    for path in spool.folder(context).iterdir():
        path.unlink()
    monkeypatch.setattr("service.api.routes._runs_upload.limit_of", lambda _context: 100)
    answer = upload(browse("department_verifier"), b"x" * 500_000)
    assert answer.status_code == 413
    assert "100" in answer.text
    assert nothing_kept(context)


def test_rows_on_record_are_scored_by_their_runs_number(browse: Browse, context: Context) -> None:
    """Asked for by number; an empty one is asked for again."""
    browser = browse("department_verifier")
    refused = browser.send("/runs/new", "/runs/new/refer", known_run_id=" ")
    assert refused.status_code == 422
    assert "请填写批次编号" in refused.text
    answer = browser.send("/runs/new", "/runs/new/refer", known_run_id="R77")
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs/1")
    assert "R77" in browser.open("/runs?state=received")
    assert "R77" in browser.open("/runs?run_id=R77&state=open")
    assert "没有符合条件的批次" in browser.open("/runs?run_id=R78")


def test_the_scoring_is_stopped_and_taken_up_again(browse: Browse, context: Context) -> None:
    """By form, once each; payments are not spoken of as stopped; a run that broke off says why, as text."""
    browser = browse("department_verifier", language="en")
    browser.send("/runs/new", "/runs/new/refer", known_run_id="R77")
    assert browser.send("/runs/1", "/runs/1/cancel").status_code == 303
    stopped = browser.open("/runs/1")
    assert "No payment is touched" in stopped
    assert "Scoring cancelled" in stopped
    assert browser.send("/runs/1", "/runs/1/resume").status_code == 303
    page = browser.open("/runs/1")
    with context.database.write() as connection:
        store.change(connection, 1, state="failed", failure={"code": "x", "en": f"Broke {EVIL}", "zh": "中断"})
    late = browser.send(page, "/runs/1/cancel")
    assert late.status_code == 409
    assert "cannot be cancelled" in late.text
    assert EVIL not in late.text
    assert "Broke &lt;script&gt;" in late.text


def test_runs_are_seen_where_they_lie(browse: Browse, context: Context) -> None:
    """Elsewhere there is no such run, and nothing can be done to it."""
    lay_out(context)
    mine = browse("department_verifier", divisions=(COUNTY,))
    other = browse("department_verifier", "supervisor", divisions=(ELSEWHERE,))
    mine.send("/runs/new", "/runs/new/refer", known_run_id="R77")
    assert "/runs/1" in mine.open("/runs")
    assert "/runs/1" not in other.open("/runs")
    for path in ("/runs/1", "/runs/1?view=verify", "/runs/99", "/runs/1?view=changes"):
        other.open(path, 404)
    held = keys(other.open("/runs"), "/sign-out/now")
    for verb in ("cancel", "resume"):
        assert other.client.post(f"/runs/1/{verb}", data=held).status_code == 404
    browse("data_scientist").open("/runs", 403)
    for path in ("/runs/99999999999999999999", "/runs?before=0", "/runs?state=gone", "/runs/1?after=-1"):
        mine.open(path, 422)


@pytest.mark.parametrize("view", ["overview", "verify", "review", "release", "quarantine", "changes"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_stays_text_in_every_view(view: View, language: Language) -> None:
    """Whatever a file or a person brings into the rows of a run."""
    for unfinished in (False, True):
        page = shown(PAGE, hostile(replace(PAGE.example, view=view, unfinished=unfinished)), language)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert page.count("<h1") == 1
