"""One household, one card: which cards a household has over all banks, and how far the clean-up of a place has come."""
