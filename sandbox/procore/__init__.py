"""Procore over HTTP, stateful and strict: what the real system keeps, locks and refuses.

`routes.py` lists every address; `call.py` is one call and its refusal; a file per part of Procore holds
the handlers. Nothing here knows the engine: a mistake shared by both would prove nothing.
"""
