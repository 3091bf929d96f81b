"""The report: one page that needs nothing beside it, the same in Markdown, nothing personal, the same bytes again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from models.evaluation.over_time.estimates import Estimate
from models.evaluation.over_time.proof import Pooled, Proof
from models.evaluation.over_time.report import html, markdown
from models.evaluation.over_time.report.bars import MET, missed
from models.evaluation.over_time.report.blocks import Notes, Paragraph, Plot, Table, interval, number, percent
from models.evaluation.over_time.report.plots import DRAWINGS, draw
from models.evaluation.over_time.report.story import TITLE, story
from models.evaluation.over_time.report.write import write_report
from tests.county import Trained

LONG = re.compile(r"(?<![0-9.])[0-9]{10,}")


class Links(HTMLParser):
    """What a page would load, and whether its tags close in order."""

    VOID = frozenset({"meta", "br", "img", "path", "use", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is loaded and what must be closed."""
        given = dict(attrs)
        self.ids += [v for k, v in attrs if k == "id" and v]
        for name in ("src", "href", "xlink:href"):
            if (value := given.get(name)) and not value.startswith("#"):
                self.loaded.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The last opened tag closes."""
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def proof(trained_county: Trained) -> Proof:
    """The trained model's own."""
    found = trained_county.model.proof
    assert found.folds
    return found


