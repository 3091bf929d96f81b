"""Write the generated pages of `docs/`, or with `--check` say which no longer match the code (exit 1).

    .venv/bin/python docs/build.py
    .venv/bin/python docs/build.py --check

A page is a function from the catalogues to Markdown, listed in `PAGES`. Nothing here judges or computes; what a page
says is what the declarations say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from fastapi.dependencies.models import Dependant  # noqa: E402 - a script finds its checkout first
from fastapi.routing import APIRoute  # noqa: E402

from features.catalogue import all_features, feature_files  # noqa: E402 - a script finds its checkout first
from features.contract import TABLES, Table  # noqa: E402
from models.rules._rule import Outcome, Rule  # noqa: E402
from models.rules.catalogue import all_rules, default_settings  # noqa: E402
from service.api.routes import all_routers  # noqa: E402
from service.settings import Settings  # noqa: E402

GENERATED = "<!-- Written by docs/build.py (make docs). Change the declarations, not this page. -->"
MEANINGS = {
    "id": "opaque, at most 64 characters",
    "text": "free text",
    "date": "`2019-09-01`",
    "ts": "`2019-09-01T09:30:00+08:00`, the offset is needed",
    "money": "yuan with two decimals, `396.85`, exact",
    "number": "decimal number",
    "int": "whole number",
    "bool": "`true` or `false`",
    "enum": "one of the values named",
    "list": "ids joined by `|`",
    "period": "`2019`, `2019Q1` or `2019-07`",
}
CONTRACT_INTRODUCTION = """\
One table a file, `<table>.csv` (UTF-8, header, RFC 4180) or `<table>.parquet`, all in one folder. An empty CSV field
is null. Tables and columns marked **required** must be there; every other may be missing, and costs only what needs
it: the output says which rules were off and why. A row that breaks a type, a key or an enum goes to quarantine with
file, line, column and reason, and the rest is taken: rows in = rows accepted + rows quarantined.
`mingbai check DATA` says how a folder fares.

