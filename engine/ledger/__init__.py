"""The memory: links, effects under way, what was written, what was read, who did what.

Correctness comes from here alone: an effect is owed from the moment its row exists, and it is sent
only in ways that cannot make a second document (see `write/worker`). Before: everything. After: nothing;
this is the end of the way of the data.
"""
