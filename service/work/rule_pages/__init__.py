"""What pages tell of rules: each from its own file, with how it does in this deployment."""
