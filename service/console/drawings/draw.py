"""The drawings as templates see them: `draw`, in the language and time zone of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from markupsafe import Markup

from service.console.drawings import _qr, distribution, graph, heat_map, intervals, lines, months, timeline
from service.console.words import Language, Words
from service.work.portraits.shapes import Event, Graph, Peers


class Draw:
    """`{{ draw.graph(page.graph) }}` and so on: each calls the drawing of its name."""

    def __init__(self, language: Language, zone: dt.tzinfo) -> None:
        """`zone`: of the days and moments drawn."""
        self._words = Words("_drawings", language)
        self._zone = zone

    def graph(self, of: Graph, name: str = "graph") -> Markup:
        """Who and what is tied to whom."""
        return graph.graph(of, self._words, name=name)

    def timeline(self, of: Sequence[Event], graph: Graph | None = None, name: str = "timeline") -> Markup:
        """What happened, on one axis. `graph` names what events are about."""
        return timeline.timeline(of, self._words, self._zone, graph=graph, name=name)

    def distribution(self, of: Peers) -> Markup:
        """One value among its peers."""
        return distribution.distribution(of, self._words)

    def peers_in_words(self, of: Peers) -> str:
        """The sentence of `distribution` alone."""
        return distribution.in_words(of, self._words)

    def heat_map(self, of: heat_map.HeatMap) -> Markup:
        """Days over the limit by program and division."""
        return heat_map.heat_map(of, self._words)

    def intervals(
        self,
        rows: Sequence[intervals.Interval],
        caption: str,
        label: str = "",
        reference: float | None = None,
        reference_says: str = "",
    ) -> Markup:
        """Shares with their intervals."""
        return intervals.intervals(
            rows, self._words, caption=caption, label=label, reference=reference, reference_says=reference_says
        )

    def lines(self, of: lines.Chart) -> Markup:
        """A line chart with a threshold."""
        return lines.lines(of, self._words)

    def months(self, bars: Sequence[months.Month], caption: str = "") -> Markup:
        """Payments by month."""
        return months.months(bars, self._words, caption=caption)

    def spark(self, values: Sequence[float], says: str) -> Markup:
        """A small row of bars inside a table."""
        return months.spark(values, self._words, says=says)

    def qr(self, of: str, title: str) -> Markup:
        """A text as a square a telephone reads."""
        return _qr.qr(of, self._words, title=title)
