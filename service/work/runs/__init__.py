"""Payment runs: taken in, scored before pay-day, put on lists, signed off by a person. Nothing here stops a payment."""
