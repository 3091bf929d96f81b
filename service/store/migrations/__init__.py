"""Steps from one shape of the service's tables to the next, each with its way back."""
