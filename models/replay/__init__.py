"""What a change of rules or thresholds would have done: every payment as of its own submission, before and after."""
