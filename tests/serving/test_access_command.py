"""`mingbai accounts`, and which passwords may be chosen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from service.access import passwords
from service.access.names import folded, is_sound
from service.access.permissions import BY_HAND, PERMISSIONS, SEES_CASES, sees_cases
from service.running.context import make_context
from service.settings import Settings
from service.store import Database, every_table
from service.store.audit_lines import AUDIT_LINES
from service.work.access.one_time_codes import confirm, start
from service.work.access.refused import RefusedError
from service.work.access.sign_in import change_password, sign_in
from service.work.context import Context
from tests.cli.conftest import Answer, mingbai
from tests.serving.access_help import PASSWORD, quick_hashes
from tests.serving.conftest import KEY


@pytest.fixture
def deployment(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a deployment with an empty database of either kind."""
    quick_hashes(monkeypatch)
    # The fixture's database has the tables; a deployment's first command finds none and makes them itself.
    found = Database(database_url)
    every_table().drop_all(found.engine)
    found.close()
    return {
        "MINGBAI_HOME": str(tmp_path / "home"),
        "MINGBAI_MLRUNS": str(tmp_path / "mlruns"),
        "MINGBAI_DATABASE": database_url,
        "MINGBAI_KEY": KEY,
    }


def run(deployment: dict[str, str], tmp_path: Path, *words: str) -> Answer:
    """One command of `mingbai accounts`."""
    return mingbai("accounts", *words, cwd=tmp_path, **deployment)


@contextmanager
def opened(deployment: dict[str, str]) -> Iterator[Context]:
    """The deployment's context."""
    context = make_context(Settings.read(deployment))
    try:
        yield context
    finally:
        context.database.close()


