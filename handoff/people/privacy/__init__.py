"""Privacy requests of contacts: a copy of everything we keep, and erasure.

`archive` makes the copy, `erasure` erases.
"""
