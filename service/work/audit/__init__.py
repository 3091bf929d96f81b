"""The log that shows tampering."""
