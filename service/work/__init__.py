"""What the service does, one verb a file: no printing, no HTTP, no HTML. The command line and the API call these."""
