"""May it go? One table of states, the people, and what each of them may do. Pure.

`decide` is the door: where a record stands (`standing`, a fold over the event log), who asks (`people`), what
the permission table says (`permissions`), and the next state (`states`). Before: `plan`. After: `write`.
"""
