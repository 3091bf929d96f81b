"""A report as sections of texts and tables, written as Markdown and as one HTML file without scripts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

STYLE = """body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}th,td{padding:.25rem .7rem;border-bottom:1px solid #ddd}
th{text-align:left;font-weight:600}td{text-align:right}td:first-child{text-align:left}
tr.exceeded td{background:#fff1e6}p.note{color:#555}"""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, paragraphs, and a table (header, rows) where there is one; rows in `marked` are set off."""

    title: str
    texts: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    marked: frozenset[int] = frozenset()


def markdown(title: str, sections: Sequence[Section]) -> str:
    """The report as Markdown."""
    parts = [f"# {title}"]
    for section in sections:
        parts += [f"## {section.title}", *section.texts]
        if section.rows:
            lines = [section.header, tuple("---" for _ in section.header), *section.rows]
            parts.append("\n".join(f"| {' | '.join(_cell(text) for text in row)} |" for row in lines))
    return "\n\n".join(parts) + "\n"


def page(title: str, sections: Sequence[Section]) -> str:
    """The report as one HTML page; every text is escaped."""
    body = [f"<h1>{html.escape(title)}</h1>"]
    for section in sections:
        body.append(f"<h2>{html.escape(section.title)}</h2>")
        body += [f"<p>{html.escape(text)}</p>" for text in section.texts]
        if section.rows:
            head = "".join(f"<th>{html.escape(name)}</th>" for name in section.header)
            rows = "".join(
                ('<tr class="exceeded">' if k in section.marked else "<tr>")
                + "".join(f"<td>{html.escape(text)}</td>" for text in row)
                + "</tr>"
                for k, row in enumerate(section.rows)
            )
            body.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style><body>{''.join(body)}</body></html>\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
