"""Crosswalk's engine: YAML mappings between two systems, checked, compiled and run.

The way of the data, and of the imports, is the layout:

    spec → check → compile → read → map → plan → approve → write → ledger

Start with `Book.open` below, then `map/record.py` (the heart) and `check/paths.py` (the types).
"""
