"""A trial: the demo's invented county in a service of its own, with half a year of work behind it.

Its clock runs some whole days behind, at the end of the invented history, so that deadlines and queues are alive.
"""
