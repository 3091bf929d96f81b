"""The settings of a trial, kept beside it so that it is the same every time it is served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from service.work.errors import UnusableDataError

FILE: Final = "trial.json"
NOTICES: Final = "service.running.trial.outbox:channel"


def home_of(folder: Path) -> Path:
    """Where a trial of a demo's folder keeps everything."""
    return folder / "service"


def write(folder: Path, days_back: int, database: str = "", policy: Path | None = None) -> None:
    """Keep the settings of a trial, last of all: where they stand the trial is whole."""
    home = home_of(folder).resolve()
    variables = {
        "MINGBAI_HOME": str(home),
        "MINGBAI_MLRUNS": str((folder / "mlruns").resolve()),
        "MINGBAI_KEY_FILE": str(home / "trial.key"),
        "MINGBAI_CLOCK_DAYS_BACK": str(days_back),
        "MINGBAI_NOTICES": NOTICES,
    }
    if database:
        variables["MINGBAI_DATABASE"] = database
    if policy:
        variables["MINGBAI_POLICY"] = str(policy.resolve())
    path = home / FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(variables, indent=1) + "\n", "utf-8")


def read(folder: Path) -> dict[str, str] | None:
    """Variables of a trial; None where there is none, or one that was never finished. Raises UnusableDataError."""
    path = home_of(folder) / FILE
    if not path.is_file():
        return None
    try:
        return {str(name): str(value) for name, value in json.loads(path.read_text("utf-8")).items()}
    except (ValueError, AttributeError) as error:
        raise UnusableDataError(
            f"{path}: expected the settings of a trial; remove the folder {path.parent} to make it anew",
            f"{path}：不是试用设置；删除文件夹 {path.parent} 后可重新生成",
        ) from error
