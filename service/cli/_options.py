"""Arguments and options that several commands share, each with the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path, typer.Argument(metavar="DATA", exists=True, file_okay=False, help="Folder of tables, CSV or Parquet.")
]
Home = Annotated[
    Path,
    typer.Option(
        envvar="MINGBAI_HOME", file_okay=False, help="Where checked tables and their indexes are kept between commands."
    ),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", help="TOML file with what this deployment decides otherwise."),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="DIR|NUMBER|prior",
        help="Folder of a model, its number on record, or `prior` for the shipped one. Default: the champion of the "
        "county whose payments these are, else the shipped one.",
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="T",
        help="What was known by T counts: a date (the start of that local day) or a moment with its offset.",
    ),
]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the same as JSON.")]
HOME = Path(".mingbai")
