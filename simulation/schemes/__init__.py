"""How money goes wrong: one file a typology, each with the honest payments that look like it."""
