"""Any table as columns, moments and labels. Nothing here knows what the columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int64 = NDArray[np.int64]
MICROSECONDS_A_DAY = 86_400_000_000
YES = frozenset({"1", "true", "yes", "y", "t"})
NO = frozenset({"0", "false", "no", "n", "f"})
NEVER = np.iinfo(np.int64).max


class TableError(ValueError):
    """A table that cannot be used; the message names the column, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Spec:
    """Which columns are what. `decided` or `delay_days` say when a label came in; `positive` names the value that
    counts as 1 where labels are words. A number in a time column counts days."""

    time: str
    label: str
    decided: str | None = None
    delay_days: float = 0.0
    group: str | None = None
    drop: tuple[str, ...] = ()
    positive: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in order of time; n of them.

    `time`, `decided` (n,) microseconds; `decided` is far in the future where there is no label. `label` (n,) 1, 0, or
    -1 unlabelled. `numbers` are float64 (n,) with NaN missing; `dates` float64 days, of the same clock as `time`;
    `texts` are codes (n,), -1 missing. `group` (n,) codes, -1 none.
    """

    time: Int64
    decided: Int64
    label: NDArray[np.int8]
    numbers: Mapping[str, Float]
    dates: Mapping[str, Float]
    texts: Mapping[str, Int64]
    group: Int64

    @property
    def labelled(self) -> Int64:
        """Rows with a label."""
        return np.nonzero(self.label >= 0)[0]


def read(path: Path, spec: Spec) -> Table:
    """The table in a `.csv` or `.parquet` file. Raises TableError."""
    try:
        if path.suffix == ".parquet":
            found = pq.read_table(path)
        elif path.suffix == ".csv":
            convert = pcsv.ConvertOptions(
                null_values=["", "NA", "NaN", "nan", "null", "None"], strings_can_be_null=True
            )
            found = pcsv.read_csv(path, convert_options=convert)
        else:
            raise TableError(f"{path.name}: found the ending {path.suffix!r}, expected .csv or .parquet")
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TableError(f"{path.name}: cannot be read as {path.suffix[1:]}: {str(error).splitlines()[0]}") from error
    return from_arrow(found, spec)


def from_arrow(found: pa.Table, spec: Spec) -> Table:
    """The table in memory. Raises TableError for columns that are not there, times or labels that cannot be read."""
    names = found.column_names
    asked = [spec.time, spec.label, *(name for name in (spec.decided, spec.group) if name), *spec.drop]
    for name in asked:
        if name not in names:
            raise TableError(f"there is no column {name!r}; there are {', '.join(names)}")
    if len(set(names)) < len(names):
        raise TableError(f"a column stands twice: {sorted({n for n in names if names.count(n) > 1})}")
    if spec.delay_days < 0:
        raise TableError(f"the delay is {spec.delay_days:g} days; expected 0 or more")
    days = _days(found.column(spec.time), spec.time)
    if np.isnan(days).any():
        raise TableError(f"column {spec.time!r}: {int(np.isnan(days).sum())} rows have no time; every row needs one")
    label = _labels(found.column(spec.label), spec)
    if spec.decided is None:
        decided_days = days + spec.delay_days
    else:
        decided_days = np.maximum(_days(found.column(spec.decided), spec.decided), days)
        # A label nobody can date was never seen in time to learn from it.
        label = np.where(np.isnan(decided_days), -1, label).astype(np.int8)
    order = np.argsort(days, kind="stable")
    decided = np.where(label >= 0, _micros(np.nan_to_num(decided_days)), NEVER)
    taken = {name for name in asked if name != spec.time}
    numbers: dict[str, Float] = {}
    dates: dict[str, Float] = {}
    texts: dict[str, Int64] = {}
    for name in names:
        column = found.column(name)
        if name in taken or name == spec.time:
            continue
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_time(kind):
            dates[name] = _days(column, name)[order]
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            texts[name] = _codes(column)[order]
        elif pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
            numbers[name] = _floats(column)[order]
        elif pa.types.is_decimal(kind):
            numbers[name] = _floats(column.cast(pa.float64()))[order]
        elif pa.types.is_duration(kind) or pa.types.is_time(kind):
            numbers[name] = _floats(column.cast(pa.int64() if kind.bit_width == 64 else pa.int32()))[order]
        elif not pa.types.is_null(kind):
            raise TableError(f"column {name!r} holds {kind}; leave it out with --drop")
    if not numbers and not dates and not texts:
        raise TableError("there is no column left to learn from")
    group = _codes(found.column(spec.group).cast(pa.string())) if spec.group else np.full(len(days), -1, np.int64)
    return Table(_micros(days)[order], decided[order], label[order], numbers, dates, texts, group[order])


def _days(column: pa.ChunkedArray, name: str) -> Float:
    """A column of dates, moments, words that are either, or numbers of days, as days; NaN missing."""
    kind = column.type
    if pa.types.is_date(kind):
        return _floats(column.cast(pa.date32()).cast(pa.int32()))
    if pa.types.is_timestamp(kind):
        return _floats(column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())) / MICROSECONDS_A_DAY
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        for form in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
            try:
                return _floats(column.cast(form).cast(pa.int64())) / MICROSECONDS_A_DAY
            except pa.ArrowInvalid:
                continue
    raise TableError(f"column {name!r} holds {kind}; expected dates or moments in ISO 8601, or numbers of days")


def _labels(column: pa.ChunkedArray, spec: Spec) -> NDArray[np.int8]:
    """1, 0, or -1 where there is none."""
    words = [str(v).strip() for v in pc.unique(column).to_pylist() if v is not None]
    known = [word for word in words if word not in ("", "nan")]
    if spec.positive is not None:
        if spec.positive not in known:
            raise TableError(f"column {spec.label!r} has no value {spec.positive!r}; found {_some(known)}")
        meaning = {word: int(word == spec.positive) for word in known}
    else:
        meaning = {}
        for word in known:
            plain = word.lower().removesuffix(".0")
            if plain not in YES | NO:
                raise TableError(
                    f"column {spec.label!r}: found {_some(known)}, expected 0 and 1; name the value that counts "
                    "with --positive"
                )
            meaning[word] = int(plain in YES)
    texts = [None if v is None else str(v).strip() for v in column.to_pylist()]
    label = np.array([meaning.get(text, -1) if text is not None else -1 for text in texts], dtype=np.int8)
    if not (label == 1).any() or not (label == 0).any():
        raise TableError(f"column {spec.label!r} must hold both answers; found {_some(known)}")
    return label


def _some(words: list[str]) -> str:
    """How many different words, and not which: a label may be a name."""
    return f"{len(words)} different value{'' if len(words) == 1 else 's'}"


def _codes(column: pa.ChunkedArray) -> Int64:
    coded = pc.dictionary_encode(column.combine_chunks() if column.num_chunks != 1 else column.chunk(0))
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _floats(column: pa.ChunkedArray) -> Float:
    values = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    return np.where(np.isinf(values), np.nan, values)


def _micros(days: Float) -> Int64:
    return np.rint(days * MICROSECONDS_A_DAY).astype(np.int64)
