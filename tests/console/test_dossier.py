"""The dossier: what it holds, to whom it is given, that the log knows the file, that a document stays a document."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import Counter
from dataclasses import replace
from typing import Any, get_args

import docx
import pytest
from sqlalchemy import select

from service.access import Role
from service.console.dossier import _ties
from service.console.dossier._paper import Paper
from service.console.dossier.facts import EXAMPLE, PARTS, Dossier
from service.console.dossier.write import write
from service.console.drawings._graph_layout import lay_out
from service.console.pages._case_drawn import Drawn
from service.console.pages._case_shapes import NoteShown
from service.console.static import HERE
from service.console.words import Words
from service.store.audit_lines import AUDIT_LINES
from service.work.context import Context
from service.work.portraits.shapes import TieKind
from service.work.queue.write_note import write_note
from tests.console.case_world import SERIES, a_case
from tests.console.conftest import Browse
from tests.console.test_every_page import hostile
from tests.serving.queue_world import COUNTY, ELSEWHERE, audit_actions, kin, somebody

pytestmark = pytest.mark.any_database

ZONE = dt.timezone(dt.timedelta(hours=8))
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def body_of(content: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return ElementTree.fromstring(packed.read("word/document.xml"))  # noqa: S314 - made by us


def text_of(content: bytes) -> str:
    return " ".join(one.text or "" for one in body_of(content).iter(f"{W}t"))


def test_it_holds_everything_and_opens() -> None:
    content = write(EXAMPLE, ZONE)
    document = docx.Document(io.BytesIO(content))
    heads = [one.text for one in document.paragraphs if str(one.style.name).startswith("Heading 1")]  # type: ignore[union-attr]
    assert heads == [
        "基本情况", "结案等待会签", "提请核实的问题", "群众反映", "已核对的相似合规情形", "关系图", "时间线",
        "与同类比较", "发放明细", "相似案例", "备注", "办理记录", "未能核对的方面", "签字",
    ]  # fmt: skip
    text = text_of(content)
    for said in (
        "需核实：银行网点连续支取多卡", "C7K3M9QZ4TB-20190702-1030", "不是结论",
        "card_transactions:····1232/2019-06-14", "另有 4 条见系统",
        "王*", "尾号 1204", "清溪助农取款点", "登记死亡 2019-02-11", "D00004283", "授权书.pdf",
        "约周三看台账", "未共享数据：", "承办人", "会签人",
    ):  # fmt: skip
        assert said in text, said
    assert document.core_properties.title == "核查件卷宗 C7K3M9QZ4TB"
    assert document.core_properties.author == "明白"


def test_reports_are_told_without_their_words() -> None:
    """What was reported and when, whether it was answered, and its number."""
    text = "".join(body_of(write(EXAMPLE, ZONE)).itertext())
    for part in ("群众反映", "我的卡被他人保管", "B-7K2M-9QXD", "待答复", "已答复"):
        assert part in text
    none = replace(EXAMPLE, whole=replace(EXAMPLE.whole, reports=()))
    assert "待答复" not in "".join(body_of(write(none, ZONE)).itertext())


def test_the_same_dossier_is_the_same_file() -> None:
    assert write(EXAMPLE, ZONE) == write(EXAMPLE, ZONE)
    assert write(EXAMPLE, ZONE) != write(replace(EXAMPLE, who="zhou.min"), ZONE)


def test_drawings_are_shapes_with_their_texts() -> None:
    root = body_of(write(EXAMPLE, ZONE))
    numbers = [one.get("id") for one in root.iter() if one.tag.endswith(("}cNvPr", "}docPr"))]
    assert max(Counter(numbers).values()) == 1, "every shape has a number of its own"
    groups = [one for one in root.iter() if one.tag.endswith("}wgp")]
    # Ties, timeline, and two comparisons.
    assert len(groups) == 4
    shown = {one.text for one in groups[0].iter(f"{W}t")}
    assert EXAMPLE.drawn.graph is not None
    for box in lay_out(EXAMPLE.drawn.graph, Words("", "zh")).boxes:
        assert {box.label, box.note} <= shown | {""}
    for group in groups:
        wide, tall = (int(group.find(f".//{A}ext").get(name)) for name in ("cx", "cy"))
        for place in group.iter(f"{A}xfrm"):
            x, y = (int(place.find(f"{A}off").get(name)) for name in ("x", "y"))
            w, h = (int(place.find(f"{A}ext").get(name)) for name in ("cx", "cy"))
            assert -20_000 <= x <= wide
            assert -20_000 <= y <= tall
            assert x + w <= wide * 1.2
            assert y + h <= tall + 20_000
    assert all(one.get("descr") for one in root.iter() if one.tag.endswith("}docPr")), "each is read aloud"


def test_colours_of_ties_are_those_of_the_page() -> None:
    css = (HERE / "drawing.css").read_text("utf-8")
    assert set(_ties.LOOKS) == set(get_args(TieKind))
    for kind, (colour, dash) in _ties.LOOKS.items():
        rules = " ".join(re.findall(rf"[^}}]*\.tie\.{kind}\b[^{{]*{{([^}}]*)}}", css))
        found = re.search(r"stroke: #([0-9a-f]{6})", rules)
        assert (found[1].upper() if found else "79858A") == colour, kind
        assert bool(dash) == ("dasharray" in rules), kind


def test_text_stays_text_and_odd_characters_break_nothing() -> None:
    content = write(hostile(EXAMPLE), ZONE)
    docx.Document(io.BytesIO(content))
    assert "<script>alert(1)</script>" in text_of(content)
    odd = replace(EXAMPLE.whole, notes=(NoteShown(EXAMPLE.at, "li.wen", "a\x00b\x0b\ud800c]]>&lt;\ufffe\u202e"),))
    assert "a\ufffdb" in text_of(write(replace(EXAMPLE, whole=odd), ZONE))


def test_long_numbers_are_cut_for_those_who_may_not_see_them() -> None:
    note = NoteShown(EXAMPLE.at, "li.wen", "本人证号 519921195303041232，电话 13800138000")
    of = replace(EXAMPLE, whole=replace(EXAMPLE.whole, notes=(note,)))
    cut = text_of(write(replace(of, cut=True), ZONE))
    assert "519921195303041232" not in cut
    assert "13800138000" not in cut
    assert "····1232" in cut
    assert "长号码已截断" in cut


@pytest.mark.parametrize("part", PARTS)
def test_a_part_can_be_left_out(part: str) -> None:
    text = text_of(
        write(
            replace(EXAMPLE, behind=() if part == "evidence" else EXAMPLE.behind, parts=frozenset(PARTS) - {part}), ZONE
        )
    )
    gone = {
        "drawings": "手机银行", "evidence": "card_transactions:····1232", "payments": "D00004999",
        "notes": "约周三看台账", "history": "名册与银行回单不符", "off": "未共享数据",
    }[part]  # fmt: skip
    assert gone not in text
    assert "未包含：" in text
    assert gone in text_of(write(EXAMPLE, ZONE))


def test_without_the_history_it_says_so_and_has_the_rest() -> None:
    away = ("历史数据暂时无法读取。", "away")
    content = write(replace(EXAMPLE, drawn=Drawn(away=away), behind=(), away=away), ZONE)
    assert "历史数据暂时无法读取" in text_of(content)
    assert "D00004283" in text_of(content)
    assert not [one for one in body_of(content).iter() if one.tag.endswith("}wgp")]


def test_a_long_case_is_written_quickly_enough_to_wait_for() -> None:
    """500 payments and 500 lines of history: tables are not built cell by cell."""
    whole = replace(EXAMPLE.whole, members=EXAMPLE.whole.members * 250, history=EXAMPLE.whole.history * 125)
    content = write(replace(EXAMPLE, whole=whole), ZONE)
    assert len(list(body_of(content).iter(f"{W}tr"))) > 1_000
    assert len(content) < 200_000


def test_a_table_says_how_wide_it_is_and_repeats_its_head() -> None:
    paper = Paper(title="t", author="a", at=EXAMPLE.at, head="h", of_pages=("第", "页，共", "页"))
    paper.table(("a", "b"), [("1", "2")], (1, 3), right=frozenset({1}))
    root = body_of(paper.content())
    widths = [int(one.get(f"{W}w")) for one in root.iter(f"{W}gridCol")]
    assert widths[1] == pytest.approx(3 * widths[0], abs=2)
    assert len(list(root.iter(f"{W}tblHeader"))) == 1


# ---- given out ----


def lines_of(context: Context, number: str) -> list[Any]:
    with context.database.read() as connection:
        asked = select(AUDIT_LINES).where(AUDIT_LINES.c.action == "case.dossier", AUDIT_LINES.c.about == number)
        return list(connection.execute(asked).all())


def test_the_log_knows_who_was_given_which_file(context: Context, browse: Browse) -> None:
    number = a_case(context)
    browser = browse("investigator", divisions=(COUNTY,))
    page = browser.open(f"/cases/{number}/dossier")
    assert page.count('name="part"') == len(PARTS)
    answer = browser.client.get(f"/cases/{number}/dossier.docx")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{number}-')
    assert "no-store" in answer.headers["cache-control"]
    (line,) = lines_of(context, number)
    assert line.details["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert line.details["parts"] == sorted(PARTS)
    assert line.details["dossier"] in text_of(answer.content)
    assert "需核实：" in text_of(answer.content)
    assert SERIES in text_of(answer.content)


def test_parts_that_were_chosen(context: Context, browse: Browse) -> None:
    number = a_case(context)
    write_note(context, somebody(1, "investigator"), number, "只在备注里")
    browser = browse("investigator", divisions=(COUNTY,))
    few = browser.client.get(f"/cases/{number}/dossier.docx?chosen=true&part=payments").content
    assert "只在备注里" not in text_of(few)
    assert "只在备注里" in text_of(browser.client.get(f"/cases/{number}/dossier.docx").content)
    assert lines_of(context, number)[0].details["parts"] == ["payments"]
    assert browser.client.get(f"/cases/{number}/dossier.docx?chosen=true&part=secrets").status_code == 422


def test_given_to_whom_it_may_be_given(context: Context, browse: Browse) -> None:
    number = a_case(context)
    write_note(context, somebody(1, "investigator"), number, "证号 519921195303041232")
    asked: tuple[tuple[Role, str, int], ...] = (
        ("investigator", ELSEWHERE, 404),
        ("department_verifier", COUNTY, 404),
        ("data_scientist", "*", 403),
        ("administrator", "*", 403),
    )
    for role, division, status in asked:
        browser = browse(role, divisions=(division,))
        assert browser.client.get(f"/cases/{number}/dossier.docx").status_code == status, role
        assert browser.client.get(f"/cases/{number}/dossier").status_code == status, role
    assert not lines_of(context, number)
    # Auditors see cases, and no whole number of anybody.
    given = browse("auditor", divisions=(COUNTY,)).client.get(f"/cases/{number}/dossier.docx")
    assert given.status_code == 200
    assert "519921195303041232" not in text_of(given.content)
    assert len(lines_of(context, number)) == 1


def test_whoever_is_tied_to_the_case_is_given_nothing(context: Context, browse: Browse) -> None:
    number = a_case(context)
    kin(context, "me", "p2")
    browser = browse("investigator", divisions=(COUNTY,), person="me")
    assert browser.client.get(f"/cases/{number}/dossier.docx").status_code == 404
    assert not lines_of(context, number)
    assert "case.refused" in audit_actions(context, number)


def test_who_made_it_stands_on_it() -> None:
    made = Dossier(EXAMPLE.whole, EXAMPLE.drawn, (), "N-1", "zhou.min", ("supervisor",), EXAMPLE.at)
    assert "zhou.min（核查负责人）" in text_of(write(made, ZONE))
