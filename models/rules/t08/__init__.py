"""T08: In prison, moved away, in an institution."""
