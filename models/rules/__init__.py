"""Rules: conditions over features, one a file, in a folder for each typology."""