**Two clocks.** A table's *clock* is the column that says when the platform knew a row. A score made as of T uses only
rows whose clock is at or before T. The same key with a later clock is a corrected version; what was scored before
stays reproducible.
"""
FEATURES_INTRODUCTION = """\
*Null* says what a missing value means: `none` (there is no such thing) or `unknown` (it cannot be told). A feature is
off where a table or column it needs was not shared. *Model* says whether a trained model may read it."""


SETTINGS_INTRODUCTION = """\
Environment variables of `mingbai serve` and the commands around it. A variable that begins with `MINGBAI_` and is not
here is an error, so a mistyped name cannot silently do nothing. `mingbai doctor` prints the list as it is set, with
what is wrong and what to do."""
ROUTES_INTRODUCTION = """\
`GET /openapi.json` describes each in full, with examples. Errors have one shape, `application/problem+json`, in English
and Chinese. *None* in the last column: for everybody, or (`/v1/me`) for whoever is signed in. Roles and what they may:
[access](access.md). No route stops or ends a payment; a test walks the routes to hold it."""


def cell(text: str) -> str:
    """Text that cannot break a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Lines of a Markdown table."""
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return lines + ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]


def data_contract() -> str:
    """The tables the software takes, from their declarations."""
    lines = [
        "# Data contract",
        "",
        GENERATED,
        "",
        CONTRACT_INTRODUCTION,
        "## Types",
        "",
        *table(("type", "written"), ((f"`{name}`", text) for name, text in MEANINGS.items())),
    ]
    for declared in TABLES.values():
        lines += ["", *table_section(declared)]
    return "\n".join(lines) + "\n"


def table_section(declared: Table) -> list[str]:
    """One table: what it is, key, clock, what is lost without it, columns."""
    key = ", ".join(f"`{name}`" for name in declared.key) or "the whole row"
    clock = f"`{declared.clock}`" if declared.clock else "none, always known"
    return [
        f"## {declared.name}" + (" (required)" if declared.required else ""),
        "",
        declared.doc,
        "",
        f"Key: {key}. Clock: {clock}." + (f" Without it: {declared.lost_without}." if declared.lost_without else ""),
        "",
        *table(
            ("column", "type", "required", "what it is"),
            (
                (
                    f"`{column.name}`",
                    column.type + (f": {', '.join(column.values)}" if column.values else ""),
                    "yes" if column.required else "",
                    column.doc,
                )
                for column in declared.columns
            ),
        ),
    ]


def features() -> str:
    """Every feature by whom it describes."""
    found = all_features()
    lines = [
        "# Features",
        "",
        GENERATED,
        "",
        f"Facts: {len(found)}, each stated about a disbursement at its own moment.",
        "",
    ]
    lines += [FEATURES_INTRODUCTION]
    folders = {feature.name: path.parent.name for feature, path in zip(found, feature_files(), strict=True)}
    for folder in dict.fromkeys(folders.values()):
        rows = (
            (
                f"`{feature.name}`",
                f"{feature.title[0]} · {feature.title[1]}",
                feature.unit,
                feature.null,
                ", ".join(feature.all_needs()),
                "yes" if feature.model else "",
            )
            for feature in found
            if folders[feature.name] == folder
        )
        lines += ["", f"## {folder}", "", *table(("feature", "what it says", "unit", "null", "needs", "model"), rows)]
    return "\n".join(lines) + "\n"


def rules() -> str:
    """Every rule by typology."""
    found = all_rules()
    lines = [
        "# Rules",
        "",
        GENERATED,
        "",
        f"Rules: {len(found)}. A rule asks a question; it proves nothing. Its look-alikes are cases beside it.",
    ]
    for typology in dict.fromkeys(rule.typology for rule in found):
        lines += ["", f"## {typology}"]
        for rule in found:
            if rule.typology == typology:
                lines += ["", *rule_section(rule)]
    return "\n".join(lines) + "\n"


def rule_section(rule: Rule) -> list[str]:
    """One rule: question, condition, settings, where it leads, look-alikes, what it cannot see, next steps."""
    defaults = default_settings()
    settings = ", ".join(f"`{name}` = {defaults[name]:g}" for name in rule.settings if name in defaults)
    quiet = [case.situation for case in rule.cases if case.expect is Outcome.QUIET]
    explained = [f"{unless.en} · {unless.zh}" for unless in rule.unless]
    lines = [
        f"### {rule.code}",
        "",
        f"{rule.title[0]} · {rule.title[1]}",
        "",
        f"- Reason given: {rule.because[0]} · {rule.because[1]}",
        f"- Reads: {', '.join(f'`{feature.name}`' for feature in rule.reads)}",
        f"- Desk {rule.desk}, severity {rule.severity}, suspect role {rule.suspect_role}"
        + (", after payment" if rule.after_payment else ""),
    ]
    lines += [f"- Settings: {settings}"] if settings else []
    lines += [f"- Rests on: {rule.authority}"] if rule.authority else []
    lines += [f"- Stays quiet: {'; '.join(quiet)}"] if quiet else []
    lines += [f"- Explained by: {'; '.join(explained)}"] if explained else []
    lines += [f"- Blind to: {rule.blind_to}", "- Next steps:"]
    return lines + [f"  - {en} · {zh}" for en, zh in rule.next_steps]


def settings() -> str:
    """What a deployment sets, from the one list of settings."""
    rows = (
        (
            f"`{one.metadata['variable']}`",
            str(one.metadata["doc"]),
            "secret" if one.metadata["secret"] else (f"`{one.default}`" if str(one.default or "") else "not set"),
        )
        for one in fields(Settings)
    )
    return (
        "\n".join(
            ["# Settings", "", GENERATED, "", SETTINGS_INTRODUCTION, "", *table(("variable", "what", "default"), rows)]
        )
        + "\n"
    )


def routes() -> str:
    """Every route with the permission it takes, from the application's own routers."""
    lines = ["# Routes", "", GENERATED, "", ROUTES_INTRODUCTION]
    by_tag: dict[str, list[tuple[str, str, str]]] = {}
    for router in all_routers():
        for route in router.routes:
            if not isinstance(route, APIRoute):
                continue
            tag = str((route.tags or router.tags or ["service"])[0])
            said = (route.description or route.name).strip().partition("\n\n")[0]
            permission = ", ".join(f"`{name}`" for name in sorted(permissions(route.dependant))) or "none"
            for method in sorted(route.methods or ()):
                by_tag.setdefault(tag, []).append((f"`{method} {route.path}`", said, permission))
    for tag in sorted(by_tag):
        lines += ["", f"## {tag[0].upper()}{tag[1:]}", "", *table(("route", "does", "permission"), by_tag[tag])]
    return "\n".join(lines) + "\n"


def permissions(dependant: Dependant) -> set[str]:
    """The permissions a route asks for, however deep."""
    found = {str(one.call.permission) for one in dependant.dependencies if one.call and hasattr(one.call, "permission")}
    return found.union(*(permissions(one) for one in dependant.dependencies))


PAGES = {
    "data-contract.md": data_contract,
    "features.md": features,
    "routes.md": routes,
    "rules.md": rules,
    "settings.md": settings,
}


def main(arguments: list[str]) -> int:
    """Write every page, or with `--check` report those that differ. Returns the exit code."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if arguments:
            stale.append(f"docs/{name}")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    if stale:
        print(f"not what the code says: {', '.join(stale)}; run make docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
