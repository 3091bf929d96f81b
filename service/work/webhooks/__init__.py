"""Events to other systems: who gets which, signed, in order, again until they arrive."""
