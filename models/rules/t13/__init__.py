"""T13: Quantity above the registered holding."""
