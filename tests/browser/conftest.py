"""Journeys through the pages in Debian's Chromium, over `mingbai serve` as it is run, on both kinds of database.

Screenshots of every step lie in `build/screens` afterwards. They run by themselves, in one test process for each kind
of database (`-n 2`): a trial takes a while.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # has no types

from service.clock import SystemClock
from service.running.trial import settings as kept
from service.running.trial.make import Trial, make_trial
from service.work.run_demo import run_demo
from tests.conftest import ROOT
from tests.faults.service_help import Service
from tests.serving.conftest import postgres as postgres

SCREENS: Final = ROOT / "build" / "screens"
WIDTHS: Final = {"wide": (1280, 860), "tablet": (768, 1024), "phone": (390, 844)}
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
HOUSEHOLDS: Final = 600
DATABASES: Final = ("sqlite", "postgresql")
PICTURED: Final = "postgresql"
"""Where journeys are pictured step by step; pages of each kind are pictured on both (`test_pages`)."""

# Other tests have the machine's other processor.
expect.set_options(timeout=20_000)


class ByTrial(LoadScopeScheduling):  # type: ignore[misc]  # of no type
    """All tests of one trial go to one process, one after the other; all others to whichever is free."""

    def _split_scope(self, nodeid: str) -> str:
        found = re.search(rf"\[({'|'.join(DATABASES)})\b", nodeid)
        return found.group(1) if found else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByTrial:
    """Where several processes run this folder alone. (`--dist loadgroup` groups nothing under pytest 9.2: the plugin
    changes an attribute that is no longer read.)"""
    return ByTrial(config, log)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small demo: an invented county and a model trained on it."""
    folder = tmp_path_factory.mktemp("demo")
    run_demo(folder, households=HOUSEHOLDS, seed=11)
    return folder


@dataclass
class Place:
    """A trial that is served: where, who may sign in, and the folder it lies in."""

    url: str
    trial: Trial
    folder: Path
    kind: str
    service: Service

    def password(self, role: str) -> tuple[str, str]:
        """Name and password of a role's account."""
        return next((one.name, word) for one, word in self.trial.accounts if role in one.roles)

    def now(self) -> dt.datetime:
        """What the trial's clock shows."""
        return SystemClock(int((kept.read(self.folder) or {})["MINGBAI_CLOCK_DAYS_BACK"])).now()

    def code(self) -> str:
        """The newest one-time code that was sent to a recipient."""
        return str(re.findall(r"验证码是 (\d{8})", self.trial.outbox.read_text("utf-8"))[-1])


@pytest.fixture(scope="session", params=DATABASES)
def place(request: pytest.FixtureRequest, demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The trial of the demo, served as it is run, on each kind of database."""
    folder = tmp_path_factory.mktemp(f"trial-{request.param}")
    shutil.copytree(demo, folder, dirs_exist_ok=True)
    database = ""
    if request.param == "postgresql":
        server = make_url(request.getfixturevalue("postgres")).set(drivername="postgresql+psycopg")
        admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text("drop database if exists mingbai_trial with (force)"))
            connection.execute(text("create database mingbai_trial"))
        database = server.set(database="mingbai_trial").render_as_string(hide_password=False)
    policy = folder / "policy.toml"
    # A small county has small cases: from here on two people close one.
    policy.write_text("[cases]\nsecond_person_yuan = 50\n", "utf-8")
    trial = make_trial(folder, "test", lambda _what, _share: None, database=database, policy=policy)
    with _served(folder, database) as service:
        yield Place(f"http://127.0.0.1:{service.port}", trial, folder, request.param, service)


@contextmanager
def _served(folder: Path, database: str) -> Iterator[Service]:
    """`mingbai serve` over a trial, as `mingbai trial` starts it."""
    variables = kept.read(folder)
    assert variables is not None
    variables |= {"MINGBAI_KEY": "", "MINGBAI_LOG_LEVEL": "warning"}
    service = Service(folder / "service", database, variables)
    service.start()
    try:
        service.ready(180)
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.stop()
        service.context.database.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without the frame around its pages where that is there: it takes a good part of the time."""
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found, "needs Debian's Chromium: apt-get install chromium-headless-shell, or chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a browser. Anything the browser complains about (scripts, policy, files not there) is kept."""

    page: Page
    place: Place
    complaints: list[str]
    journey: str
    width: str
    step: int = 0

    def go(self, path: str) -> None:
        """Open a page."""
        answer = self.page.goto(self.place.url + path)
        if answer is None:
            # A page that renews itself was on its way there at that moment, and nothing is told of the second way.
            answer = self.page.reload()
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"

    def shot(self, name: str) -> None:
        """Keep what is seen: on one database, since a picture of a whole page takes as long as opening two."""
        self.step += 1
        if self.place.kind != PICTURED:
            return
        folder = SCREENS / self.place.kind / self.width
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{self.journey}-{self.step:02d}-{name}.png", full_page=True)

    def sign_in(self, role: str) -> None:
        """Sign in as staff."""
        name, word = self.place.password(role)
        self.go("/sign-in")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", word)
        self.page.click("form[action='/sign-in/now'] button")
        self.page.wait_for_url("**/overview")


@pytest.fixture
def person(request: pytest.FixtureRequest, chromium: Browser, place: Place) -> Iterator[Any]:
    """A person at a browser of a width: `person("wide", "investigator")`, who has signed in where a role is named."""
    made: list[tuple[BrowserContext, Person]] = []

    def somebody(width: str = "wide", role: str = "", *, scripts: bool = True, language: str = "zh") -> Person:
        size = WIDTHS[width]
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, accept_downloads=True
        )
        context.add_cookies([{"name": "mingbai_language", "value": language, "url": place.url}])
        context.set_default_timeout(30_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        journey = re.sub(r"\W+", "-", request.node.originalname.removeprefix("test_"))
        one = Person(page, place, complaints, journey, width)
        made.append((context, one))
        if role:
            one.sign_in(role)
        return one

    yield somebody
    for context, one in made:
        context.close()
        assert not one.complaints, one.complaints
