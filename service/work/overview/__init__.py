"""What needs somebody today: small looks over everything they may see. One question a file."""
