"""What people do here, from the first page to the last, at three widths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDTHS, Person, Place

pytestmark = pytest.mark.slow

Somebody = Callable[..., Person]
WHY = "经调阅原始凭证并与本人核对，情况属实"


def numbers(text: str) -> set[str]:
    """Numbers of cases in a text."""
    return set(re.findall(r"C[0-9A-HJKMNP-TV-Z]{10}", text))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_case_from_the_queue_to_the_second_signature(person: Somebody, place: Place, width: str) -> None:
    """An investigator works a case, proposes its closing; the supervisor signs; the case is confirmed."""
    one = person(width, "investigator")
    one.shot("overview")
    one.go("/queue/discipline")
    one.shot("queue")
    # The largest that is open, rests on payments (what reports alone opened one person closes), and that no other
    # journey has closed.
    links = one.page.locator("main a[href^='/cases/C']")
    path = ""
    for n in range(links.count()):
        path = str(links.nth(n).get_attribute("href"))
        one.go(path)
        reports_alone = one.page.get_by_text("没有指明是哪一笔发放").count()
        may_close = one.page.locator(f"a[href='{path}/close']").count()
        if not reports_alone and may_close and one.page.locator("#waiting").count() == 0:
            break
        one.go("/queue/discipline")
    one.shot("case")
    take = one.page.locator("form[action$='/take'] button")
    if take.count():
        take.first.click()
    move = one.page.locator("form[action$='/move']")
    if "preliminary_check" in (move.inner_html() if move.count() else ""):
        if not move.is_visible():
            one.page.locator("details:has(form[action$='/move']) > summary").click()
        move.locator("select[name=move_to]").select_option("preliminary_check")
        move.locator("textarea").fill("调阅凭证、走访核对")
        move.locator("button").click()
        expect(one.page.locator("[role=status]")).to_be_visible()
        one.shot("checked")
    one.go(f"{path}/close")
    one.page.check("input[name=close_outcome][value=confirmed]")
    one.page.fill("textarea[name=close_reason]", WHY)
    one.shot("closing")
    # A double click does it once.
    one.page.locator("form[action$='/close/send'] button").dblclick()
    one.page.wait_for_url(f"**{path}*")
    one.shot("proposed")
    expect(one.page.locator("#waiting")).to_be_visible()
    # The back button and sending again lead here, and nothing is done twice.
    one.page.go_back()
    if one.page.locator("form[action$='/close/send']").count():
        one.page.locator("form[action$='/close/send'] button").click()
        one.page.wait_for_load_state()
    one.go(path)
    expect(one.page.locator("#waiting")).to_have_count(1)

    other = person(width, "supervisor")
    other.go(path)
    other.shot("second-person")
    other.page.click("form[action$='/sign'] button")
    expect(other.page.locator("main")).to_contain_text("查实")
    expect(other.page.locator("#waiting")).to_have_count(0)
    other.shot("confirmed")
    other.page.reload()
    expect(other.page.locator("main")).to_contain_text("查实")


def run_file(place: Place, width: str, folder: Path) -> Path:
    """Rows of a late run handed in once more as another, one of them broken."""
    import csv

    import pyarrow.parquet as pq

    rows = pq.read_table(place.folder / "county" / "disbursements.parquet").to_pylist()
    sizes = Counter(row["run_id"] for row in rows[-2_000:])
    last = max(sizes, key=lambda run: sizes[run])
    chosen = [row for row in rows if row["run_id"] == last][:20]
    now = place.now().isoformat(timespec="seconds")
    mark = f"{place.kind}-{width}".upper()
    for n, row in enumerate(chosen):
        row |= {"disbursement_id": f"DB-{mark}-{n}", "run_id": f"RB-{mark}"}
        row["reissue_of"] = None
        row["submitted_at"] = now
    chosen[3]["amount"] = "not a number"
    path = folder / "run.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [name for name in chosen[0] if name != "reissue_of"]
        out = csv.DictWriter(file, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(chosen)
    return path


@pytest.mark.parametrize("width", WIDTHS)
def test_a_run_from_its_upload_to_the_signature(person: Somebody, place: Place, width: str, tmp_path: Path) -> None:
    """A department sends a run; bad rows lie aside with their reason; somebody else signs the lists."""
    one = person(width, "department_verifier")
    one.go("/runs/new")
    one.page.set_input_files("input[type=file]", run_file(place, width, tmp_path))
    one.shot("upload")
    one.page.click("form[action='/runs/new/send'] button")
    one.page.wait_for_url(re.compile(r"/runs/\d+"))
    path = re.sub(r"^https?://[^/]+|\?.*$", "", one.page.url)
    one.shot("sent")
    other = person(width, "supervisor")
    for _ in range(90):
        other.go(path)
        if other.page.locator("form[action$='/sign']").count():
            break
        other.page.wait_for_timeout(1000)
    one.go(path)
    one.shot("scored")
    # Whoever sent it does not sign it.
    expect(one.page.locator("form[action$='/sign']")).to_have_count(0)
    expect(one.page.locator("main")).to_contain_text("隔离")
    other.page.check("form[action$='/sign'] input[name=looked]")
    other.shot("to-sign")
    other.page.locator("form[action$='/sign'] button").dblclick()
    # Where it leads is waited for: another page asked for meanwhile would call it off.
    expect(other.page.locator("form[action$='/sign']")).to_have_count(0)
    other.page.wait_for_load_state("networkidle")
    other.go(path)
    expect(other.page.locator("form[action$='/sign']")).to_have_count(0)
    expect(other.page.locator("main")).to_contain_text("supervisor")
    other.shot("signed")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_recipient_reports_a_card_held_by_somebody(person: Somebody, place: Place, width: str) -> None:
    """Without scripts: sign in by a code, see the payments, report, be answered by staff, read the answer."""
    recipient = place.trial.recipient
    assert recipient is not None
    one = person(width, scripts=False)
    one.go("/my")
    one.page.fill("input[name=last_six]", recipient.last_six)
    one.page.fill("input[name=name]", recipient.name)
    one.shot("sign-in")
    sent = place.trial.outbox.read_text("utf-8").count("验证码") if place.trial.outbox.exists() else 0
    one.page.click("form[action='/my/sign-in/send'] button")
    for _ in range(100):
        if place.trial.outbox.exists() and place.trial.outbox.read_text("utf-8").count("验证码") > sent:
            break
        one.page.wait_for_timeout(100)
    one.page.fill("input[name=code]", place.code())
    one.page.click("form[action='/my/sign-in/enter'] button")
    one.page.wait_for_url("**/my")
    expect(one.page.locator("main")).to_contain_text("元")
    one.shot("my-payments")
    one.go("/my/report")
    one.page.check("input[name=kind][value=card_held]")
    said = f"我的卡被村里人拿着，{place.kind}{width}"
    one.page.fill("textarea[name=text]", said)
    one.shot("report")
    one.page.click("form[action='/my/report/send'] button")
    one.page.wait_for_url("**/my/reports*")
    one.shot("reported")
    # Reload and back: still one report.
    one.page.reload()
    one.go("/my/reports")
    before = one.page.locator("main").inner_text()
    assert before.count(said) <= 1

    staff = person(width, "investigator")
    staff.go("/reports")
    staff.shot("reports")
    staff.page.locator("main a[href^='/reports/']").last.click()
    expect(staff.page.locator("main")).to_contain_text(said)
    staff.page.fill("form[action$='/answer'] textarea", "已联系村里，卡今日归还本人，请您核对。")
    staff.shot("answer")
    staff.page.click("form[action$='/answer'] button")
    expect(staff.page.locator("#answer blockquote")).to_be_visible()
    staff.page.wait_for_load_state("networkidle")

    one.go("/my/reports")
    expect(one.page.locator("main")).to_contain_text("卡今日归还本人")
    one.shot("answered")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_auditor_verifies_the_log(person: Somebody, width: str) -> None:
    """The log is walked from end to end, and is sound."""
    one = person(width, "auditor")
    one.go("/supervision")
    one.shot("supervision")
    one.go("/log")
    one.shot("log")
    button = one.page.locator("form[action='/log/verify'] button")
    if button.count():
        button.click()
        one.page.wait_for_load_state()
    for _ in range(60):
        one.go("/log")
        if (
            one.page.locator(".verification .mark.done").count()
            and not one.page.locator(".verification .notice").count()
        ):
            break
        one.page.wait_for_timeout(1000)
    expect(one.page.locator(".verification .mark.done")).to_be_visible()
    one.shot("verified")


def test_the_graph_moves_and_leaves_as_a_picture(person: Somebody, tmp_path: Path) -> None:
    """The slider, kinds that hide, and both exports."""
    one = person("wide", "supervisor")
    one.go("/queue/discipline")
    one.page.locator("main a[href^='/cases/C']").first.click()
    one.page.wait_for_load_state()
    graph: Any = one.page.locator("figure.graph svg, .graph svg, .canvas svg").first
    expect(graph).to_be_visible()
    for kind in ("svg", "png"):
        with one.page.expect_download() as waiting:
            one.page.locator(f"[data-do={kind}]").first.click()
        found = tmp_path / f"graph.{kind}"
        waiting.value.save_as(found)
        content = found.read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n" if kind == "png" else b"<svg" in content[:200]
        assert len(content) > 2000
    one.shot("graph")
