"""What a web process makes when it starts, so that nobody who opens a page first waits for it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from jinja2 import Environment

from models.rules.catalogue import all_rules
from service.console.install import warm_up
from service.running import web
from service.work.context import Context
from tests.console.conftest import Browse

pytestmark = pytest.mark.any_database


def test_no_page_is_made_ready_when_somebody_opens_it(
    context: Context, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every template is compiled in both languages before: opening a page compiles none."""
    warm_up(context)

    def compiled(*_: Any, **__: Any) -> Any:
        raise AssertionError("a template was compiled while somebody waited")

    monkeypatch.setattr(Environment, "compile", compiled)
    for language in ("zh", "en"):
        staff = browse("supervisor", language=language)
        for path in (
            "/rules",
            f"/rules/{all_rules()[0].code}",
            "/queue/discipline",
            "/overview",
            "/models",
            "/fairness",
        ):
            staff.open(path)


def test_what_cannot_be_warmed_up_ends_no_process(
    context: Context, app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says so to whoever opens it; the log names the kind of failure and nothing else."""

    def broken(_: Context) -> None:
        raise ValueError("519921195303041232")

    monkeypatch.setattr("service.console.install.warm_up", broken)
    monkeypatch.setattr(web, "WARM_AFTER_SECONDS", 0.0)
    web._made_ready(context, app)
    assert "ValueError" in caplog.text
    assert "519921195303041232" not in caplog.text
