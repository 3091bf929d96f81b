"""Templates: one environment, strict and escaped, and the frame every page stands in."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from service.console import formats
from service.console.drawings.draw import Draw
from service.console.page import NAVIGATION, Page
from service.console.static import address
from service.console.words import HERE, Language, Words
from service.work.access.form_once import new_key

if TYPE_CHECKING:
    from service.access import Principal
    from service.console.visit import Visit

MOST_SAID: Final = 400

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
"""Of every page: no script and no style stands in a page itself."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says once after a form: a word's key and its values."""

    key: str
    values: Mapping[str, int | str] = field(default_factory=dict)

    def written(self) -> str:
        """For a cookie."""
        return base64.urlsafe_b64encode(json.dumps([self.key, dict(self.values)]).encode()).decode()

    @classmethod
    def read(cls, text: str | None) -> Said | None:
        """From a cookie; None for anything that is none."""
        if not text or len(text) > MOST_SAID:
            return None
        try:
            key, values = json.loads(base64.urlsafe_b64decode(text.encode()))
            return cls(str(key), {str(k): v for k, v in values.items() if isinstance(v, int | str)})
        except (ValueError, TypeError, AttributeError, binascii.Error):
            return None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation."""

    name: str
    path: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page.

    * `name`, `roles`: of whoever is signed in, empty for nobody
    * `may`: permissions, for what a page offers (the verbs check again)
    * `form_token`, `form_key`: every form holds both (`components/form.html` writes them)
    * `said`, `problem`: a sentence above the page; `entered`: what was entered in a form that was refused
    * `path`: of this page with its query, to come back to
    """

    name: str
    roles: tuple[str, ...]
    may: frozenset[str]
    navigation: tuple[Entry, ...]
    language: Language
    form_token: str
    form_key: str
    path: str
    width: str
    now: dt.datetime
    said: str | None = None
    problem: str | None = None
    entered: Mapping[str, str] = field(default_factory=dict)
    trial: bool = False
    """Whether this is a trial with invented data, whose clock runs behind."""


class _Compiled(BytecodeCache):
    """Templates as they were compiled for one language, for the other: what differs stands in filters and words."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same source."""
        found = self._found.get(bucket.key)
        if found is not None and found[0] == bucket.checksum:
            bucket.bytecode_from_string(found[1])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._found[bucket.key] = (bucket.checksum, bucket.bytecode_to_string())


_COMPILED: Final = _Compiled()


@cache
def environment(language: Language, zone: dt.timezone) -> Environment:
    """The templates in one language and time zone. A name nobody gave is an error, never an empty place."""
    made = Environment(
        loader=FileSystemLoader([HERE / "pages", HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    made.filters |= {
        "yuan": formats.yuan,
        "yuan_short": lambda fen: formats.yuan_short(fen, language),
        "number": formats.number,
        "percent": formats.percent,
        "score": formats.score,
        "day": lambda value: formats.day(value, zone),
        "moment": lambda value: formats.moment(value, zone),
        "url": lambda value: quote(str(value), safe=""),
    }
    made.globals["static"] = address
    made.globals["draw"] = Draw(language, zone)
    return made


def frame_of(
    page: Page,
    *,
    who: Principal | None,
    language: Language,
    form_token: str,
    path: str,
    now: dt.datetime,
    said: str | None = None,
    problem: str | None = None,
    entered: Mapping[str, str] | None = None,
    trial: bool = False,
) -> Frame:
    """The frame of a page for whoever looks."""
    from service.access.permissions import PERMISSIONS

    may = frozenset(one for role in (who.roles if who else ()) for one in PERMISSIONS[role] if who and who.may(one))
    staff = who is not None and who.credential != "recipient"
    entries = tuple(
        Entry(name, where, name == page.nav)
        for name, where, needed in NAVIGATION
        if staff and (needed is None or needed in may)
    )
    return Frame(
        who.name if who and staff else "", tuple(sorted(who.roles)) if who else (), may, entries, language, form_token,
        new_key(), path, page.width, now, said, problem, dict(entered or {}), trial,
    )  # fmt: skip


def render(page: Page, contents: Any, frame: Frame, zone: dt.timezone) -> str:
    """A page as HTML. Raises TypeError where the contents are not what the page shows."""
    if type(contents) is not type(page.example):
        raise TypeError(f"page {page.name}: expected {type(page.example).__name__}, found {type(contents).__name__}")
    template = environment(frame.language, zone).get_template(f"{page.name}.html")
    return template.render(page=contents, frame=frame, t=Words(page.name, frame.language))


def rendered(
    visit: Visit,
    page: Page,
    contents: Any,
    *,
    said: Said | None,
    problem: tuple[str, str] | None,
    entered: Mapping[str, str],
) -> str:
    """A page for a visit."""
    words = Words(page.name, visit.language)
    url = visit.request.url
    frame = frame_of(
        page,
        who=visit.who,
        language=visit.language,
        form_token=visit.form_token,
        # A refused form stands at the address of the form; the page it belongs to is the one to come back to.
        path=url.path + (f"?{url.query}" if url.query else "")
        if visit.request.method == "GET"
        else url.path.rstrip("/").rpartition("/")[0],
        now=visit.context.clock.now(),
        said=_text(words, said),
        problem=words.of(problem) if problem else None,
        entered=entered,
        trial=visit.context.settings.clock_days_back > 0,
    )
    return render(page, contents, frame, visit.zone)


def _text(words: Words, said: Said | None) -> str | None:
    if said is None or not words.has(said.key):
        return None
    try:
        return words(said.key, **said.values)
    except (KeyError, IndexError, ValueError):
        return None
