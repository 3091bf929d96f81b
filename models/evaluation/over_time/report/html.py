"""The report as one HTML page that needs nothing beside it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.evaluation.over_time.report.blocks import (
    Block,
    Heading,
    Key,
    Keys,
    Notes,
    Paragraph,
    Plot,
    Table,
    Words,
)


def page(title: Words, blocks: Sequence[Block], drawings: Mapping[str, bytes]) -> str:
    """The whole page; `drawings` are SVG files by name."""
    body = "\n".join(_block(block, drawings) for block in blocks)
    head = f"<h1>{_said(title[0])} <span lang=zh>{_said(title[1])}</span></h1>"
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_said(' '.join(title))}</title>\n<style>\n{style}</style></head>\n"
        f"<body><main>\n<header>{head}</header>\n{body}\n</main></body></html>\n"
    )


def _block(block: Block, drawings: Mapping[str, bytes]) -> str:
    if isinstance(block, Heading):
        return f"<h2>{_said(block.words[0])} <span lang=zh>{_said(block.words[1])}</span></h2>"
    if isinstance(block, Paragraph):
        return f"<p>{_said(block.words[0])}</p>\n<p lang=zh>{_said(block.words[1])}</p>"
    if isinstance(block, Notes):
        return "<ul class=notes>" + "".join(f"<li>{_said(line)}</li>" for line in block.lines) + "</ul>"
    if isinstance(block, Keys):
        return "<div class=keys>" + "".join(_key(key) for key in block.keys) + "</div>"
    if isinstance(block, Table):
        return _table(block)
    return _plot(block, drawings)


def _key(key: Key) -> str:
    kind = "" if key.good is None else " met" if key.good else " missed"
    english, chinese = key.words
    return (
        f'<div class="key{kind}"><b>{_said(key.value)}</b><span>{_said(english)}</span>'
        f"<span lang=zh>{_said(chinese)}</span><small>{_said(key.below)}</small></div>"
    )


def _table(table: Table) -> str:
    if not table.rows:
        return "<p class=none>none 无</p>"
    head = "".join(
        f"<th{_left(k, table.left)}>{_said(english)}<span lang=zh>{_said(chinese)}</span></th>"
        for k, (english, chinese) in enumerate(table.columns)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td{_left(k, table.left)}>{_cell(cell)}</td>" for k, cell in enumerate(row)) + "</tr>\n"
        for row in table.rows
    )
    made = f"<div class=wide><table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
    return (
        f"<details><summary>every number <span lang=zh>全部数值</span></summary>{made}</details>"
        if table.folded
        else made
    )


def _cell(text: str) -> str:
    value, bracket, more = text.partition(" (")
    if not bracket:
        return _said(text)
    return _said(value) + "".join(f"<small>{_said(part)}</small>" for part in more.removesuffix(")").split(", "))


def _left(column: int, left: int) -> str:
    return " class=left" if column < left else ""


def _plot(plot: Plot, drawings: Mapping[str, bytes]) -> str:
    text = drawings[plot.name].decode("utf-8")
    drawing = text[text.index("<svg") :]
    # Names inside a drawing are the same in every drawing: made its own, or one would borrow another's clipping.
    drawing = drawing.replace('id="', f'id="{plot.name}-').replace("url(#", f"url(#{plot.name}-")
    drawing = drawing.replace('href="#', f'href="#{plot.name}-')
    english, chinese = plot.words
    return (
        f'<figure role="img" aria-label="{_said(english)}">{drawing}'
        f"<figcaption>{_said(english)} <span lang=zh>{_said(chinese)}</span></figcaption></figure>"
    )


def _said(text: str) -> str:
    # A number keeps its percent sign beside it.
    return html.escape(text).replace(" %", "&nbsp;%")
