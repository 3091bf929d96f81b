"""From facts to a ranked, explained queue. Nothing here imports scikit-learn, pandas or mlflow."""
