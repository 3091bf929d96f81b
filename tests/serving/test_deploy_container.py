"""docs/deploy/Containerfile: what it copies, names and asks for is there. How an image was built: docs/deploying.md.

Every check reads the file itself, so that a package, a setting or a route that moves cannot leave the image behind.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from fastapi import FastAPI

from service.api.routes import health
from service.settings import Settings
from tests._source import ROOT, text_files
from tests.serving.live import live

FILE = ROOT / "docs" / "deploy" / "Containerfile"
PAGES = ("docs/deploy/Containerfile", "docs/deploying.md")


def instructions() -> list[tuple[str, str]]:
    """Each instruction with what follows it, comments left out and continued lines joined."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in whole if line.strip()]


def told(name: str) -> list[str]:
    """What follows each instruction of a name."""
    return [rest for found, rest in instructions() if found == name]


def copied() -> list[str]:
    """What is taken from the checkout, as paths from its root."""
    return [path.removeprefix("./") for rest in told("COPY") if "--from" not in rest for path in rest.split()[:-1]]


def environment() -> dict[str, str]:
    """What the image sets."""
    return dict(re.findall(r"([A-Z_]+)=(\S+)", " ".join(told("ENV"))))


def let_in() -> set[str]:
    """What `.dockerignore` hands to a build: nothing but what it names with an exclamation mark."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "everything is left out first"
    return {line[1:] for line in rules if line.startswith("!")}


def packages() -> set[str]:
    """The packages the wheel is made of."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found = tomllib.load(file)["tool"]["setuptools"]["packages"]["find"]["include"]
    return {name for name in found if not name.endswith("*")}


def test_what_is_copied_is_there_and_nothing_else_is_let_in() -> None:
    """Each path exists, and the build is handed just these: no data, no keys, no gigabytes."""
    assert copied()
    assert [path for path in copied() if not (ROOT / path).exists()] == []
    assert let_in() == set(copied())


def test_every_package_and_what_a_wheel_is_made_by_is_copied() -> None:
    """The four packages, and the files pyproject names."""
    assert packages() | {"pyproject.toml", "README.md", "requirements.txt"} <= set(copied())


@pytest.mark.slow
def test_the_wheel_of_what_is_copied_holds_every_file(tmp_path: Path) -> None:
    """A wheel made of these files alone, by the tools of the lock, has all that is tracked in the packages."""
    tracked = [path.relative_to(ROOT) for path in every_tracked() if path.relative_to(ROOT).parts[0] in copied()]
    assert len(tracked) > 500
    for path in tracked:
        (tmp_path / "src" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / "src" / path)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--no-cache-dir", "--wheel-dir", str(tmp_path), str(tmp_path / "src")],
        check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("mingbai-*.whl")
    with zipfile.ZipFile(wheel) as file:
        held = set(file.namelist())
    wanted = {path.as_posix() for path in tracked if path.parts[0] in packages()}
    assert wanted - held == set()
    assert {name.split("/")[0] for name in held if ".dist-info" not in name} == packages()


def every_tracked() -> list[Path]:
    """Every tracked file, tables and pictures too."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_the_build_tool_is_the_one_of_the_lock(tmp_path: Path) -> None:
    """The line that takes setuptools out of the lock finds one version and its hashes, and nothing else."""
    (line,) = [found for rest in told("RUN") for found in re.findall(r"sed -n '[^']+' requirements-dev.txt", rest)]
    found = subprocess.run(["sh", "-c", line], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    assert re.fullmatch(r"setuptools==[\d.]+ \\", found[0])
    assert len(found) > 1
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", one) for one in found[1:])
    assert not found[-1].endswith("\\")


def test_its_settings_exist_and_agree() -> None:
    """Each MINGBAI_ variable is a setting; port, home and key are the same wherever they stand."""
    settings = Settings.read({name: value for name, value in environment().items() if name.startswith("MINGBAI_")})
    assert settings.host == "0.0.0.0"  # noqa: S104 - in a container others could not come in otherwise
    assert told("EXPOSE") == [str(settings.port)]
    assert settings.port == Settings().port
    assert told("VOLUME") == told("WORKDIR")[-1:] == [str(settings.home)]
    kept = [Path(environment()["NUMBA_CACHE_DIR"]), settings.mlruns]
    assert all(path.is_relative_to(settings.home) for path in kept), "the rest of the file system is read only"
    assert settings.key_file == Path("/run/secrets/mingbai-key")
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert "--secret mingbai-key,uid=10001,mode=0400" in text
        assert f":{settings.home}" in text


def test_it_runs_as_nobody_in_particular() -> None:
    """By number, so that a cluster can see that it is not root, and of one that exists in the image."""
    (user,) = told("USER")
    assert int(user) > 0
    made = " ".join(told("RUN"))
    assert f"useradd --uid {user}" in made
    assert f"groupadd --gid {user}" in made


def test_its_look_at_health_sees_whether_the_service_lives(unused: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very command: 0 while the route answers, 1 where nobody does."""
    (look,) = told("HEALTHCHECK")
    python, *words = json.loads(look[look.index("CMD ") + 4 :])
    assert python == "python"
    app = FastAPI()
    app.include_router(health.router)
    with live(app) as port:
        monkeypatch.setenv("MINGBAI_PORT", str(port))
        assert subprocess.run([sys.executable, *words], check=False).returncode == 0
    monkeypatch.setenv("MINGBAI_PORT", str(unused))
    assert subprocess.run([sys.executable, *words], check=False, capture_output=True).returncode == 1


@pytest.fixture
def unused() -> int:
    """A port nobody listens on."""
    from service.running.serve import listen

    with listen("127.0.0.1", 0) as made:
        return int(made.getsockname()[1])


def test_it_begins_with_a_base_that_can_be_another() -> None:
    """Both stages are of BASE, which places without the public registry name themselves."""
    assert [rest.split()[0] for rest in told("FROM")] == ["${BASE}", "${BASE}"]
    assert told("ARG") == ["BASE=docker.io/library/python:3.11-slim-bookworm"]
    assert FILE in text_files(), "the house's lints read it"
