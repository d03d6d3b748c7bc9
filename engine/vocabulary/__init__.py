"""The words a mapping may use: what a wire value means, named transforms, exact functions.

Pure, and known to every station: `check` reads the types declared here, both compilers call the
functions. Whatever decides an amount, a date or a text stands here once.
"""
