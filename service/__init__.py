"""Everything people and other systems touch."""
