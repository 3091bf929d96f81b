"""What a page is: its name, what it shows, and an example of that."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, Literal

from service.access import Permission

Width = Literal["work", "read", "phone"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    * `name`: of its files; the template is `pages/<name>.html`, its words are `pages/<name>.toml`
    * `example`: what it shows, made up; tests render it in both languages. Its class is what a template sees as `page`
    * `permission`: what whoever opens it must have; None: no more than being signed in, or nobody where `public`
    * `nav`: the entry of the navigation it stands under, empty for none
    * `width`: `work` dense and wide, `read` one column of text, `phone` for recipients, without JavaScript
    """

    name: str
    example: Any
    permission: Permission | None
    nav: str = ""
    width: Width = "work"
    public: bool = False

    def __post_init__(self) -> None:
        """Raises TypeError where the example is no frozen dataclass."""
        kind = type(self.example)
        if not is_dataclass(kind) or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"page {self.name}: expected a frozen dataclass as example, found {kind.__name__}")

    @property
    def shows(self) -> tuple[str, ...]:
        """Names of what the template may read."""
        return tuple(one.name for one in fields(self.example))


NAVIGATION: Final[tuple[tuple[str, str, Permission | None], ...]] = (
    ("overview", "/overview", None),
    ("queue", "/queue", "cases.read"),
    ("runs", "/runs", "runs.read"),
    ("questions", "/questions", "verify.decide"),
    ("funds", "/funds", "funds.read"),
    ("look_up", "/look-up", "lookups.read"),
    ("matching", "/matching", "matching.read"),
    ("reports", "/reports", "cases.work"),
    ("rules", "/rules", "models.read"),
    ("models", "/models", "models.read"),
    ("supervision", "/supervision", "supervision.read"),
    ("log", "/log", "audit.read"),
    ("accounts", "/accounts", "accounts.manage"),
)
"""Entries of the navigation: name (its word is `nav_<name>`), path, the permission that shows it."""
