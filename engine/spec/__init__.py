"""YAML into values with places: the first station. Before: nothing. After: `check`."""
