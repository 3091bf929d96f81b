"""Unsupervised detectors: how unlike its peers is a row, with no finding needed. One detector a file.

Every detector learns from a matrix of numbers (missing values allowed), knows nothing of the columns' meaning, and
answers with a score in [0, 1], higher is odder, and with how much each column added. `catalogue` finds them,
`_ensemble` averages those that are strong together, `_peers` fits one of them per group of peers.
"""
