"""What a matching found, as rows of the database: hashed, sealed, in a few transactions, unchanged rows left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.sealing.column import seal_document
from service.store import match_rows
from service.store.match_rows import MATCH_ROWS
from service.work.context import Context
from service.work.jobs import Hold
from service.work.matching.memory import print_hash, row_hash

if TYPE_CHECKING:
    from features.matching.link import Links, Lists
    from features.matching.spec import Spec

ROWS: Final = 1_000
"""Rows of one transaction: others that write wait no longer than these take."""


@dataclass(frozen=True, slots=True)
class Found:
    """A matching that is to be kept: lists, links (with prints of every row), spec, and rows people had settled."""

    lists: Lists
    links: Links
    spec: Spec
    settled: frozenset[str]


def keep_rows(context: Context, run_id: int, found: Found, hold: Hold) -> None:
    """Keep every row. Begun again it does the rest: a row that stands as it was found is not written."""
    for rows in _parts(context, run_id, found):
        hold.renew()
        with context.database.write() as connection:
            standing = match_rows.contents(connection, [row["row_hash"] for row in rows])
            match_rows.put(connection, [row for row in rows if standing.get(row["row_hash"]) != row["content"]])


def _parts(context: Context, run_id: int, found: Found) -> Iterator[list[dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    spec, matches = found.spec, found.links.matches
    left_ids = found.lists.left.column(spec.left_id).combine_chunks()
    right_ids = found.lists.right.column(spec.right_id).combine_chunks()
    for start in range(0, matches.num_rows, ROWS):
        part = matches.slice(start, ROWS)
        persons = found.links.persons.slice(start, ROWS)
        rows = found.lists.left.take(pc.index_in(part.column(spec.left_id).combine_chunks(), value_set=left_ids))
        places = pc.index_in(persons, value_set=right_ids)
        right = found.lists.right.take(pa.array(places)).to_pylist()
        yield [
            _row(context, run_id, found, match, row, person if person[spec.right_id] is not None else None)
            for match, row, person in zip(part.to_pylist(), rows.to_pylist(), right, strict=True)
        ]


def _row(
    context: Context,
    run_id: int,
    found: Found,
    match: Mapping[str, Any],
    row: Mapping[str, Any],
    person: Mapping[str, Any] | None,
) -> dict[str, Any]:
    seal, row_id = context.seal, str(match["row_id"])
    prints = found.links.prints.get(row_id)
    agreement = json.loads(match["agreement"])
    details = None
    if person is not None:
        details = {
            "row_id": row_id,
            "effective_on": _text(row.get("effective_on")),
            "recorded_at": _text(row.get("recorded_at")),
            "fields": {
                f.name: [
                    _text(row.get(f.left)),
                    _text(person.get(f.right)),
                    _text(person.get(f.former)) if f.former else None,
                    _text(row.get(f.address)) if f.address else None,
                ]
                for f in found.spec.fields
            },
            "agreement": agreement,
        }
    plain = {
        "source": str(row["source"]),
        "kind": str(row["kind"]),
        "division_code": person.get("division_code") if person is not None else row.get("division_code"),
        "person_hash": seal.hash("person", str(person[found.spec.right_id])) if person is not None else None,
        "probability": float(match["probability"]),
        "log_odds": match["log_odds"],
        "tied": agreement.get("rivals", {}).get("level") == "equal",
        "found": match["decision"],
        "decision": "same" if row_id in found.settled else match["decision"],
        "row_print": print_hash(seal, prints[1]) if prints else None,
        "person_print": print_hash(seal, prints[2]) if prints else None,
    }
    content = seal.hash("record", json.dumps([plain, details], sort_keys=True, default=str))
    return {
        **plain,
        "row_hash": row_hash(seal, row_id),
        "run_id": run_id,
        "details": seal_document(seal, MATCH_ROWS.c.details, details),
        "content": content,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
