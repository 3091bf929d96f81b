"""T04: Items that exclude each other."""
