"""Accounts, sign-in, sessions and keys."""
