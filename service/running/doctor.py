"""What is wrong with a deployment, and what to do about it: settings, keys, database, files, port, clock, model.

Each look is one function that returns findings and never raises for what it finds; a look that fails itself is a
finding too. `bad` keeps the service from doing its work, `odd` is worth knowing.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from service.clock import Clock, SystemClock
from service.sealing import Seal, SealError
from service.sealing.column import open_bytes
from service.sealing.keys import load_seal
from service.settings import Settings, SettingsError
from service.store import Database, jobs, journal, migrate, webhooks
from service.store.database import DatabaseError
from service.store.health import newest_moment, one_sealed, server_time
from service.work.errors import WorkError
from service.work.scoring.recover import FILE as JOURNAL

State = Literal["good", "odd", "bad"]
SKEW: Final = dt.timedelta(minutes=2)
FEW_FILES: Final = 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, how it stands, and what to do, in English and Chinese."""

    what: str
    state: State
    english: str
    chinese: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as it is shown: its variable, value (never a secret's), whether it was set, and what it does."""

    variable: str
    value: str
    is_set: bool
    doc: str


def settings_shown(environment: Mapping[str, str]) -> list[Shown]:
    """Every setting there is, with what is set. Values of secrets are told as `set` or `not set`."""
    found = []
    for one in fields(Settings):
        variable = str(one.metadata["variable"])
        text = environment.get(variable, "").strip()
        default = "" if one.default in (None, "") else str(one.default)
        value = ("set" if text else "not set") if one.metadata["secret"] else text or default
        found.append(Shown(variable, value, bool(text), str(one.metadata["doc"])))
    return found


def examine(environment: Mapping[str, str], clock: Clock | None = None) -> list[Finding]:
    """Look at everything. With settings that cannot be read nothing else is looked at."""
    try:
        settings = Settings.read(environment)
    except SettingsError as error:
        return [Finding("settings", "bad", problem, "环境变量有误") for problem in error.problems]
    found = [Finding("settings", "good", "every MINGBAI_ variable can be read")]
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("settings", lambda: _together(settings)),
        ("home", lambda: _home(settings)),
        ("limits", _files),
        ("port", lambda: _port(settings)),
        ("policy", lambda: _policy(settings)),
        ("model", lambda: _model(settings)),
    ]
    seal = None
    try:
        seal = load_seal(settings)
        found.append(Finding("key", "good", "the keys can be read"))
    except (SealError, OSError) as error:
        found.append(Finding("key", "bad", str(error), "密钥不可用：用 mingbai key make 生成，并设置 MINGBAI_KEY_FILE"))
    looks.append(("journal", lambda: _journal(settings)))
    looks.append(("database", lambda: _database(settings, seal, clock or SystemClock(settings.clock_days_back))))
    for name, look in looks:
        try:
            found += look()
        except Exception as error:  # A look that fails must not hide the others.
            found.append(Finding(name, "bad", f"cannot be looked at: {type(error).__name__}", "无法检查"))
    return found


