"""Both systems over HTTP, in a process of their own: what Procore and Xero would answer, and refuse.

For training, for proving a customer's mapping before access exists, and for tests. Nothing here
imports the engine: what the engine sends is judged by another hand. Start reading at `app.py`; the
order of a call is `gateway` (log, limits, faults) → `calls` (body in, answer out) → `xero` or `procore`.
"""
