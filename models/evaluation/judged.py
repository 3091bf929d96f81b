"""What is judged: the disbursements of a window, what is true of them and what was said of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.asof import Ledger
from features.asof.ledger import MICROSECONDS_A_DAY
from models.evaluation.columns import FileError, Float, Texts, numbers, objects, one_of, places_of, texts

RECOMMENDATIONS = ("release", "verify", "review")
DESKS = ("none", "discipline", "department", "owed")
DEFAULT_DAYS = 183
_EPOCH = dt.date(1970, 1, 1)
Bool = NDArray[np.bool_]
P = TypeVar("P", bound="Truth")


@dataclass(frozen=True, slots=True)
class Truth:
    """Disbursements with what is true of them; every field has shape (n,).

    `day` counts local days since 1970 (with the time of day as fraction), `amount` is yuan. `typologies` joins codes
    by `|`; `look_alike` is the code an honest payment resembles; `row` is the row of the ledger (the first version).
    A disbursement truth does not know is honest.
    """

    row: NDArray[np.int64]
    ids: Texts
    day: Float
    amount: Float
    division: Texts
    person: Texts
    household: Texts
    irregular: Bool
    typologies: Texts
    look_alike: Texts
    ring: Texts
    actor: Texts
    role: Texts

    def __len__(self) -> int:
        return len(self.ids)

    def county(self) -> Texts:
        """The first six digits of each division code."""
        return objects([None if code is None else code[:6] for code in self.division])

    def named(self) -> list[tuple[str, ...]]:
        """The typologies of each row, `("?",)` where an irregular row names none."""
        return [tuple(text.split("|")) if text else ("?",) for text in self.typologies]


@dataclass(frozen=True, slots=True)
class Judged(Truth):
    """The rows of the window with what was said of them; a row without a score counts as 0 and `release`."""

    score: Float
    anomaly: Float
    recommendation: Texts
    desk: Texts
    said_typology: Texts
    said_role: Texts
    reasons: Texts

    @property
    def line(self) -> Bool:
        """Rows above the line: anything but `release`."""
        return np.array([said != "release" for said in self.recommendation], dtype=bool)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the scored ids meet the expected ones."""

    expected: int
    scored: int
    missing: int
    duplicates: int
    outside_window: int
    not_in_data: int


def take(rows: P, keep: NDArray[Any]) -> P:
    """Some of the rows: a mask of shape (n,) or positions."""
    return type(rows)(**{field.name: getattr(rows, field.name)[keep] for field in fields(rows)})


def truth_of(ledger: Ledger, truth: pa.Table) -> Truth:
    """Every disbursement of the ledger with its truth. Raises FileError when truth lacks its two needed columns."""
    for name in ("disbursement_id", "irregular"):
        if name not in truth.column_names:
            raise FileError(f"truth needs the columns disbursement_id and irregular; it lacks {name}")
    table = ledger.tables["disbursements"]
    ids = objects(table.arrow("disbursement_id").to_pylist())
    first = np.zeros(len(ids), dtype=bool)
    first[np.unique(ids.astype(str), return_index=True)[1]] = True
    ids = ids[first]

    def own(name: str) -> Texts:
        if not table.has(name):
            return np.full(len(ids), None, dtype=object)
        return objects(table.arrow(name).to_pylist())[first]

    place = places_of(ids, texts(truth, "disbursement_id"))

    def said(name: str) -> Texts:
        values = texts(truth, name)
        return objects([values[k] if k >= 0 else None for k in place])

    irregular = np.append(numbers(truth, "irregular"), 0.0)[place] == 1
    return Truth(
        row=np.nonzero(first)[0],
        ids=ids,
        day=((table.known_at + ledger.utc_offset) / MICROSECONDS_A_DAY)[first],
        amount=np.nan_to_num(np.asarray(table.column("amount"), dtype=np.float64)[first]) / 100,
        division=own("division_code"),
        person=own("person_id"),
        household=own("household_id"),
        irregular=irregular,
        typologies=said("typologies"),
        look_alike=said("look_alike"),
        ring=said("ring_id"),
        actor=said("actor_official_id"),
        role=said("suspect_role"),
    )


