"""How good a score is where the truth is known: one measure a file, put together by `report.evaluate`."""
