"""T20: Once-only item again."""
