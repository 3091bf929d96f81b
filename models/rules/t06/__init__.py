"""T06: Public payroll and an item closed to it."""
