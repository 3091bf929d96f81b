"""A record of models without MLflow: made-up bundles, lines in the book, and reports of the gate that pass."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np

from models.registry import _journal, read_book
from models.registry._place import alone, root
from models.release import gate
from models.release.doors import Decision, named
from models.release.items import PASSED, TITLES, Item, Said
from models.scoring.bundle import digest_of
from models.scoring.provenance import definitions

AT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def bundle(folder: Path, version: str) -> Path:
    """A folder that looks like a bundle."""
    folder.mkdir(parents=True)
    (folder / "bundle.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    np.savez(folder / "arrays.npz", a=np.ones(2))
    return folder


def trained(lineage: str = "aaaa") -> str:
    """Put a made-up model on record as `log_training` does in the book; returns its number."""
    number = str(len(read_book().versions) + 1)
    path = bundle(root() / "artifacts" / number, f"model-{number}")
    told = {
        "number": number, "version": f"model-{number}", "as_of": "2019-07-01T00:00:00+08:00",
        "path": f"artifacts/{number}", "digest": digest_of(path),
    }  # fmt: skip
    with alone():
        _journal.append("trained", lineage, told, AT.isoformat())
    return number


def compared(number: str, *, said: Said = PASSED, on: str = "latency", minute: int = 0) -> gate.GateReport:
    """Save a report of the gate on a model and the champion of its lineage, every item passed but one."""
    book = read_book()
    lineage = book.versions[number].lineage
    code = definitions()
    report = gate.GateReport(
        lineage=lineage,
        champion=named(book, book.standings[lineage].champion),
        challenger=named(book, number),
        at=(AT + dt.timedelta(minutes=minute)).isoformat(),
        until=AT.isoformat(),
        source="after both",
        first="2019-07-01",
        last="2019-12-31",
        counts={"payments": 1000},
        findings=gate.Findings(10, "2019-12-31T00:00:00.000000+00:00"),
        policy="0" * 10,
        features=code.features,
        rules=code.rules,
        items=tuple(Item(name, said if name == on else PASSED, "why", "原因") for name in TITLES),
        changes={},
    )
    gate.save(report, "page")
    return report


def decided(by: str, *, accept: tuple[str, ...] = (), why: str = "a reason") -> Decision:
    """A decision of somebody, at a fixed moment."""
    return Decision(by, why, AT, "login", accept)
