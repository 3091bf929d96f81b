"""docs/deploy/mingbai.service and its neighbours fit the service and one another. How they ran: docs/deploying.md."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

from service.running.notify import Manager
from service.running.serve import END_SECONDS
from service.settings import Settings
from tests._source import ROOT

FOLDER = ROOT / "docs" / "deploy"
UNIT = FOLDER / "mingbai.service"
WRAPPER = FOLDER / "mingbai-as-service"
Unit = dict[str, dict[str, list[str]]]


def unit() -> Unit:
    """Section, key, values in order: systemd's format, as far as this file needs it."""
    found: Unit = {}
    section = ""
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        key, equals, value = line.partition("=")
        assert equals, f"no setting: {line}"
        found.setdefault(section, {}).setdefault(key, []).append(value)
    return found


def one(key: str) -> str:
    """The one value of a key of [Service]."""
    (value,) = unit()["Service"][key]
    return value


def environment() -> dict[str, str]:
    """The settings an installation begins with."""
    lines = (FOLDER / "environment").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def header() -> list[str]:
    """The commands an administrator is told to type."""
    return [line[4:] for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith("#   ")]


def test_its_settings_exist_and_lie_where_it_may_write() -> None:
    """Home, record of models and numba's cache lie in the one folder the unit opens for writing."""
    given = environment()
    settings = Settings.read({name: value for name, value in given.items() if name.startswith("MINGBAI_")})
    home = Path(one("ReadWritePaths"))
    assert settings.home == home == Path(one("WorkingDirectory")) == Path("/var/lib") / one("StateDirectory")
    assert settings.mlruns.is_relative_to(home)
    assert Path(given["NUMBA_CACHE_DIR"]).is_relative_to(home)
    assert not home.is_relative_to("/home"), "ProtectHome hides it"
    assert one("StateDirectoryMode") == "0700"
    assert one("UMask") == "0077"


def test_the_header_makes_everything_the_unit_reads() -> None:
    """The user, the settings, the key, the command beside it: nothing is left to be guessed."""
    told = [shlex.split(line) for line in header()]
    (user,) = [words for words in told if words[0] == "useradd"]
    assert user[-1] == one("User") == one("Group")
    placed = {words[-2]: words[-1] for words in told if words[0] == "install" and "-d" not in words}
    assert placed["environment"] == one("EnvironmentFile")
    assert {name for name in placed if not (FOLDER / name).is_file()} == set()
    assert set(placed) == {path.name for path in FOLDER.iterdir()} - {"Containerfile"}
    (key,) = [words for words in told if words[1:3] == ["key", "make"]]
    assert key[0] == WRAPPER.name
    assert key[3] == environment()["MINGBAI_KEY_FILE"]
    assert told[-1] == ["systemctl", "enable", "--now", UNIT.stem]
    assert unit()["Install"]["WantedBy"] == ["multi-user.target"]


def test_commands_run_as_the_service_does() -> None:
    """User, group, mask, folders and settings of `mingbai-as-service` are the unit's, word for word."""
    text = WRAPPER.read_text(encoding="utf-8")
    subprocess.run(["sh", "-n", str(WRAPPER)], check=True)
    words = shlex.split(text[text.index("exec systemd-run") :])
    given = dict(word.removeprefix("--property=").split("=", 1) for word in words if word.startswith("--property="))
    assert {"User", "Group", "UMask", "StateDirectory", "WorkingDirectory", "EnvironmentFile"} <= set(given)
    assert given == {key: one(key) for key in given}
    assert words[-2:] == [one("ExecStart").split()[0], "$@"]
    assert WRAPPER.stat().st_mode & 0o111


def test_it_ends_within_the_time_it_is_given() -> None:
    """The service ends by itself before systemd would kill it; the supervisor alone is told to."""
    assert float(one("TimeoutStopSec")) > 2 * END_SECONDS
    assert one("KillMode") == "mixed"
    assert one("Restart") == "always"
    assert unit()["Unit"]["StartLimitIntervalSec"] == ["0"], "a database that is away must not end it for good"


def test_it_waits_for_words_the_service_says() -> None:
    """Type=notify is met by `READY=1` of the main process (`test_notify.py`), the watchdog by signs of life."""
    assert one("Type") == "notify"
    assert "NotifyAccess" not in unit()["Service"], "the main process alone speaks, which is the default"
    every = Manager({"NOTIFY_SOCKET": "@", "WATCHDOG_USEC": str(int(one("WatchdogSec")) * 1_000_000)})._every
    assert 0 < every <= int(one("WatchdogSec")) / 2


def test_what_the_service_does_is_let_through() -> None:
    """A worker steps back behind others (`setpriority`), numba writes code and runs it."""
    filters = " ".join(unit()["Service"]["SystemCallFilter"])
    assert "@resources" not in re.findall(r"~(.*)", filters)[0].split()
    assert "MemoryDenyWriteExecute" not in unit()["Service"]
    assert {"AF_INET", "AF_INET6", "AF_UNIX"} == set(one("RestrictAddressFamilies").split())
    assert one("CapabilityBoundingSet") == one("AmbientCapabilities") == ""
    assert one("NoNewPrivileges") == "yes"


def test_systemd_itself_can_read_it(tmp_path: Path) -> None:
    """Every line is a setting; where systemd is at hand it says so too, of a copy whose command exists."""
    assert set(unit()) == {"Unit", "Service", "Install"}
    analyze = shutil.which("systemd-analyze")
    if analyze is not None:
        text = UNIT.read_text(encoding="utf-8").replace(one("ExecStart").split()[0], shutil.which("true") or "true")
        copy = tmp_path / UNIT.name
        copy.write_text(text, encoding="utf-8")
        done = subprocess.run([analyze, "verify", str(copy)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
