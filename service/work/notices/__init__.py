"""Notices to recipients, by a channel the deployment chooses."""
