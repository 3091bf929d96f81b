"""Scores of the service: one payment at a time, after payment again, and what is kept of them."""
