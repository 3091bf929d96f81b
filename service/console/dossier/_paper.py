"""A Word document as offices here write them: A4, 仿宋 text, 黑体 headings, tables whose heads repeat."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, Final

from service.console.dossier._clean import clean, inside
from service.console.dossier._shapes import NAMESPACES, Canvas

WIDE_MM: Final = {"portrait": 156.0, "landscape": 245.0}
"""Room between the margins."""

BODY, HEADS, LATIN = "仿宋", "黑体", "Times New Roman"


class Paper:
    """A document written from top to bottom. Texts may hold anything: what no document may hold is replaced."""

    def __init__(self, *, title: str, author: str, at: dt.datetime, head: str, of_pages: tuple[str, str, str]) -> None:
        """`head` stands above every page; `of_pages`: words around page number and number of pages (第, 页 共, 页)."""
        # Heavy, and needed for nothing else.
        import docx
        from docx.shared import Mm, Pt

        self._document = docx.Document()
        self._drawings = 0
        self._at = at
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(30), Mm(25)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(15), Mm(13)
        core = self._document.core_properties
        core.title, core.author, core.last_modified_by, core.comments = clean(title), clean(author), clean(author), ""
        core.created = core.modified = at.astimezone(dt.UTC).replace(tzinfo=None)
        core.language, core.revision = "zh-CN", 1
        self._fonts("Normal", BODY, Pt(12))
        self._speak_chinese()
        self._document.styles["Normal"].paragraph_format.space_after = Pt(4)
        self._document.styles["Normal"].paragraph_format.line_spacing = 1.35
        for level, size in ((1, 16), (2, 13)):
            style = self._fonts(f"Heading {level}", HEADS, Pt(size))
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14 if level == 1 else 8), Pt(5)
            style.paragraph_format.keep_with_next = True
        self._above(section.header, head)
        self._below(section.footer, of_pages)

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of level 1 or 2."""
        self._document.add_heading(clean(text), level)

    def text(
        self, text: str, *, small: bool = False, bold: bool = False, centre: bool = False, size: float | None = None
    ) -> None:
        """A paragraph; lines of the text stay lines."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph = self._document.add_paragraph()
        run = paragraph.add_run(clean(text))
        run.bold = bold
        if small or size:
            run.font.size = Pt(size or 10)
        if centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def items(self, texts: Iterable[str], *, numbered: bool = False, small: bool = False) -> None:
        """A list."""
        from docx.shared import Pt

        for n, text in enumerate(texts, 1):
            mark = f"{n}. " if numbered else "· "
            paragraph = self._document.add_paragraph()
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Pt(18), Pt(-14)
            run = paragraph.add_run(clean(mark + text))
            if small:
                run.font.size = Pt(10)

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        shares: Sequence[float],
        *,
        right: frozenset[int] = frozenset(),
        lying: bool = False,
        roomy: bool = False,
    ) -> None:
        """A table with a head that repeats on every page. `shares`: widths of columns, of any sum; `right`: columns of
        numbers."""
        room = WIDE_MM["landscape" if lying else "portrait"]
        wide = [round(share / sum(shares) * room * 56.7) for share in shares]
        grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in wide)
        edge = '<w:{0} w:val="single" w:sz="4" w:space="0" w:color="999999"/>'
        edges = "".join(edge.format(one) for one in ("top", "left", "bottom", "right", "insideH", "insideV"))
        body = _row(heads, wide, frozenset(), head=True) if heads else ""
        body += "".join(_row(row, wide, right, roomy=roomy) for row in rows)
        self._add(
            f'<w:tbl {NAMESPACES}><w:tblPr><w:tblW w:w="{sum(wide)}" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
            '<w:bottom w:w="28" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"
        )
        # Word joins two tables that touch.
        self.text("", size=4)

    def facts(self, pairs: Iterable[tuple[str, str]], *, roomy: bool = False) -> None:
        """Labels with their values; `roomy` as a cover has them."""
        self.table((), pairs, (1, 3.4), roomy=roomy)

    def drawing(self, canvas: Canvas, title: str, description: str) -> None:
        """A drawing, in the middle of the line."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import parse_xml

        self._drawings += 1
        paragraph = self._document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing = 1.0
        paragraph._p.append(parse_xml(canvas.xml(self._drawings, title, description)))

    def turn(self, *, lying: bool) -> None:
        """A new page, upright or lying on its side."""
        from docx.enum.section import WD_ORIENT, WD_SECTION
        from docx.shared import Mm

        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(297), Mm(210)) if lying else (Mm(210), Mm(297))
        section.left_margin, section.right_margin = (Mm(26), Mm(26)) if lying else (Mm(28), Mm(26))
        section.top_margin, section.bottom_margin = (Mm(24), Mm(18)) if lying else (Mm(30), Mm(25))

    def page(self) -> None:
        """A new page."""
        from docx.enum.text import WD_BREAK

        self._document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def content(self) -> bytes:
        """The file. The same document made at the same moment has the same bytes."""
        raw, packed = io.BytesIO(), io.BytesIO()
        package = self._document.part.package
        if package is not None:
            # The template's preview shows an empty page.
            for number in [key for key, one in package.rels.items() if one.reltype.endswith("/thumbnail")]:
                del package.rels[number]
        self._document.save(raw)
        when = self._at.astimezone(dt.UTC).timetuple()[:6]
        with zipfile.ZipFile(raw) as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            for name in made.namelist():
                info = zipfile.ZipInfo(name, when)
                info.compress_type = zipfile.ZIP_DEFLATED
                out.writestr(info, made.read(name))
        return packed.getvalue()

    def _add(self, xml: str) -> None:
        from docx.oxml import parse_xml

        body: Any = self._document.element.body
        body.insert_element_before(parse_xml(xml), "w:sectPr")

    def _speak_chinese(self) -> None:
        """Punctuation and line breaks follow the language of the text."""
        from docx.oxml.ns import qn

        for one in self._document.styles.element.iter(qn("w:lang")):
            one.set(qn("w:val"), "zh-CN")
            one.set(qn("w:eastAsia"), "zh-CN")

    def _fonts(self, name: str, east: str, size: Any) -> Any:
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        style: Any = self._document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = LATIN, size, RGBColor(0x1C, 0x24, 0x27)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # Names of a theme would win over ours.
        for one in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{one}"), None)
        fonts.set(qn("w:eastAsia"), east)
        return style

    def _above(self, header: Any, text: str) -> None:
        from docx.shared import Pt, RGBColor

        run = header.paragraphs[0].add_run(clean(text))
        run.font.size, run.font.color.rgb = Pt(9), RGBColor(0x66, 0x72, 0x76)

    def _below(self, footer: Any, of_pages: tuple[str, str, str]) -> None:
        from docx.oxml import parse_xml

        small = '<w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>'

        def words(text: str) -> str:
            return f'<w:r>{small}<w:t xml:space="preserve">{inside(text)}</w:t></w:r>'

        def counted(field: str) -> str:
            return f'<w:fldSimple w:instr=" {field} "><w:r>{small}<w:t>1</w:t></w:r></w:fldSimple>'

        before, between, after = of_pages
        paragraph = footer.paragraphs[0]
        xml = words(before) + counted("PAGE") + words(between) + counted("NUMPAGES") + words(after)
        for one in parse_xml(f"<w:p {NAMESPACES}>{xml}</w:p>"):
            paragraph._p.append(one)
        paragraph.alignment = 1


def _row(
    cells: Sequence[str], wide: Sequence[int], right: frozenset[int], *, head: bool = False, roomy: bool = False
) -> str:
    """A row of a table. What a page has no room for below goes to the next whole."""
    parts = []
    for n, (cell, width) in enumerate(zip(cells, wide, strict=True)):
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EEF0EC"/>' if head else ""
        align = '<w:jc w:val="right"/>' if n in right else ""
        size, apart = (24, 60) if roomy else (19, 0)
        weight = "<w:b/>" if head else ""
        text = "<w:br/>".join(f'<w:t xml:space="preserve">{inside(one)}</w:t>' for one in cell.split("\n"))
        parts.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
            f'<w:spacing w:before="{apart}" w:after="{apart}" w:line="264" w:lineRule="auto"/>{align}</w:pPr>'
            f'<w:r><w:rPr>{weight}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>{text}</w:r></w:p></w:tc>'
        )
    kind = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{kind}</w:trPr>{''.join(parts)}</w:tr>"
