"""Records into outcomes: the pure heart. Before: `compile`, `read`. After: `plan`."""
