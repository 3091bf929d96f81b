"""Tests of what people look at: ties, events, peers and payments as of a moment."""
