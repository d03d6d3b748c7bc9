"""Typed expressions into Python source: the fast way, for records that nothing is wrong with.

The generated code answers only where the plain reading (`closures`) would answer without a word:
whatever is odd in a record (a wrong value, a missing link, a rule that holds it) raises, and the
caller hands the record to the plain reading, which explains. So a mistake here can cost time,
or be caught by the differential tests, but no message is written twice.

One function writes one kind of node, found in a registry (`writer.writes`); `writer` is the state
they share, `keys` says when two expressions are the same value, `flow` puts a whole mapping
together. Before: `check`, `fold`. After: `map/fast`, which binds and runs what is written.
"""

from engine.compile.source.flow import write_flow, write_totals

__all__ = ["write_flow", "write_totals"]
