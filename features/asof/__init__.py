"""The only door to rows: what was on record at a moment, and nothing known later."""

from features.asof.ledger import Ledger, LedgerTable
from features.asof.pairs import Pairs
from features.asof.view import Cells, View

__all__ = ["Cells", "Ledger", "LedgerTable", "Pairs", "View"]
