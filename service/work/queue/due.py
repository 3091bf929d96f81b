"""When a case in a state is due: so many working days of the policy, to the end of the last one."""

from __future__ import annotations

import datetime as dt

from service.work.context import Context
from service.work.queue.states import OpenState
from service.work.queue.working_days import end_of, local_day, working_days


def due_in(context: Context, state: OpenState, at: dt.datetime) -> dt.datetime:
    """The deadline of a state entered at a moment. A held case has the date it was given instead."""
    days = int(context.policy[f"cases.{'new' if state == 'held' else state}_days"])
    return end_of(context, working_days(context).after(local_day(context, at), days))
