"""T45: Entitled and unpaid."""
