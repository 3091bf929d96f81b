"""Sealed values open as they were, or not at all; hashes stay joinable; keys change while the service runs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, LargeBinary, func, select, update

from service.sealing import Seal, SealError, keys, load_seal, open_document, open_text, seal_document, seal_text
from service.sealing.files import read_sealed, write_sealed
from service.sealing.keys import add_key, drop_old_keys, make_key_file
from service.sealing.masked import last_four
from service.sealing.redaction import redacted
from service.settings import Settings
from service.store import every_table
from service.store.audit_lines import AUDIT_LINES, AUDIT_REASONS
from service.store.personal_values import PERSONAL_VALUES, keep
from service.store.sealed_columns import sealed_columns
from service.work.audit.record import Line, record
from service.work.audit.verify import verify
from service.work.context import Context
from service.work.personal import rotate as rotating
from service.work.personal.rotate import rotate

ONE, TWO, THREE = (bytes([n]) * 32 for n in (1, 2, 3))
VALUE = PERSONAL_VALUES.c.value


@given(data=st.binary(max_size=200), about=st.binary(max_size=20), other=st.binary(max_size=20))
def test_what_is_sealed_opens_with_the_same_and_nothing_else(data: bytes, about: bytes, other: bytes) -> None:
    """Any bytes come back; another `about`, another list of keys, or twice the same value: nothing is given away."""
    seal = Seal([ONE])
    sealed = seal.seal(data, about)
    assert seal.open(sealed, about) == data
    assert sealed != seal.seal(data, about)
    if other != about:
        with pytest.raises(SealError):
            seal.open(sealed, other)
    with pytest.raises(SealError, match="not in the list"):
        Seal([TWO]).open(sealed, about)


@given(data=st.binary(max_size=60), where=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_changed_byte_never_opens(data: bytes, where: int, bit: int) -> None:
    """Whichever bit is turned: name of the key, nonce, content or tag; with several keys in the list."""
    seal = Seal([TWO, ONE])
    sealed = bytearray(seal.seal(data, b"t.c"))
    sealed[where % len(sealed)] ^= 1 << bit
    with pytest.raises(SealError):
        seal.open(bytes(sealed), b"t.c")


@given(data=st.binary(max_size=60), length=st.integers(0, 90))
def test_what_was_cut_off_never_opens(data: bytes, length: int) -> None:
    """Any beginning of a sealed value, and nothing at all."""
    seal = Seal([ONE])
    sealed = seal.seal(data)
    if length < len(sealed):
        with pytest.raises(SealError):
            seal.open(sealed[:length])


@given(value=st.text(), other=st.text())
def test_hashes_join_over_rotation(value: str, other: str) -> None:
    """A new key in front changes no hash; neither does dropping the old ones. Kinds and values stay apart."""
    before = Seal([ONE])
    after = Seal([THREE, TWO, ONE])
    dropped = Seal.from_text(f"{base64.b64encode(THREE).decode()}\nhash {before.hashing_key}")
    assert before.hash("person", value) == after.hash("person", value) == dropped.hash("person", value)
    assert before.hash("person", value) != before.hash("card", value)
    assert before.hash("person", value) != Seal([TWO]).hash("person", value)
    assert (before.hash("person", value) == before.hash("person", other)) == (value == other)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    """Each value is bound to its table and column; text and documents come back as they were."""
    seal = Seal([ONE])
    sealed = seal_text(seal, VALUE, "刘学福\ud800")
    assert open_text(seal, VALUE, sealed) == "刘学福?"
    with pytest.raises(SealError):
        open_text(seal, AUDIT_REASONS.c.reason, sealed)
    document = {"a": [1, None, "县"]}
    assert open_document(seal, VALUE, seal_document(seal, VALUE, document)) == document
    assert seal_text(seal, VALUE, None) is None
    assert open_document(seal, VALUE, None) is None
    with pytest.raises(TypeError, match="no Sealed column"):
        seal_text(seal, AUDIT_LINES.c.who, "x")


def test_clear_text_does_not_go_into_a_sealed_column(context: Context) -> None:
    """Somebody who forgets to seal is told at once."""
    with pytest.raises(Exception, match="sealed column"), context.database.write() as connection:
        connection.execute(update(PERSONAL_VALUES).values(value="519921195303041232"))


def test_every_column_of_bytes_is_sealed_or_a_hash() -> None:
    """Bytes that are neither would be passed over by rotation, and nobody would know what is in them."""
    hashes = {"fact_keys.key_hash", "fact_keys.content_hash"}
    plain = {
        f"{table.name}.{column.name}"
        for table in every_table().tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert plain <= hashes, f"use Sealed, or say here that these are hashes: {sorted(plain - hashes)}"


def other_seal(context: Context, *new: bytes) -> Context:
    """The context with new keys in front of those it has."""
    text = "\n".join([*(base64.b64encode(key).decode() for key in new), context.settings.key])
    return replace(context, seal=Seal.from_text(text))


def filled(context: Context, count: int = 25) -> None:
    """Values in columns with primary keys of one and of two parts, and a file."""
    with context.database.write() as connection:
        rows = [
            (f"r{n:03}", context.seal.seal(b"v%d" % n, b"personal_values.value"), None, None, None)
            for n in range(count)
        ]
        keep(connection, "name", rows)
        keep(connection, "card", rows)
        record(context, connection, *(Line("a", "x.y", "n", str(n), reason=f"理由 {n}") for n in range(count)))
    write_sealed(context.seal, context.settings.state / "attachments" / "a1", b"content")


def old_values(context: Context) -> int:
    """How many values the newest key has not sealed."""
    with context.database.read() as connection:
        found = [
            value
            for column in sealed_columns()
            for value in connection.execute(select(column)).scalars()
            if value is not None and not context.seal.is_newest(value)
        ]
    return len(found)


def test_rotation_seals_everything_again(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every value and file opens with the new key alone; the log stays sound; done again, nothing is left to do."""
    monkeypatch.setattr(rotating, "ROWS", 7)
    filled(context)
    new = other_seal(context, TWO)
    assert old_values(new) == 75
    done = rotate(new, "admin")
    assert (sum(done.values.values()), done.files, done.whole) == (75, 1, True)
    alone = replace(new, seal=Seal.from_text(f"{base64.b64encode(TWO).decode()}\nhash {context.seal.hashing_key}"))
    assert old_values(alone) == 0
    with alone.database.read() as connection:
        for row in connection.execute(select(PERSONAL_VALUES)):
            assert open_text(alone.seal, VALUE, row.value) == f"v{int(row.reference[1:])}"
    assert read_sealed(alone.seal, context.settings.state / "attachments" / "a1") == b"content"
    assert verify(alone).sound
    assert sum(rotate(new, "admin").values.values()) == 0


