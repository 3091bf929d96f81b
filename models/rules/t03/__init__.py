"""T03: Paid twice."""