def _together(settings: Settings) -> Iterator[Finding]:
    """Settings that are each sound and do not go together."""
    from service.running.serve import CannotServe, check
    from service.work.webhooks.guard import networks

    try:
        check(settings)
    except CannotServe as error:
        yield Finding("settings", "bad", str(error), error.chinese)
    try:
        networks(settings.webhook_networks)
    except ValueError as error:
        told = f"MINGBAI_WEBHOOK_NETWORKS: {error}; expected networks such as 10.1.0.0/16,127.0.0.0/8"
        yield Finding("settings", "bad", told, "MINGBAI_WEBHOOK_NETWORKS 应为网段列表")
    given = [settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret]
    if any(given) and not (all(given) and settings.public_url):
        told = "OpenID Connect needs MINGBAI_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET and MINGBAI_PUBLIC_URL together"
        yield Finding("settings", "bad", told, "OpenID Connect 的四项设置须同时提供")
    if settings.public_url and urlsplit(settings.public_url).scheme not in ("http", "https"):
        yield Finding(
            "settings", "bad", "MINGBAI_PUBLIC_URL: expected https://host", "MINGBAI_PUBLIC_URL 应为 https://主机"
        )
    if settings.clock_days_back:
        days = settings.clock_days_back
        told = (
            f"MINGBAI_CLOCK_DAYS_BACK is set: the clock runs {days} days behind, and deadlines, payments, sign-ins and "
            "the log with it. It is for trials with invented data alone: unset it before a real payment is scored"
        )
        # Where others reach the service it is taken for the real one.
        state: State = "odd" if _loopback(settings.host) and not settings.public_url else "bad"
        yield Finding(
            "clock", state, told,
            f"MINGBAI_CLOCK_DAYS_BACK 使时钟慢 {days} 天，期限、发放、登录和日志均随之改变；"
            "仅供虚构数据试用，正式使用前必须取消",
        )  # fmt: skip
    if not _loopback(settings.host) and not settings.public_url.startswith("https:"):
        told = (
            "the web listens beyond this machine without https: put a proxy with a certificate in front and set "
            "MINGBAI_PUBLIC_URL"
        )
        yield Finding(
            "settings", "odd", told, "服务监听外部地址但未启用 https：请在前端配置证书并设置 MINGBAI_PUBLIC_URL"
        )
    if not _loopback(settings.host) and not settings.public_url:
        told = (
            "MINGBAI_PUBLIC_URL is not set and the web listens beyond this machine: whether a page is our own is then "
            "judged by the Host header, which whoever asks writes; set it to the address people reach the service by"
        )
        yield Finding(
            "settings",
            "odd",
            told,
            "未设置 MINGBAI_PUBLIC_URL 且监听外部地址：来源校验只能依据请求自带的 Host 头，请设置对外访问地址",
        )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _home(settings: Settings) -> Iterator[Finding]:
    """The home can be written to, others cannot read it, and there is room."""
    folder = settings.state
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        told = f"{settings.home}: {error.strerror}; set MINGBAI_HOME to a folder this user can write to"
        yield Finding("home", "bad", told, "数据目录不可写：请检查 MINGBAI_HOME")
        return
    yield Finding("home", "good", f"{folder.resolve()} can be written to")
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        yield Finding("home", "odd", f"others can look into {folder}: chmod 700 {folder}", "其他用户可访问数据目录")
    free = shutil.disk_usage(folder).free
    needed = settings.upload_limit_mb * 1024 * 1024 + 256 * 1024 * 1024
    state: State = "bad" if free < needed else "odd" if free < 4 * needed else "good"
    told = f"{free / 1024**3:.1f} GB free in the home, {needed / 1024**3:.1f} GB needed for one largest upload"
    yield Finding("space", state, told, f"数据目录可用空间 {free / 1024**3:.1f} GB")


def _files() -> Iterator[Finding]:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in (resource.RLIM_INFINITY,) and hard < FEW_FILES:
        told = f"at most {hard} open files: raise the limit (LimitNOFILE of the systemd unit) to 65536"
        yield Finding("limits", "odd", told, f"最多可打开 {hard} 个文件，请提高上限")


def _port(settings: Settings) -> Iterator[Finding]:
    """The port is free, or this service answers there already."""
    from service.running.serve import CannotServe, listen

    try:
        listen(settings.host, settings.port).close()
    except CannotServe as error:
        if _answers(settings):
            yield Finding("port", "good", f"the service answers on {settings.host}:{settings.port}")
        else:
            yield Finding("port", "bad", str(error), error.chinese)
        return
    yield Finding("port", "good", f"{settings.host}:{settings.port} is free")


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 - compared, not bound
    try:
        with socket.create_connection((host, settings.port), timeout=2) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nhost: doctor\r\nconnection: close\r\n\r\n")
            one.settimeout(2)
            return b'"alive"' in one.recv(65536) + one.recv(65536)
    except OSError:
        return False


def _policy(settings: Settings) -> Iterator[Finding]:
    from service.work.read_policy import read_policy

    try:
        read_policy(settings.policy)
    except WorkError as error:
        yield Finding("policy", "bad", str(error), error.chinese or "policy.toml 有误")
        return
    yield Finding("policy", "good", str(settings.policy or "the shipped policy"))


