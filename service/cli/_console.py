"""Where words go: tables to stdout, messages and progress to stderr, plain where nobody looks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

Step = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done; 0 begins it."""
PLAIN_WIDTH = 200
ANY_WIDTH = 100_000
LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{10,}[0-9X](?![0-9A-Za-z])")


def stdout() -> Console:
    """The console of data: as wide as the terminal, or of one width where it is a file or a pipe."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return Console(width=width, highlight=False, soft_wrap=not sys.stdout.isatty(), markup=False)


def say(text: str) -> None:
    """A message, on stderr."""
    print(text, file=sys.stderr, flush=True)


def complain(english: str, chinese: str = "") -> None:
    """What went wrong, on stderr, in both languages where both were given."""
    say(f"mingbai: {english}")
    if chinese:
        say(f"         {chinese}")


def masked(text: str) -> str:
    """A text for the screen, with long numbers (cards, phones, identity numbers) cut to their last four digits."""
    return LONG_NUMBER.sub(lambda found: f"…{found[0][-4:]}", text)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Print a table to stdout; the first `left` columns stand left, the others (numbers) right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    person = sys.stdout.isatty()
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD if person else None,
        pad_edge=False,
    )
    for place, name in enumerate(columns):
        made.add_column(name, justify="left" if place < left else "right", overflow="fold", no_wrap=not person)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    console = stdout()
    if not person:
        # No cell may be cut where a program reads: one long text would take the room of the columns before it.
        console.width = ANY_WIDTH
    console.print(made)


@contextmanager
def working() -> Iterator[Step]:
    """Show steps as they go: bars on a terminal, one line when a step begins elsewhere."""
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def tell(text: str, share: float) -> None:
            if text not in seen:
                seen.add(text)
                say(f"{text} ...")

        yield tell
        return
    with _bars() as bars:
        tasks: dict[str, TaskID] = {}

        def draw(text: str, share: float) -> None:
            if text not in tasks:
                for earlier in tasks.values():
                    bars.update(earlier, completed=1.0)
                tasks[text] = bars.add_task(text, total=1.0)
            bars.update(tasks[text], completed=share)

        yield draw
        for task in tasks.values():
            bars.update(task, completed=1.0)


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    parts = (TextColumn("{task.description}"), BarColumn(bar_width=30), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*parts, console=Console(stderr=True))


def loading(step: Step) -> Callable[[str, int, int], None]:
    """A step as the load reports it: table, bytes read, bytes to read."""
    return lambda _table, done, total: step("loading tables", done / max(1, total))


def under(step: Step, text: str) -> Callable[[float], None]:
    """A step for work that reports only its share."""
    return lambda share: step(text, share)