@pytest.fixture(scope="module")
def files(proof: Proof, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The report, written."""
    return write_report(proof, tmp_path_factory.mktemp("report") / "new")


def test_the_page_needs_nothing_beside_it(files: list[Path]) -> None:
    """No address, no script, no font; every tag closes; no two drawings share a name inside."""
    text = files[0].read_text(encoding="utf-8")
    page = Links()
    page.feed(text)
    assert page.open == []
    assert page.loaded == []
    assert "<script" not in text
    assert "url(http" not in text
    assert "@import" not in text
    assert text.count("<svg") == len(DRAWINGS) or text.count("<svg") == len(DRAWINGS) - 1
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    assert used <= set(page.ids)


def test_every_figure_is_there_as_a_number_too(proof: Proof, files: list[Path]) -> None:
    """Of each fold: origin, counts, average precision; in both forms and both languages."""
    page, text = (files[k].read_text(encoding="utf-8") for k in (0, 1))
    for fold in proof.folds:
        for written in (page, text):
            assert fold.origin in written
            assert f"{fold.kept.judged:,}" in written
            assert f"{fold.kept.average_precision.value:.2f}" in written
    for words in ("Against baselines", "与基线比较", "By county", "按县区", "What this cannot tell"):
        assert words in page
        assert words in text
    assert json.loads(files[2].read_text(encoding="utf-8"))["all_beaten"] == proof.all_beaten


def test_nobody_is_named(trained_county: Trained, files: list[Path]) -> None:
    """No identity number, card or phone, nor any long number; no official's or household's code."""
    ledger = trained_county.county.ledger
    text = "".join(f.read_text(encoding="utf-8") for f in files if f.suffix in {".html", ".md", ".json"})
    assert not LONG.search(re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL))
    for entity in ("official", "household", "person", "card"):
        names = [v for v in ledger.vocabulary(entity).values.to_pylist()[:500] if v and len(v) > 4]
        assert names
        assert not any(name in text for name in names)


def test_markdown_shows_drawings_that_are_there(files: list[Path]) -> None:
    """Every picture it names lies beside it and is a PNG; tables have as many cells as columns."""
    text = files[1].read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    assert len(shown) >= 5
    for name in shown:
        assert (files[1].parent / name).read_bytes().startswith(b"\x89PNG")
    for table in re.findall(r"(?:^\|.*\|$\n?)+", text, flags=re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().splitlines()}
        assert len(widths) == 1


def test_the_same_proof_gives_the_same_files(proof: Proof, files: list[Path], tmp_path: Path) -> None:
    """To the byte, so that two reports can be compared."""
    for one, two in zip(files, write_report(proof, tmp_path), strict=True):
        assert one.name == two.name
        assert one.read_bytes() == two.read_bytes()


def test_a_proof_of_nothing_is_a_short_report(tmp_path: Path) -> None:
    """It says why there is no fold, and every drawing can still be asked for."""
    nothing = Proof("2019-07-01", 182.0, "findings", (), None, ("origin 2018-12-31 left out: 3 payments before it",))
    page = write_report(nothing, tmp_path)[0].read_text(encoding="utf-8")
    assert "No origin could be judged" in page
    assert "3 payments before it" in page
    assert "<svg" not in page
    assert draw("reliability", nothing, "svg").startswith(b"<?xml")
    with pytest.raises(KeyError):
        draw("nothing", nothing, "png")


def test_hostile_text_is_only_text() -> None:
    """Whatever stands in a cell or a note."""
    hostile = "<script>alert('1')</script>"
    blocks = (Paragraph((hostile, hostile)), Notes((hostile,)), Table((("a", "甲"),), ((hostile,),)))
    assert "<script>" not in html.page(("t", "题"), blocks, {})
    assert "a|b" not in markdown.page(("t", "题"), (Table((("a", "甲"),), (("a|b",),)),))


def test_numbers_as_they_are_read() -> None:
    """A dash where there is none; intervals in brackets."""
    assert (number(None), number(0.12345), number(float("nan"))) == ("–", "0.123", "–")
    assert interval(Estimate(0.5, 0.25, 0.75), 2) == "0.50 (0.25–0.75)"
    assert interval(Estimate(0.5)) == "0.500"
    assert percent(Estimate(0.5, 0.25, 0.75)) == "50% (25%–75%)"
    assert percent(Estimate(None)) == interval(Estimate(None)) == "–"
    assert percent(Estimate(0.5)) == "50%"


def test_every_drawing_is_shown(proof: Proof) -> None:
    """And every one shown can be drawn."""
    shown = {block.name for block in story(proof) if isinstance(block, Plot)}
    assert shown <= set(DRAWINGS)
    assert set(DRAWINGS) - shown <= {"stability"}
    assert TITLE[0] in html.page(TITLE, (), {})


def within_bars(proof: Proof) -> tuple[Proof, Pooled]:
    """The proof as if every bar had been met."""
    assert proof.pooled is not None
    folds = tuple(
        replace(
            fold,
            rivals=tuple(replace(rival, beaten=True) for rival in fold.rivals),
            random_sample=replace(fold.random_sample, error=0.01),
        )
        for fold in proof.folds
    )
    unseen = tuple(replace(one, ratio=1.0) for one in proof.pooled.unseen)
    pooled = replace(proof.pooled, random_sample=replace(proof.pooled.random_sample, error=0.01), unseen=unseen)
    return replace(proof, folds=folds, pooled=pooled), pooled


def test_a_missed_bar_says_by_how_much_and_why(proof: Proof) -> None:
    """A baseline ahead by chance or surely, an error that is chance or not; nothing where every bar is met."""
    good, pooled = within_bars(proof)
    assert missed(good, pooled) == ()
    assert MET in [block.words for block in story(good) if isinstance(block, Paragraph)]
    first = good.folds[0]
    for high, why in ((0.01, "cannot tell the two apart"), (-0.01, "not unlucky")):
        ahead = replace(first.rivals[0], beaten=False, difference=Estimate(-0.03, -0.05, high))
        ((told, zh),) = missed(replace(good, folds=(replace(first, rivals=(ahead,)), *good.folds[1:])), pooled)
        assert first.origin in told
        assert "ahead by 0.030" in told
        assert why in told
        assert "0.030" in zh
    for chance, why in ((0.05, "too few to say"), (0.02, "too high for a confirmed share")):
        off = replace(pooled.random_sample, error=0.03, chance_at_most=chance, mean_score=0.05, confirmed_share=0.01)
        ((told, _),) = missed(good, replace(pooled, random_sample=off))
        assert "0.0100 above the bar" in told
        assert why in told
