"""Studies: questions about rules and models that take longer than a page may, answered by a worker and kept."""
