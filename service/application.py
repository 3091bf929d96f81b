"""The whole application: routes for programs and pages for people, over one context."""

from __future__ import annotations

from fastapi import FastAPI

from service.api.app import create_app
from service.console.install import install
from service.work.context import Context


def make_application(context: Context) -> FastAPI:
    """Routes under `/v1` and the console's pages over one context."""
    app = create_app(context)
    install(app)
    return app
