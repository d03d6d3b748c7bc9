"""The systems, and how they are reached: the port, HTTP by system.yaml, tokens, secrets, the clock."""
