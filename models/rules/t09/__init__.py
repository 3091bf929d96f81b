"""T09: Outside the age limits."""
