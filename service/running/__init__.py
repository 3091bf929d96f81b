"""Processes: web, scorer, workers, and what starts and stops them together."""
