"""Facts around a payment, person, card or official as people look at them: ties, events, payments, peers.

Pure functions over a ledger as of a moment. They give codes and numbers; who may see what, and what is masked, is said
where they are asked (`service.work.portraits`). None of them is a feature: nothing here is scored.
"""
