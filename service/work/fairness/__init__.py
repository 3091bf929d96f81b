"""Whom alerts and false alarms fall on: the full report for those who work with it, the public one for everybody."""
