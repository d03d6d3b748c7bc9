"""Doing what a plan says, so that it can be killed anywhere and done again: intent, call, receipt.

`enqueue` turns actions into ops, `worker` takes them one by one, `compose` makes the bytes, `receipt`
writes down what came back, `resolve` finds out what became of an answer that was lost. The only
place that changes the world. Before: `plan`. After: `ledger`, which remembers.
"""