def days_of(truth: Truth, scored: Texts, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """The window: as asked, else the span of the scored rows' own local dates. Raises FileError when there is none."""
    if first and last:
        return first, last
    days = np.floor(truth.day[one_of(truth.ids, frozenset(scored))])
    if len(days) == 0:
        raise FileError("no scored disbursement_id is in the data")
    return (
        first or _EPOCH + dt.timedelta(days=int(days.min())),
        last or _EPOCH + dt.timedelta(days=int(days.max())),
    )


def in_window(truth: Truth, first: dt.date, last: dt.date) -> Bool:
    """Rows submitted on local dates first..last, both included. Raises FileError when there is none."""
    day = np.floor(truth.day)
    keep = (day >= (first - _EPOCH).days) & (day <= (last - _EPOCH).days)
    if not keep.any():
        raise FileError(f"no disbursement was submitted from {first} to {last}")
    return np.asarray(keep)


def judged_of(truth: Truth, keep: Bool, scores: pa.Table) -> tuple[Judged, Coverage, list[str]]:
    """The window's rows with their scores, how the ids meet, and what is wrong with the scores.

    Raises FileError when scores lack `disbursement_id` or `score`.
    """
    for name in ("disbursement_id", "score"):
        if name not in scores.column_names:
            raise FileError(f"scores need the columns disbursement_id and score; they lack {name}")
    errors: list[str] = []
    window = take(truth, keep)
    every = texts(scores, "disbursement_id")
    first = np.sort(np.unique(every.astype(str), return_index=True)[1])
    table, ids = scores.take(pa.array(first)), every[first]
    _check_values(table, errors)
    place = places_of(window.ids, ids)
    expected, known = frozenset(window.ids), frozenset(truth.ids)
    coverage = Coverage(
        expected=len(window),
        scored=int((place >= 0).sum()),
        missing=int((place < 0).sum()),
        duplicates=len(every) - len(ids),
        outside_window=sum(one not in expected for one in ids),
        not_in_data=sum(one not in known for one in ids),
    )
    _check_coverage(coverage, errors)

    def number(name: str) -> Float:
        values: Float = np.nan_to_num(np.append(numbers(table, name), 0.0)[place])
        return values

    def text(name: str, default: str | None = None) -> Texts:
        values = texts(table, name)
        return objects([default if k < 0 or values[k] is None else values[k] for k in place])

    return (
        Judged(
            **{field.name: getattr(window, field.name) for field in fields(window)},
            score=np.clip(number("score"), 0, 1),
            anomaly=number("anomaly"),
            recommendation=text("recommendation", "release"),
            desk=text("desk", "none"),
            said_typology=text("typology"),
            said_role=text("suspect_role"),
            reasons=text("reasons"),
        ),
        coverage,
        errors,
    )


def _check_values(table: pa.Table, errors: list[str]) -> None:
    for name, allowed in (("recommendation", RECOMMENDATIONS), ("desk", DESKS)):
        if name not in table.column_names:
            errors.append(f"scores: no column {name}")
        elif bad := int((~one_of(texts(table, name), allowed)).sum()):
            errors.append(f"scores.{name}: {bad} values outside {', '.join(allowed)}")
    lacking = [name for name in ("typology", "suspect_role", "reasons") if name not in table.column_names]
    errors.extend(f"scores: no column {name}" for name in lacking)
    for name in ("score", "anomaly"):
        values = numbers(table, name)
        if bad := int((np.isnan(values) | (values < 0) | (values > 1)).sum()):
            errors.append(f"scores.{name}: {bad} missing or outside 0-1")


def _check_coverage(coverage: Coverage, errors: list[str]) -> None:
    if coverage.duplicates:
        errors.append(f"scores: {coverage.duplicates} duplicate ids")
    if coverage.missing:
        errors.append(f"scores: {coverage.missing} of {coverage.expected} expected ids are missing")
    if coverage.outside_window:
        errors.append(
            f"scores: {coverage.outside_window} ids outside the window "
            f"({coverage.not_in_data} of them not in the data at all)"
        )


def tie_breaker(ids: Texts) -> Float:
    """A number in [0, 1) by id alone, so that ties fall the same way whatever the order of the file; shape (n,)."""
    digests = (hashlib.blake2b(str(one).encode(), digest_size=6).digest() for one in ids)
    return np.array([int.from_bytes(digest, "big") for digest in digests], dtype=np.float64) / 2**48


def clean_counties(truth: Truth) -> frozenset[str]:
    """Counties without any irregular row in truth."""
    county = truth.county()
    touched = {code for code, bad in zip(county, truth.irregular, strict=True) if bad}
    return frozenset(code for code in county if code is not None) - touched
