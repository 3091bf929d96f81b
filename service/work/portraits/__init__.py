"""What people look at to understand a case, household, card, official, village or program: from the facts on record.

The scorer process keeps the history; it is asked here. Everything that comes back is cut to the scope of whoever asks,
masked, and free of what keeps them off.
"""
