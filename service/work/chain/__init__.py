"""The way of a payment, stage by stage."""
