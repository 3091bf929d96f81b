"""Money on its way: sums by item, period and place, and money that stands still."""
