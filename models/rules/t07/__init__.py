"""T07: Assets against a means test."""
