"""T05: One person, two places."""