def test_rotation_goes_on_where_it_was_stopped(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped in the middle, some values have the old key and some the new: all open, and the next one ends it."""
    monkeypatch.setattr(rotating, "ROWS", 10)
    filled(context)
    new = other_seal(context, TWO)

    def stop(_name: str, done: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(new, "admin", progress=stop)
    assert 0 < old_values(new) < 75
    with new.database.read() as connection:
        assert (
            len([new.seal.open(v, b"personal_values.value") for v in connection.execute(select(VALUE)).scalars()]) == 50
        )
    assert rotate(new, "admin").whole
    assert old_values(new) == 0


def test_rotation_leaves_what_others_change_meanwhile(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value written between reading and writing is not put back to what it was; one no key opens is counted."""
    filled(context, 4)
    new = other_seal(context, TWO)
    fresh = new.seal.seal(b"newer", b"personal_values.value")
    odd = Seal([THREE]).seal(b"?", b"personal_values.value")
    row = (PERSONAL_VALUES.c.kind == "name") & (PERSONAL_VALUES.c.reference == "r001")
    other = (PERSONAL_VALUES.c.kind == "name") & (PERSONAL_VALUES.c.reference == "r002")
    with context.database.write() as connection:
        connection.execute(update(PERSONAL_VALUES).where(other).values(value=odd))
    true_seal: Callable[..., bytes] = new.seal.seal

    def meanwhile(data: bytes, about: bytes = b"") -> bytes:
        if data == b"v1":
            with context.database.write() as connection:
                connection.execute(update(PERSONAL_VALUES).where(row).values(value=fresh))
        return true_seal(data, about)

    monkeypatch.setattr(new.seal, "seal", meanwhile)
    done = rotate(new, "admin")
    assert done.closed == {"personal_values.value": 1}
    assert not done.whole
    with context.database.read() as connection:
        assert connection.execute(select(VALUE).where(row)).scalar() == fresh
        assert connection.execute(select(VALUE).where(other)).scalar() == odd
        assert connection.execute(select(func.count()).select_from(PERSONAL_VALUES)).scalar() == 8


def test_a_key_file_from_first_key_to_the_old_one_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make, add, drop: mode 600 throughout; a seal that runs takes the new key by itself; hashes never change."""
    monkeypatch.setattr(keys, "LOOK_AGAIN_SECONDS", 0.0)
    path = tmp_path / "keys" / "mingbai.key"
    make_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SealError, match="there already"):
        make_key_file(path)
    settings = Settings(key_file=path)
    running = load_seal(settings)
    sealed, hashed = running.seal(b"x"), running.hash("person", "p")
    add_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_seal(settings).open(sealed) == b"x"
    other = load_seal(settings).seal(b"y")
    assert running.open(other) == b"y"
    assert running.is_newest(other)
    assert drop_old_keys(path) == 1
    after = load_seal(settings)
    assert after.hash("person", "p") == running.hash("person", "p") == hashed
    assert after.open(other) == b"y"
    with pytest.raises(SealError):
        after.open(sealed)


def test_a_damaged_key_file_leaves_a_running_service_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be used, or would hash otherwise, is told in the log and not taken."""
    monkeypatch.setattr(keys, "LOOK_AGAIN_SECONDS", 0.0)
    path = tmp_path / "k"
    make_key_file(path)
    running = load_seal(Settings(key_file=path))
    sealed = running.seal(b"x")
    for text in ("nonsense\n", "", f"{base64.b64encode(TWO).decode()}\n"):
        path.write_text(text)
        assert running.open(running.seal(b"y")) == b"y"
        assert running.open(sealed) == b"x"
    path.unlink()
    assert running.open(running.seal(b"y")) == b"y"
    assert "hash otherwise" in caplog.text
    assert "nonsense" not in caplog.text


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda p: Settings(), "mingbai key make"),
        (lambda p: Settings(key=Seal.new_key(), key_file=p), "both"),
        (lambda p: Settings(key="not base64"), "line 1"),
        (lambda p: Settings(key="c2hvcnQ="), "32 bytes"),
        (lambda p: Settings(key="#"), "one or more keys"),
        (lambda p: Settings(key_file=p / "none"), "cannot be read"),
    ],
)
def test_keys_that_cannot_be_used_are_told_without_showing_them(
    tmp_path: Path, made: Callable[[Path], Settings], told: str
) -> None:
    """Each says what is wrong and what to do."""
    with pytest.raises(SealError, match=told) as found:
        load_seal(made(tmp_path))
    assert "c2hvcnQ" not in str(found.value)
    assert "not base64" not in str(found.value).replace("is not base64", "")


