"""Checks every page passes: its example renders in both languages, text stays text, no word is missing, and nobody
without the permission sees it."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from service.access import Principal
from service.access.permissions import ROLES
from service.console import words
from service.console.install import all_pages
from service.console.page import NAVIGATION, Page
from service.console.refusal import PAGE as REFUSAL
from service.console.rendering import frame_of, render
from service.console.words import HERE, LANGUAGES, Language, words_of

PAGES = {name: page for name, (page, _) in all_pages().items()} | {"_refusal": REFUSAL}
ZONE = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2019, 7, 1, 1, 0, tzinfo=dt.UTC)
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}"


def shown(page: Page, contents: Any, language: Language) -> str:
    """The page in a frame of somebody with every role."""
    who = Principal(1, "li.na", frozenset(ROLES), ("*",), "session")
    frame = frame_of(page, who=who, language=language, form_token="t" * 43, path="/x?a=1", now=NOW)
    return render(page, contents, frame, ZONE)


def hostile(value: Any) -> Any:
    """The same contents with markup in every text that does not choose something."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: hostile(getattr(value, f.name)) for f in fields(value) if f.init})
    if isinstance(value, tuple):
        made = [hostile(one) for one in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    if isinstance(value, list):
        return [hostile(one) for one in value]
    if isinstance(value, dict):
        return {key: hostile(one) for key, one in value.items()}
    # Words that choose a mark or an address are ours; everything a person or a table brings has another shape.
    if isinstance(value, str) and not re.fullmatch(r"[a-z][a-z0-9_]*|[/#?].*|", value):
        return value + EVIL
    return value


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_example_renders(name: str, language: Language) -> None:
    text = shown(PAGES[name], PAGES[name].example, language)
    assert text.count("<h1") == 1
    assert "<script>" not in text
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text), "style and script stand in files"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_text_stays_text(name: str) -> None:
    text = shown(PAGES[name], hostile(PAGES[name].example), "zh")
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert ">49<" not in text


@pytest.mark.parametrize("name", sorted(PAGES))
def test_chinese_pages_are_chinese(name: str) -> None:
    """A template holds no word of its own: an English one would stand on the Chinese page."""
    template = (HERE / "pages" / f"{name}.html").read_text("utf-8")
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<[^>]*>|&\w+;", " ", template, flags=re.S)
    found = [
        w for w in re.findall(r"[A-Za-z]{3,}|[一-鿿]+", bare) if w not in ("Mingbai", "SVG", "PNG", "CSV", "MLflow")
    ]
    assert not found, "texts belong in the words"


def test_every_file_belongs_to_a_page() -> None:
    folder = HERE / "pages"
    for path in folder.iterdir():
        if path.suffix in (".html", ".toml") and path.stem != "base" and not path.stem.startswith("_"):
            assert path.stem in PAGES, f"{path.name}: no page of this name"
    for name in PAGES:
        assert (folder / f"{name}.html").is_file()


def test_every_word_has_both_languages_and_is_used() -> None:
    read = [*HERE.glob("pages/*.html"), *HERE.glob("components/*.html"), *HERE.rglob("*.py")]
    everything = "\n".join(path.read_text("utf-8") for path in read)
    for file in [HERE / "common.toml", *sorted((HERE / "pages").glob("*.toml"))]:
        found = words_of(file)
        assert found
        # A word chosen by a value has a prefix that is used: t('state_' ~ one.state).
        prefixes = set(re.findall(r"""t\(\s*['"]([a-z0-9_]+_)['"]\s*~""", everything)) | set(
            re.findall(r"""f["']([a-z0-9_]+_)\{""", everything)
        )
        for key in found:
            assert re.search(rf"""['"]{re.escape(key)}['"]""", everything) or any(
                key.startswith(p) for p in prefixes
            ), f"{file.name}: {key} is used nowhere"


def test_values_in_words_are_the_same_in_both_languages() -> None:
    for file in [HERE / "common.toml", *(HERE / "pages").glob("*.toml")]:
        for key, texts in words_of(file).items():
            names = [sorted(set(re.findall(r"\{(\w+)\}", texts[language]))) for language in LANGUAGES]
            assert names[0] == names[1], f"{file.name}: {key}"


def _calls(dependant: Dependant) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def _own_routes(app: FastAPI) -> Iterator[tuple[str, str, list[Any]]]:
    for one in iter_route_contexts(app.routes):
        dependant = getattr(one, "dependant", None)
        path = str(getattr(one, "path", ""))
        if dependant is None or path.startswith(("/v1/", "/static/", "/language/")):
            continue
        if path in ("/", "/healthz", "/readyz", "/metrics", "/openapi.json"):
            continue
        for method in getattr(one, "methods", None) or ():
            yield method, path, list(_calls(dependant))


def test_every_page_asks_who_it_is(app: FastAPI) -> None:
    """Each route of a page goes through `visit`, `sent` or `anybody`, and what changes something through `sent`."""
    for method, path, calls in _own_routes(app):
        asked = [c for c in calls if hasattr(c, "permission") or getattr(c, "public", False)]
        assert asked, f"{method} {path}: asks nobody who they are"
        if method != "GET":
            assert any(getattr(c, "is_form", False) for c in calls), f"{method} {path}: takes forms anybody makes"


def test_the_navigation_leads_somewhere(app: FastAPI) -> None:
    paths = {path for _, path, _ in _own_routes(app)}
    for name, path, _ in NAVIGATION:
        assert path in paths, f"{name}: no page at {path}"
    for page in PAGES.values():
        assert page.nav == "" or page.nav in {name for name, _, _ in NAVIGATION}


def test_templates_see_their_own_contents_only() -> None:
    """A template that names something else fails at its example; modules of pages import no other page."""
    for path in (HERE / "pages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service.console.pages."):
                part = (node.module or "").rpartition(".")[2]
                assert part.startswith("_"), f"{path.name} imports the page {part}"


def test_a_word_without_a_language_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('[a]\nzh = "甲"\n', "utf-8")
    with pytest.raises(words.MissingWordError, match=r"x\.toml: a"):
        words_of(file)
