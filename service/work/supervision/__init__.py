"""What those who supervise read: the running state, cases, rules and models as they stood at any date, and exports."""