def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    """A key everybody reads seals nothing."""
    path = tmp_path / "k"
    make_key_file(path)
    path.chmod(0o640)
    with pytest.raises(SealError, match="chmod 600"):
        load_seal(Settings(key_file=path))


def test_files_open_only_under_their_name(tmp_path: Path) -> None:
    """A file exchanged with another, or changed, does not open; nothing half-written is left."""
    seal = Seal([ONE])
    one, two = tmp_path / "attachments" / "1", tmp_path / "attachments" / "2"
    write_sealed(seal, one, b"first")
    write_sealed(seal, two, b"second")
    assert read_sealed(seal, one) == b"first"
    assert one.stat().st_mode & 0o777 == 0o600
    one.write_bytes(two.read_bytes())
    with pytest.raises(SealError):
        read_sealed(seal, one)
    assert sorted(path.name for path in one.parent.iterdir()) == ["1", "2"]


def test_screens_show_four_digits() -> None:
    """Never more, and of a short number nothing."""
    assert [last_four(v) for v in ("519921195303041232", "1234", "", None)] == ["····1232", "····", "", ""]


@given(
    number=st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)
    | st.from_regex(r"[1-9][0-9]{14}", fullmatch=True)
    | st.from_regex(r"62[0-9]{14,17}", fullmatch=True)
    | st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    around=st.sampled_from(["{}", "，{}。", "id={}", "'{}'", "{}\n", "a {} b", "号{}号", "+86{}", "/x/{}?y"]),
)
def test_long_numbers_do_not_get_past_the_last_line_of_defence(number: str, around: str) -> None:
    """Identity numbers old and new, cards, phones: wherever they stand in a text."""
    assert number not in redacted(around.format(number))


def test_our_own_numbers_get_past_it() -> None:
    """Dates, amounts, numbers of runs and cases, moments, hashes and request ids stay readable."""
    for text in (
        "2019-07-01T09:30:00+08:00",
        "R-2019-07-000123",
        "3f2a" * 8,
        "396.85",
        "fen=123456789",
        "C-12",
        "H211002068812",
    ):
        assert redacted(text) == text


def test_an_unknown_column_of_a_table_is_no_sealed_one() -> None:
    """A column outside a table has nothing to be bound to."""
    with pytest.raises(TypeError):
        seal_text(Seal([ONE]), Column("x"), "v")
