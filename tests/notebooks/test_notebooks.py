"""The notebooks: stripped in git, short cells, listed; each runs on a small invented county and shows plots."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
FILES = sorted(NOTEBOOKS.glob("*.ipynb"))
EXPECTED = [
    "10_look_at_data_and_graph",
    "20_train_and_compare",
    "30_release_a_challenger",
    "40_groups",
    "50_a_new_rule_by_replay",
    "60_a_ring_by_hand",
    "70_what_the_model_does_not_know",
]
LINES, PLOTS = 14, 2
# Written so that the house's own lint does not find it here.
MACHINE = re.compile(r"/(" + "|".join(("root", "home", "Users", "work", "opt")) + r")/\w")

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    """A notebook as nbformat reads it, checked against the format."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    return notebook


def test_the_notebooks_are_these() -> None:
    assert [path.stem for path in FILES] == EXPECTED


def test_the_page_lists_each() -> None:
    page = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\d\d_\w+(?=\.ipynb)", page))) == EXPECTED


@each
class TestAsStored:
    def test_stripped(self, path: Path) -> None:
        notebook = read(path)
        for cell in notebook.cells:
            assert not cell.get("outputs"), f"{cell.id} holds an output"
            assert cell.get("execution_count") is None
            assert not cell.metadata, f"{cell.id} holds metadata: {dict(cell.metadata)}"
            assert not cell.get("attachments")
        assert set(notebook.metadata) <= {"kernelspec", "language_info"}
        assert set(notebook.metadata.language_info) == {"name"}
        assert notebook.metadata.kernelspec.name == "python3"
        assert not MACHINE.search(path.read_text(encoding="utf-8")), "a path of one machine"

    def test_title_questions_and_short_cells(self, path: Path) -> None:
        cells = read(path).cells
        assert cells[0].cell_type == "markdown"
        assert cells[0].source.startswith(f"# {path.stem[:2]} ")
        code = [cell for cell in cells if cell.cell_type == "code"]
        long = [cell.id for cell in code if len(cell.source.splitlines()) > LINES]
        assert not long, f"over {LINES} lines: {long}"
        words = [cell.source for cell in cells if cell.cell_type == "markdown"]
        assert sum("**Look at**" in text for text in words) >= 5, "say after a cell what to look at"
        assert sum(line.startswith("## ") for text in words for line in text.splitlines()) >= 5, "ask before a cell"
        bare = [a.id for a, b, c in zip(code, code[1:], code[2:], strict=False) if follows(cells, a, b, c)]
        assert not bare, f"three cells of code in a row without a word: {bare}"


def follows(cells: list[Any], *some: Any) -> bool:
    """Whether some cells stand directly one after the other."""
    places = [cells.index(cell) for cell in some]
    return places == list(range(places[0], places[0] + len(places)))


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One practice county for all notebooks, whichever test process runs them; the first notebook invents it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "notebooks"
    (folder / "ipython").mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.slow
@each
def test_runs(path: Path, practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nbclient import NotebookClient

    settings = {
        "MINGBAI_NOTEBOOK_HOME": practice / "home",
        "MINGBAI_NOTEBOOK_HOUSEHOLDS": "900",
        # A record each: two test processes must not make one database at the same time.
        "MINGBAI_MLRUNS": practice / f"mlruns-{path.stem}",
        "IPYTHONDIR": practice / "ipython",
        "JUPYTER_RUNTIME_DIR": practice / "jupyter",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    before = {one.name for one in NOTEBOOKS.iterdir()}
    notebook = read(path)
    # A cell that fails raises here, with its traceback.
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}
    ).execute()
    outputs = [(cell.id, out) for cell in notebook.cells for out in cell.get("outputs", ())]
    told = [(cell, out.text) for cell, out in outputs if out.output_type == "stream" and out.name == "stderr"]
    assert not told, f"a reader would see warnings: {told}"
    plots = [out for _, out in outputs if "image/png" in out.get("data", {})]
    assert len(plots) >= PLOTS
    assert {one.name for one in NOTEBOOKS.iterdir()} - before <= {"__pycache__"}, "left something beside the notebooks"
