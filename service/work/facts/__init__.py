"""Facts handed over: checked, kept once, sealed, and read back as a ledger."""
