"""What an old score's stamp names, kept by version: policies, and which release of the code had which definitions."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from models._record import write_whole
from models.registry._place import RegistryError, root
from models.scoring.policy import Policy
from models.scoring.provenance import ROOT, Definitions

POLICIES = "policies"
CODE = "code"


def keep_policy(policy: Policy) -> Path:
    """Keep a policy under its version; what is kept already is left alone."""
    path = root() / POLICIES / f"{policy.version}.json"
    if not path.exists():
        plain = {"values": dict(policy.values), "settings": dict(policy.settings)}
        write_whole(path, json.dumps(plain, indent=1, sort_keys=True) + "\n")
    return path


def kept_policy(wanted: str) -> Policy:
    """The policy of a version. Raises RegistryError where it was never kept or was changed since."""
    path = root() / POLICIES / f"{wanted}.json"
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        found = Policy(
            {str(k): float(v) for k, v in plain["values"].items()},
            {str(k): float(v) for k, v in plain["settings"].items()},
        )
    except FileNotFoundError as error:
        raise RegistryError(f"policy {wanted} was never used with this record: give its file with --policy") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RegistryError(f"{path} cannot be read: restore the record from a copy") from error
    if found.version != wanted:
        raise RegistryError(f"{path} was changed since it was written: restore the record from a copy")
    return found


def keep_code(code: Definitions) -> None:
    """Write down which release of this program, and which commit where it is a checkout, has these definitions."""
    path = _code_path(code.features, code.rules)
    if not path.exists():
        write_whole(path, json.dumps({"mingbai": _release(), "commit": _commit()}) + "\n")


def kept_code(features: str, rules: str) -> str:
    """The release (and commit) that had these definitions, in words; "" where the record does not know."""
    try:
        told = json.loads(_code_path(features, rules).read_text(encoding="utf-8"))
        commit = f", commit {told['commit']}" if told["commit"] else ""
        return f"mingbai {told['mingbai']}{commit}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _code_path(features: str, rules: str) -> Path:
    return root() / CODE / f"{features}-{rules}.json"


def _release() -> str:
    try:
        return version("mingbai")
    except PackageNotFoundError:
        return "unknown"


def _commit() -> str:
    """The commit a checkout stands at, read from its files; "" where it is none. Changes on top do not show."""
    git = ROOT / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if head.startswith("ref: "):
            name = head.removeprefix("ref: ")
            loose = git / name
            if loose.exists():
                head = loose.read_text(encoding="utf-8").strip()
            else:
                packed = (git / "packed-refs").read_text(encoding="utf-8")
                found = re.search(rf"^([0-9a-f]+) {re.escape(name)}$", packed, re.MULTILINE)
                head = found[1] if found else ""
    except OSError:
        return ""
    return head[:12] if re.fullmatch("[0-9a-f]{12,64}", head) else ""
