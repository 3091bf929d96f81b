"""The report as Markdown with PNG drawings beside it."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.over_time.report.blocks import Block, Heading, Keys, Notes, Paragraph, Table, Words


def page(title: Words, blocks: Sequence[Block]) -> str:
    """The whole text; drawings are named `<name>.png`."""
    return f"# {' '.join(title)}\n\n" + "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {' '.join(block.words)}"
    if isinstance(block, Paragraph):
        return "\n\n".join(block.words)
    if isinstance(block, Notes):
        return "\n".join(f"- {line}" for line in block.lines)
    if isinstance(block, Keys):
        told = tuple((f"{key.words[0]} {key.words[1]}", f"**{key.value}**", key.below) for key in block.keys)
        return _table(Table((("figure", "指标"), ("value", "数值"), ("", "")), told))
    if isinstance(block, Table):
        return _table(block) if block.rows else "none 无"
    return f"![{block.words[0]}]({block.name}.png)\n\n*{' '.join(block.words)}*"


def _table(table: Table) -> str:
    head = "| " + " | ".join(" ".join(words).strip() for words in table.columns) + " |"
    rule = "|" + "|".join(" :-- " if k < table.left else " --: " for k in range(len(table.columns))) + "|"
    rows = ["| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in table.rows]
    return "\n".join([head, rule, *rows])
