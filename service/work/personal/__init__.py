"""Personal data: unmasking, rotation of keys, retention."""
