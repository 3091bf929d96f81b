"""T43: Bulk back payment."""
