"""The supervised trainer on any table with a time column: the same additive machine and the same splits over time."""
