"""Dossiers of cases: who was given one, and what its file was."""
