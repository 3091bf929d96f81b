"""T10: Certificate missing, expired, of another grade."""
