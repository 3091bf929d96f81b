"""T18: Amount is not rate times quantity."""
