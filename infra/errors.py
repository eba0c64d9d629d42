"""Errors that are shown to people."""


class PlainError(Exception):
    """Error that the reader can fix: its text is one plain sentence that names the remedy.

    The command line prints it and exits with code 2; nothing is left half-done when it is raised.
    """
