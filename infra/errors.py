"""Errors that a person reads."""


class PlainError(Exception):
    """Something the reader can mend: its text is one plain sentence that names the mend.

    The command line prints it and exits with code 2; nothing was half-done when it is raised.
    """
