"""The shells of everything that reaches the two systems: each brings stations together for one purpose.

`connect` opens a customer, `sync` is a run from end to end; start with these two. The rest are what people
ask for around a run: plans on paper (`planning`), links by hand (`linking`, `pairs`, `cutover`), what waits
for a word (`keeping`), what is there that nobody knows (`auditing`), whether all is well (`doctor`), and a
training ground (`training`, `story`). Before: all stations. After: `commands`.
"""
