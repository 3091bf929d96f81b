"""Learning from what was known by T: weights of rules, additive terms, calibration, proof over time."""
