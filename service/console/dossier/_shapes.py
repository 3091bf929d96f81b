"""A drawing of shapes inside a Word document (DrawingML, a group of Word 2010): boxes with text, curves, circles. Text
stays text and every shape can be moved; Word, WPS and LibreOffice draw it with the fonts they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from service.console.dossier._clean import attribute, inside
from service.console.drawings._text import width

EMU: Final = 36_000
"""English metric units in a millimetre."""

NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """A line of text in a box: `size` in units of the drawing."""

    text: str
    size: float
    colour: str = "1C2427"
    bold: bool = False


@dataclass(slots=True)
class Canvas:
    """A drawing of `width` x `height` units that will be `wide_mm` millimetres wide; colours as RRGGBB."""

    width: float
    height: float
    wide_mm: float
    _parts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unit(self) -> float:
        """A unit of the drawing in EMU."""
        return self.wide_mm * EMU / self.width

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        fill: str | None = None,
        line: str | None = None,
        thick: float = 1.0,
        shape: str = "rect",
        text: Sequence[Run] = (),
        align: str = "left",
        inset: float = 0.0,
    ) -> None:
        """A rectangle (`rect`, `roundRect`) or `ellipse` with lines of text in the middle of its height."""
        paint = f'<a:solidFill><a:srgbClr val="{fill}"/></a:solidFill>' if fill else "<a:noFill/>"
        corner = '<a:gd name="adj" fmla="val 16667"/>' if shape == "roundRect" else ""
        geometry = f'<a:prstGeom prst="{shape}"><a:avLst>{corner}</a:avLst></a:prstGeom>'
        room = round(inset * self.unit)
        edges = f'lIns="{room}" tIns="0" rIns="0" bIns="0"'
        body = f'<wps:bodyPr wrap="square" {edges} anchor="ctr"><a:noAutofit/></wps:bodyPr>'
        words = "".join(self._paragraph(one, align) for one in text)
        held = f"<wps:txbx><w:txbxContent>{words}</w:txbxContent></wps:txbx>" if text else ""
        self._add(x, y, w, h, geometry + paint + self._line(line, thick), held + body)

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        colour: str = "4C585C",
        align: str = "left",
        bold: bool = False,
    ) -> None:
        """A line of text whose middle is at height `y`: from `x` on, up to `x` (right) or around it (center)."""
        wide = width(text, size) * 1.15 + size
        left = {"left": x, "right": x - wide, "center": x - wide / 2}[align]
        self.box(left, y - size * 0.8, wide, size * 1.6, text=[Run(text, size, colour, bold)], align=align)

    def path(
        self, start: Point, steps: Sequence[tuple[Point, ...]], *, line: str, thick: float = 1.0, dash: str = ""
    ) -> None:
        """A line from `start` through `steps`: one point is a straight line to it, three are a curve."""
        points = [start, *(point for one in steps for point in one)]
        left, top = min(x for x, _ in points), min(y for _, y in points)
        w, h = max(x for x, _ in points) - left, max(y for _, y in points) - top

        def at(point: Point) -> str:
            return f'<a:pt x="{round((point[0] - left) * self.unit)}" y="{round((point[1] - top) * self.unit)}"/>'

        drawn = f"<a:moveTo>{at(start)}</a:moveTo>"
        for one in steps:
            kind = "lnTo" if len(one) == 1 else "cubicBezTo"
            drawn += f"<a:{kind}>{''.join(at(point) for point in one)}</a:{kind}>"
        wide, tall = max(round(w * self.unit), 1), max(round(h * self.unit), 1)
        geometry = (
            '<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst>'
            f'<a:path w="{wide}" h="{tall}" fill="none">{drawn}</a:path></a:pathLst></a:custGeom><a:noFill/>'
        )
        self._add(left, top, w, h, geometry + self._line(line, thick, dash), "<wps:bodyPr/>")

    def xml(self, number: int, title: str, description: str) -> str:
        """The drawing as a run of a paragraph. `number` is its own in the document; `title` and `description` are read
        aloud, and stand for it where a program cannot draw it."""
        wide, tall = round(self.width * self.unit), round(self.height * self.unit)
        size = f'cx="{wide}" cy="{tall}"'
        frame = f'<a:xfrm><a:off x="0" y="0"/><a:ext {size}/><a:chOff x="0" y="0"/><a:chExt {size}/></a:xfrm>'
        shapes = "".join(
            f'<wps:wsp><wps:cNvPr id="{number * 10_000 + n}" name="{n}"/>{look}{rest}</wps:wsp>'
            for n, (look, rest) in enumerate(self._parts, 1)
        )
        return (
            f'<w:r {NAMESPACES}><mc:AlternateContent><mc:Choice Requires="wpg"><w:drawing>'
            f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            '<wp:effectExtent l="0" t="0" r="0" b="0"/>'
            f'<wp:docPr id="{number}" name={attribute(title)} descr={attribute(description)}/><wp:cNvGraphicFramePr/>'
            '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup">'
            f"<wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr>{frame}</wpg:grpSpPr>{shapes}</wpg:wgp>"
            "</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:t>{inside(description)}</w:t></mc:Fallback></mc:AlternateContent></w:r>"
        )

    def _add(self, x: float, y: float, w: float, h: float, look: str, rest: str) -> None:
        place = (
            f'<a:xfrm><a:off x="{round(x * self.unit)}" y="{round(y * self.unit)}"/>'
            f'<a:ext cx="{max(round(w * self.unit), 1)}" cy="{max(round(h * self.unit), 1)}"/></a:xfrm>'
        )
        self._parts.append((f"<wps:cNvSpPr/><wps:spPr>{place}{look}</wps:spPr>", rest))

    def _line(self, colour: str | None, thick: float, dash: str = "") -> str:
        if colour is None:
            return "<a:ln><a:noFill/></a:ln>"
        kind = f'<a:prstDash val="{dash}"/>' if dash else ""
        width = max(round(thick * self.unit), 1_000)
        return f'<a:ln w="{width}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>{kind}<a:round/></a:ln>'

    def _paragraph(self, one: Run, align: str) -> str:
        points = one.size * self.unit / 12_700
        half, exact = max(round(points * 2), 2), max(round(points * 1.22 * 20), 20)
        return (
            f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="{exact}" w:lineRule="exact"/>'
            f'<w:ind w:firstLine="0" w:firstLineChars="0"/><w:jc w:val="{align}"/></w:pPr><w:r><w:rPr>'
            '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="黑体"/>'
            f'{"<w:b/>" if one.bold else ""}<w:color w:val="{one.colour}"/><w:sz w:val="{half}"/>'
            f'<w:szCs w:val="{half}"/></w:rPr><w:t xml:space="preserve">{inside(one.text)}</w:t></w:r></w:p>'
        )


def paler(colour: str, share: float) -> str:
    """A colour mixed with white: `share` of it stays.

    >>> paler("000000", 0.4), paler("0F5A63", 1.0)
    ('999999', '0F5A63')
    """
    parts = [int(colour[n : n + 2], 16) for n in (0, 2, 4)]
    return "".join(f"{round(255 - (255 - one) * share):02X}" for one in parts)
