"""The queue: cases are opened, assigned, moved, closed; one verb a file."""
