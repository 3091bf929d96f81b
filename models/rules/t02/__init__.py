"""T02: Invalid or invented identity."""
