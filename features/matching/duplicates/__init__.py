"""Two entries of one person: pairs with log-odds, explained field by field, and never merged over a third."""
