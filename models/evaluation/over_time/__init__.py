"""The proof over time: what the score would have been worth had it been in force earlier. Begin with `prove`."""
