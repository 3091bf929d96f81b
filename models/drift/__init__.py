"""Has anything changed since the model learned: features, scores, hits of rules, tables, findings."""
