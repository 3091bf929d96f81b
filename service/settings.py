"""What a deployment sets, by environment variables: one list, read once, checked whole.

Every setting is declared here and nowhere else; `mingbai doctor` prints the list with what is wrong, and
`docs/operating.md` repeats it. A variable that begins with `MINGBAI_` and is not in the list is an error: a mistyped
name would otherwise be a setting that silently does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "MINGBAI_"
ELSEWHERE = ("TEST_", "NOTEBOOK_", "SPARK_")
"""What begins the names of variables that other parts read: tests, notebooks, matching on a cluster."""


class SettingsError(ValueError):
    """Settings that cannot be used; `problems` names each variable, what was found and what is expected."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _setting(variable: str, default: Any, doc: str, *, secret: bool = False, least: float | None = None) -> Any:
    """One setting: the variable behind `MINGBAI_`, its default, what it does, whether its value is never shown."""
    metadata = {"variable": PREFIX + variable, "doc": doc, "secret": secret, "least": least}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one deployment. Made by `Settings.read`; tests make them by hand."""

    home: Path = _setting("HOME", Path(".mingbai"), "folder of everything the deployment keeps on disk")
    mlruns: Path = _setting("MLRUNS", Path("mlruns"), "record of models and rules")
    policy: Path | None = _setting("POLICY", None, "the deployment's policy.toml (thresholds, capacities, deadlines)")
    database: str = _setting(
        "DATABASE", "", "sqlite:///path or postgresql+psycopg://user@host/name; empty: SQLite in the home", secret=True
    )
    database_connections: int = _setting("DATABASE_CONNECTIONS", 8, "connections a process keeps open at most", least=1)
    key: str = _setting("KEY", "", "key that seals personal data, as `mingbai key make` writes it", secret=True)
    retention: Path | None = _setting(
        "RETENTION", None, "the deployment's retention.toml (days rows are kept, by table)"
    )
    key_file: Path | None = _setting(
        "KEY_FILE", None, "file that holds the keys, newest first, instead of the variable"
    )
    host: str = _setting("HOST", "127.0.0.1", "address the web listens on")
    port: int = _setting("PORT", 8000, "port the web listens on", least=0)
    public_url: str = _setting("PUBLIC_URL", "", "address people reach the service by, as in links and OpenID Connect")
    web_workers: int = _setting("WEB_WORKERS", 1, "web processes; more than one needs PostgreSQL", least=1)
    run_workers: int = _setting("RUN_WORKERS", 1, "processes that score payment runs and do what is due", least=1)
    upload_limit_mb: int = _setting("UPLOAD_LIMIT_MB", 512, "largest upload taken, MB", least=1)
    attachment_limit_mb: int = _setting("ATTACHMENT_LIMIT_MB", 20, "largest attachment of a case, MB", least=1)
    waiting_limit: int = _setting("WAITING_LIMIT", 512, "single payments waiting to be scored before 503", least=1)
    requests_at_once: int = _setting("REQUESTS_AT_ONCE", 256, "requests answered at once before 503", least=1)
    address_at_once: int = _setting(
        "ADDRESS_AT_ONCE",
        0,
        "requests of one address at once before 429, of callers not known yet; 0: three quarters of REQUESTS_AT_ONCE; "
        "as many as those behind a proxy whose callers all have its address",
        least=0,
    )
    session_hours: float = _setting("SESSION_HOURS", 10.0, "hours after which a sign-in ends", least=0.1)
    session_idle_minutes: float = _setting(
        "SESSION_IDLE_MINUTES", 60.0, "minutes without a request after which a sign-in ends", least=1
    )
    grants_by_two: int = _setting(
        "GRANTS_BY_TWO", 0, "1: every role that shows cases takes two administrators, whoever gets it", least=0
    )
    oidc_issuer: str = _setting("OIDC_ISSUER", "", "OpenID Connect issuer; empty: local accounts only")
    oidc_client_id: str = _setting("OIDC_CLIENT_ID", "", "client id at the issuer")
    oidc_client_secret: str = _setting("OIDC_CLIENT_SECRET", "", "client secret at the issuer", secret=True)
    oidc_claim: str = _setting(
        "OIDC_CLAIM", "", "claim with role@division entries; empty: only accounts an administrator prepared"
    )
    notices: str = _setting("NOTICES", "outbox", "channel of notices to recipients")
    webhook_networks: str = _setting(
        "WEBHOOK_NETWORKS", "", "private networks events may be sent to, as 10.1.0.0/16,127.0.0.0/8; others are refused"
    )
    metrics_token: str = _setting(
        "METRICS_TOKEN", "", "token /metrics asks for; empty: answered on this machine only", secret=True
    )
    body_seconds: float = _setting(
        "BODY_SECONDS", 30.0, "seconds a caller may stay silent in the middle of a request", least=0.1
    )
    clock_days_back: int = _setting(
        "CLOCK_DAYS_BACK", 0, "for trials with invented data alone: days the clock runs behind; pages say so", least=0
    )
    log_level: str = _setting("LOG_LEVEL", "info", "debug, info, warning or error")

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from environment variables. Raises SettingsError naming everything that is wrong."""
        given = os.environ if environment is None else environment
        known = {str(f.metadata["variable"]): f for f in fields(cls)}
        problems = [
            f"{name}: no such setting; known are {', '.join(sorted(known))}"
            for name in sorted(given)
            if name.startswith(PREFIX) and name not in known and not name.removeprefix(PREFIX).startswith(ELSEWHERE)
        ]
        values: dict[str, Any] = {}
        for variable, one in known.items():
            text = given.get(variable, "").strip()
            if not text:
                continue
            try:
                values[one.name] = _converted(text, str(one.type), one.metadata["least"])
            except ValueError as error:
                shown = "a value" if one.metadata["secret"] else repr(text)
                problems.append(f"{variable}: found {shown}, expected {error}")
        if values.get("log_level", "info") not in ("debug", "info", "warning", "error"):
            problems.append(f"{PREFIX}LOG_LEVEL: found {values['log_level']!r}, expected debug, info, warning or error")
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @property
    def database_url(self) -> str:
        """Where the service's tables are: as set, else a SQLite file in the home."""
        return self.database or f"sqlite:///{(self.home / 'service' / 'mingbai.db').resolve()}"

    @property
    def state(self) -> Path:
        """Folder of the service's own files (database, attachments, sockets)."""
        return self.home / "service"

    @property
    def socket(self) -> Path:
        """The scorer's Unix socket."""
        return self.state / "scorer.sock"


def _converted(text: str, kind: str, least: float | None) -> Any:
    """Text as the type a setting has. Raises ValueError that says what is expected."""
    if kind.startswith("Path"):
        return Path(text)
    if kind in ("int", "float"):
        try:
            value = int(text) if kind == "int" else float(text)
        except ValueError:
            raise ValueError("a whole number" if kind == "int" else "a number") from None
        if least is not None and not value >= least:
            raise ValueError(f"at least {least:g}")
        return value
    return text
