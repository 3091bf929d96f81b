"""Write the report of a proof: `proof.html` alone, `proof.md` with its drawings, `proof.json` with every figure."""

from __future__ import annotations

from pathlib import Path

from models.evaluation.over_time.proof import Proof
from models.evaluation.over_time.report import html, markdown
from models.evaluation.over_time.report.blocks import Plot
from models.evaluation.over_time.report.plots import draw
from models.evaluation.over_time.report.story import TITLE, story


def write_report(proof: Proof, folder: Path) -> list[Path]:
    """Write the report into a folder, made if it is not there; returns the files, the HTML page first.

    No file names a person, a card or an official: figures are of folds, quarters, counties and typologies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = story(proof)
    names = [block.name for block in blocks if isinstance(block, Plot)]
    drawings = {name: draw(name, proof, "svg") for name in names}
    files = [folder / "proof.html", folder / "proof.md", folder / "proof.json"]
    files[0].write_text(html.page(TITLE, blocks, drawings), encoding="utf-8")
    files[1].write_text(markdown.page(TITLE, blocks), encoding="utf-8")
    files[2].write_text(proof.to_json() + "\n", encoding="utf-8")
    for name in names:
        files.append(folder / f"{name}.png")
        files[-1].write_bytes(draw(name, proof, "png"))
    return files