def _model(settings: Settings) -> Iterator[Finding]:
    """The model in force can be loaded; without one rules score alone."""
    from service.work.choose_model import choose_model

    before = os.environ.get("MINGBAI_MLRUNS")
    os.environ["MINGBAI_MLRUNS"] = str(settings.mlruns)
    try:
        chosen = choose_model(None, None)
    except Exception as error:
        told = f"no model can be loaded ({type(error).__name__}: {error}): rules would score alone, degraded"
        yield Finding("model", "bad", told, "模型无法加载，将仅按规则评分：请检查 MINGBAI_MLRUNS")
        return
    finally:
        if before is None:
            del os.environ["MINGBAI_MLRUNS"]
        else:
            os.environ["MINGBAI_MLRUNS"] = before
    yield Finding("model", "good", f"version {chosen.bundle.version} ({chosen.origin})")


def _journal(settings: Settings) -> Iterator[Finding]:
    """Answers that could not be brought into the database."""
    aside = journal.standing(settings.state / JOURNAL).aside
    if aside:
        told = (
            f"{aside} answers to single payments could not be brought into the database and stay in the journal: the "
            "log says which entries, and why; send those payments again and compare"
        )
        yield Finding("journal", "bad", told, f"{aside} 次单笔评分的答复无法写入数据库，保留在日志文件 {JOURNAL} 中")


def _database(settings: Settings, seal: Seal | None, clock: Clock) -> Iterator[Finding]:
    """Reached, of this release's shape, sealed with these keys, and not from the future."""
    try:
        database = Database(settings.database_url, connections=1)
    except (DatabaseError, OSError) as error:
        yield Finding("database", "bad", str(error), "数据库地址有误：请检查 MINGBAI_DATABASE")
        return
    try:
        yield from _inside(database, seal, clock)
    except (SQLAlchemyError, DatabaseError) as error:
        told = f"the {database.kind} database does not answer ({type(error).__name__}): check MINGBAI_DATABASE"
        yield Finding("database", "bad", told, "数据库无法访问：请检查 MINGBAI_DATABASE")
    finally:
        database.close()


def _inside(database: Database, seal: Seal | None, clock: Clock) -> Iterator[Finding]:
    with database.read() as connection:
        off = abs(server_time(connection) - clock.now()) if database.kind == "postgresql" else dt.timedelta()
    yield Finding("database", "good", f"{database.kind} answers")
    if off > SKEW:
        told = f"the clocks of this machine and of the database are {off.total_seconds():.0f} s apart: set both by NTP"
        yield Finding("clock", "bad", told, "本机与数据库时钟不一致：请校时")
    shape = migrate.current(database)
    if shape is None:
        yield Finding(
            "tables", "odd", "there are no tables yet: `mingbai serve` makes them", "尚无数据表，启动服务时自动创建"
        )
        return
    if shape != migrate.newest():
        told = f"the tables have shape {shape}, this release wants {migrate.newest()}: make a backup, then start it"
        yield Finding("tables", "bad", told, "数据表版本不符：请先备份，再启动服务升级")
        return
    yield Finding("tables", "good", f"shape {shape}")
    with database.read() as connection:
        newest = newest_moment(connection)
        sample = one_sealed(connection)
        failed = sum(n for (_, state), n in jobs.counts(connection).items() if state == "failed")
        dead = webhooks.counts(connection).get("dead", 0)
    if newest is not None and newest - clock.now() > SKEW:
        told = f"the log has a line of {newest.isoformat()}, which is yet to come: this machine's clock went back"
        yield Finding("clock", "bad", told, "日志时间晚于当前时间：本机时钟被回拨，请校时")
    elif off <= SKEW:
        yield Finding("clock", "good", "agrees with what is on record")
    if seal is not None and sample is not None:
        yield _opens(seal, *sample)
    if failed:
        yield Finding(
            "jobs", "odd", f"{failed} jobs failed for good: see `mingbai_jobs` and the log", f"{failed} 项后台任务失败"
        )
    if dead:
        told = f"{dead} events were given up: replay them with POST /v1/webhooks/N/replays"
        yield Finding("webhooks", "odd", told, f"{dead} 条事件投递失败，可重放")


def _opens(seal: Seal, column: Any, value: bytes) -> Finding:
    try:
        open_bytes(seal, column, value)
    except SealError:
        told = "what is on record was sealed with keys that are not in the list: find the right key file"
        return Finding("key", "bad", told, "现有密钥无法解开已存数据：请找回原密钥文件")
    return Finding("key", "good", "opens what is on record")
