"""Features of a few rows in one compiled call: what numpy does for a view is recorded once and run again."""
