"""What pages tell of models: the record in words, one model in full. Read from files; no training library is loaded."""
