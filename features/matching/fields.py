"""Columns of a list made comparable: from what is written to what is compared and blocked on.

Each kind of field makes columns named after the field (`name`, `name_sound`, `birth_year` ...). Both lists get the
same columns; what only one side has is null on the other. Values that cannot be read become null, never an error:
intake has accepted the row, and a wrong date is for the comparison to weigh.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from features.matching import names
from features.matching.divisions import Divisions
from features.matching.spec import Field, Spec

Side = Literal["left", "right"]
Columns = dict[str, pa.Array]
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes the columns of a list; `divisions` is the tree of places where there is one."""

    spec: Spec
    divisions: Divisions

    def columns(self, table: pa.Table, side: Side) -> Columns:
        """`id` and every prepared column, each of the table's length."""
        made: Columns = {"id": _texts(table, self.spec.left_id if side == "left" else self.spec.right_id)}
        for field in self.spec.fields:
            made.update(_MAKERS[field.kind](self, field, table, side))
        return made


def _texts(table: pa.Table, column: str | None) -> pa.Array:
    """A column as text, all null where the list has no such column."""
    if column is None or column not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    values = table.column(column).combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    return values.cast(pa.string())


def _own(field: Field, table: pa.Table, side: Side) -> pa.Array:
    return _texts(table, field.left if side == "left" else field.right)


def _former(field: Field, table: pa.Table, side: Side) -> pa.Array:
    return _texts(table, field.former if side == "right" else None)


def _name(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    n = field.name
    made = names.by_value(
        _own(field, table, side),
        {
            n: names.written,
            f"{n}_sound": names.sound,
            f"{n}_near": names.near_sound,
            f"{n}_sorted": names.in_order,
            f"{n}_surname": names.surname,
            f"{n}_shape": lambda text: names.shape(names.written(text)),
        },
    )
    if field.former is not None:
        made.update(names.by_value(_former(field, table, side), {f"{n}_former": names.written}))
        if side == "left":  # A list knows one name, which may be the former one: the block looks for it there.
            made[f"{n}_former"] = made[n]
    return made


def _word(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    n = field.name
    return names.by_value(
        _own(field, table, side),
        {
            n: names.written,
            f"{n}_sound": names.sound,
            f"{n}_shape": lambda text: names.shape(names.written(text)),
        },
    )


def _date(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    n = field.name
    texts = names.by_value(_own(field, table, side), {n: _eight_digits})[n]
    days = {text: _parts(text) for text in set(texts.to_pylist()) if text is not None}
    columns: Columns = {n: texts}
    for place, part in enumerate(("day", "year", "month", "dom")):
        found = {text: parts[place] for text, parts in days.items()}
        columns[f"{n}_{part}"] = _looked_up(texts, found, pa.int32())
    return columns


def _day(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    """`<field>_day`, the day as a number: of an event, or on the right of an `age` the day of birth."""
    made = _date(reader, field, table, side)
    return {f"{field.name}_day": made[f"{field.name}_day"]}


def _eight_digits(text: str) -> str:
    """`1966-05-27`, `19660527`, `1966/5/27`, `27.05.1966` as `19660527`; empty when it is no eight digits."""
    parts = re.findall(r"[0-9]+", unicodedata.normalize("NFKC", text))
    if len(parts) == 3:
        year, month, day = parts if len(parts[0]) == 4 else (parts[2], parts[1], parts[0])
        if len(year) == 4 and len(month) <= 2 and len(day) <= 2:
            return f"{year}{month:0>2}{day:0>2}"
    return parts[0] if len(parts) == 1 and len(parts[0]) == 8 else ""


def _parts(text: str) -> tuple[int | None, int, int, int]:
    """Day number since 1970 (None where the calendar has no such day), year, month, day of the month."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    try:
        number: int | None = dt.date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        number = None
    return number, year, month, day


def _looked_up(keys: pa.Array, found: Mapping[str, object], kind: pa.DataType) -> pa.Array:
    coded = keys.dictionary_encode()
    return pa.array([found.get(key) for key in coded.dictionary.to_pylist()], kind).take(coded.indices)


def _category(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    return names.by_value(_own(field, table, side), {field.name: names.written})


def _division(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    n, places = field.name, reader.divisions
    own = _own(field, table, side)
    makers = {
        n: places.village,
        f"{n}_code": places.own_village,
        f"{n}_town": places.town,
        f"{n}_county": places.county,
    }
    made = names.by_value(own, makers)
    address = _texts(table, field.address if side == "left" else None)
    made[f"{n}_named"] = places.named(address, made[f"{n}_town"])
    _fill_from_address(made, n, places)
    if field.former is not None:
        made.update(names.by_value(_former(field, table, side), {f"{n}_former": places.village}))
        if side == "left":
            made[f"{n}_former"] = made[n]
    return made


def _fill_from_address(made: Columns, n: str, places: Divisions) -> None:
    """A row without a village of its own lives in the one its address names, unless its own code says otherwise."""
    import pyarrow.compute as pc

    named = made[f"{n}_named"]
    above = {f"{n}_town": places.town, f"{n}_county": places.county}
    there = names.by_value(named, above)
    open_ = pc.and_(pc.is_valid(named), pc.is_null(made[n]))
    for column, values in there.items():
        open_ = pc.and_(open_, pc.fill_null(pc.equal(values, made[column]), True))
    for column, values in ((n, named), *there.items()):
        made[column] = pc.if_else(pc.and_(open_, pc.is_null(made[column])), values, made[column])


def _digits(text: str) -> str:
    """The digits, without a country code of China before eleven of them."""
    found = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())
    return found[-11:] if len(found) in (13, 15) and found.removeprefix("00").startswith("86") else found


def _phone(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    made = {field.name: _all_digits(_own(field, table, side))}
    if field.former is not None:
        made[f"{field.name}_former"] = _all_digits(_former(field, table, side))
    return made


def _all_digits(texts: pa.Array) -> pa.Array:
    """The digits of each text; up to eleven plain digits, nearly all of them, stay as they are."""
    import pyarrow.compute as pc

    plain = pc.fill_null(pc.match_substring_regex(texts, "^[0-9]{1,11}$"), False)
    odd = names.by_value(pc.if_else(plain, pa.scalar(None, pa.string()), texts), {"digits": _digits})["digits"]
    return pc.if_else(plain, texts, odd)


def _code(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    return names.by_value(_own(field, table, side), {field.name: names.written})


def _text(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    n = field.name
    return names.by_value(
        _own(field, table, side),
        {
            n: lambda text: " ".join(names.words(text)),
            f"{n}_sorted": lambda text: " ".join(sorted(names.words(text))),
            f"{n}_shape": lambda text: names.shape(" ".join(names.words(text))),
        },
    )


def _resident_number(reader: Reader, field: Field, table: pa.Table, side: Side) -> Columns:
    from features.matching.exact import number_columns

    return number_columns(field, _own(field, table, side), side)


_MAKERS: Final[Mapping[str, Callable[[Reader, Field, pa.Table, Side], Columns]]] = {
    "name": _name,
    "word": _word,
    "date": _date,
    "age": _day,
    "event_day": _day,
    "category": _category,
    "division": _division,
    "phone": _phone,
    "resident_number": _resident_number,
    "code": _code,
    "text": _text,
}
