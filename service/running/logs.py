"""The program's own log: one JSON object a line on stderr, with the request's number and nothing personal.

Verbs write no personal data into messages; the filter here is the last line of defence. Of an exception the kind and
the places in the code are told, never its text, which may quote a row.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any, Final, TextIO

from service.sealing.redaction import redacted
from service.settings import Settings
from service.work.current_request import request_id

FIELDS: Final = ("route", "method", "status", "milliseconds", "bytes", "job", "kind", "process", "port")
"""What may stand in a line beside the message, given as `extra=`. Anything else is left out: it might be a row."""

_AS_JSON: Final = json.JSONEncoder(ensure_ascii=False)

_ROOT = Path(__file__).resolve().parents[2]


class WithoutPersonalData(logging.Filter):
    """Cuts long numbers out of messages, and the texts of exceptions, before any handler formats them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; always True."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # Arguments that do not fit the message: not shown, for the same reason.
            text = str(record.msg)
        record.msg, record.args = redacted(text), None
        if record.exc_info:
            record.exc_text = places(record.exc_info[1])
            record.exc_info = None
        record.stack_info = None
        record.request_id = request_id()
        return True


class JsonLines(logging.Formatter):
    """A line of the log as JSON: at (UTC), level, logger, message, request_id, what `FIELDS` allows, failure."""

    def format(self, record: logging.LogRecord) -> str:
        """One object without a line break in it, whatever the message holds."""
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        number = getattr(record, "request_id", None)
        if number:
            line["request_id"] = number
        for name in FIELDS:
            value = record.__dict__.get(name)
            # `process` is a number of logging's own; only a name given by us is of use.
            if isinstance(value, str):
                line[name] = redacted(value)
            elif isinstance(value, int | float) and name != "process":
                line[name] = value
        if record.exc_text:
            line["failure"] = record.exc_text
        return _AS_JSON.encode(line)


def places(error: BaseException | None) -> str:
    """The kind of an exception and where it went, innermost last: `ValueError at service/x.py:12 service/y.py:3`."""
    if error is None:
        return ""
    frames = []
    for frame in traceback.extract_tb(error.__traceback__)[-12:]:
        file = Path(frame.filename)
        name = file.relative_to(_ROOT).as_posix() if file.is_relative_to(_ROOT) else file.name
        frames.append(f"{name}:{frame.lineno}")
    cause = error.__cause__ or error.__context__
    told = f"{type(error).__name__} at {' '.join(frames)}"
    return f"{told} after {places(cause)}" if cause is not None and cause is not error else told


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Let every logger of the process write such lines to `stream` (stderr), from the level of the settings on.

    Uvicorn's own handlers are taken away; its access log is left to `service.api.access_log`, which tells no query.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(WithoutPersonalData())
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "sqlalchemy.engine"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").propagate = False
    # Statements and their values: never, not even when somebody asks for debug.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.captureWarnings(True)