def test_the_first_administrator_and_a_way_back_in(
    deployment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made once with a temporary password on stdout and nowhere else; a second only when asked for; let in again when
    password and device are lost; all of it in the log."""
    made = run(deployment, tmp_path, "first-admin", "Li.Na")
    assert made.code == 0, made.err
    temporary = made.out.strip()
    assert temporary not in made.err
    again = run(deployment, tmp_path, "first-admin", "second")
    assert (again.code, again.out) == (2, "")
    assert "--another" in again.err
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    another = run(deployment, tmp_path, "first-admin", "second", "--another", "--password-stdin")
    assert (another.code, another.out) == (0, ""), another.err
    with opened(deployment) as context:
        done = sign_in(context, name="li.na", password=temporary)
        assert done.must_change
        who = change_password(context, done.principal, old=temporary, new=PASSWORD).principal
        device = pyotp.TOTP(start(context, who, PASSWORD, None).secret)
        confirm(context, who, device.at(context.clock.now()))
        with pytest.raises(RefusedError, match="code"):
            sign_in(context, name="li.na", password=PASSWORD)
        assert run(deployment, tmp_path, "reset", "li.na", "--keep-password").code == 2
        kept = run(deployment, tmp_path, "reset", "li.na", "--codes", "--keep-password")
        assert (kept.code, kept.out) == (0, "")
        assert sign_in(context, name="li.na", password=PASSWORD).token
        reset = run(deployment, tmp_path, "reset", "LI.NA")
        assert sign_in(context, name="li.na", password=reset.out.strip()).must_change
        assert run(deployment, tmp_path, "reset", "nobody").code == 2
        listed = run(deployment, tmp_path, "list")
        assert "li.na" in listed.out
        assert "second" in listed.out
        with context.database.read() as connection:
            lines = connection.execute(select(AUDIT_LINES).order_by(AUDIT_LINES.c.line)).all()
        assert [line.action for line in lines].count("account.reset") == 2
        assert all(secret not in str(lines) for secret in (temporary, PASSWORD, reset.out.strip()))
        assert {line.who.partition(":")[0] for line in lines if line.action == "account.reset"} == {"command"}


def test_a_bad_password_makes_no_administrator(
    deployment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules hold for the command too; neither is the password shown again."""
    for bad in ("short", "password1234", "li.na-and-more", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{bad}\n"))
        answer = run(deployment, tmp_path, "first-admin", "li.na", "--password-stdin")
        assert answer.code == 2, bad
        assert not bad or bad not in answer.err
    assert run(deployment, tmp_path, "first-admin", "13800001111").code == 2
    assert "13800001111" not in run(deployment, tmp_path, "list").out


def test_a_trial_has_an_account_for_each_role_and_a_real_one_has_not(
    deployment: dict[str, str], tmp_path: Path
) -> None:
    """Random passwords that work at once; refused where there is any account."""
    made = run(deployment, tmp_path, "demo")
    assert made.code == 0, made.err
    rows = [line.split() for line in made.out.splitlines() if len(line.split()) == 3][1:]
    assert {role for _, _, role in rows} == set(PERMISSIONS) - {"recipient"}
    with opened(deployment) as context:
        for name, password, role in rows:
            done = sign_in(context, name=name, password=password)
            assert done.principal.roles == {role}
            assert not done.must_change
    assert len({password for _, password, _ in rows}) == len(rows)
    assert run(deployment, tmp_path, "demo").code == 2


def test_a_deployment_without_a_key_is_told_so(deployment: dict[str, str], tmp_path: Path) -> None:
    """A message, no traceback."""
    answer = run({**deployment, "MINGBAI_KEY": ""}, tmp_path, "list")
    assert answer.code == 2
    assert "Traceback" not in answer.err


GOOD = [
    "chang-an-street",
    "correct horse stapler",
    "长风破浪会有时直挂云帆济沧海",
    "tr0ub4dor&3-xkcd",
    "p" * 8 + "-words-x",
]
BAD = [
    "short", "elevenchars", "a" * 257, "password1234", "P@ssw0rd!2019", "123456789012", "qwertyuiop12", "aaaaaaaaaaaa",
    "abcdefghijklm", "abcabcabcabc", "wang.fang2019!", "WANG.FANG-2020", "mingbai20260101", "20190701201907",
    "Zxcvbnm,./12", "1qaz2wsx1qaz2wsx", "13579135791x",
]  # fmt: skip


def test_which_passwords_may_be_chosen() -> None:
    """Long ones of any script; no common word dressed up, no run, no name, no piece repeated."""
    assert [one for one in GOOD if passwords.flaw_of(one, "wang.fang")] == []
    assert [one for one in BAD if not passwords.flaw_of(one, "wang.fang")] == []
    assert not [True for _ in range(50) if passwords.flaw_of(passwords.temporary(), "wang.fang")]


def test_what_hashing_costs_and_keeps() -> None:
    """argon2id with the parameters that the documentation tells; the same keys on every keyboard give one password;
    what no keyboard makes is only wrong."""
    kept = passwords.hashed("\uff43orrect horse \u00e9")
    assert kept.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert passwords.verified("correct horse e\u0301", kept)
    assert not passwords.verified("correct horse e", kept)
    assert not passwords.verified("\ud800", kept)
    assert not passwords.verified("x" * 10_000, kept)
    assert not passwords.verified("anything", None)
    assert not passwords.verified("anything", "not a hash")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated("$argon2id$v=19$m=16384,t=2,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")


def test_too_many_hashes_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four at once; the fifth waits a while and is told to come back, instead of taking memory."""
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    for _ in range(passwords.AT_ONCE):
        passwords._PLACES.acquire()
    try:
        with pytest.raises(passwords.BusyError):
            passwords.verified("x", None)
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._PLACES.release()
    assert not passwords.verified("x", None)


def test_names_and_sets_of_permissions() -> None:
    """Names fold to one spelling; what shows cases and what takes a hand are real permissions, and whoever sees cases
    is known by role."""
    assert folded("  \uff37ANG.Fang ") == "wang.fang"
    assert is_sound("王芳")
    assert not is_sound("1234567")
    every = frozenset().union(*PERMISSIONS.values())
    assert every >= SEES_CASES
    assert every >= BY_HAND
    readers = {role for role in PERMISSIONS if sees_cases([role])}
    assert readers == {"investigator", "supervisor", "department_verifier", "auditor"}
    assert not PERMISSIONS["administrator"] & SEES_CASES
