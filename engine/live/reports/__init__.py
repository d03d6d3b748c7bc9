"""What the accountants' reports are made of, from the mirror and the ledger, as plain values.

One file per report, each with `sheet(connection, project)`; `books` and `costs` are for all of them. The
reports compute in `engine/report`, under the same names. Before: `sync`, which reads. After: the command
`report`.
"""
