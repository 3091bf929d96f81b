"""Why alerts fall on groups as they do: causes, stand-ins among the features, swaps, and what parity would cost."""
