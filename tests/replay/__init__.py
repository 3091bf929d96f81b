"""Rules under proof: replay, life, suspension."""
