"""What a contact may ask of us about themselves: a copy of everything we keep, and that we keep nothing.

`archive` makes the copy, `erasure` forgets.
"""
