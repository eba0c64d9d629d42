"""The `frontdesk` command, and `python -m bot`.

SIGTERM ends the process from here on. The kernel gives the first process of a container no default action for it, so
without a handler it would be ignored until the program is open, and the container killed half a minute later.
"""

import os
import signal


def main() -> None:
    """Run the command line; what it needs is imported only now, which takes longer than anything before."""
    # At once, whatever is under way: a start that was interrupted is gone through again by the next one.
    signal.signal(signal.SIGTERM, lambda number, _frame: os._exit(128 + number))
    os.umask(0o077)  # whatever is written, an export or a copy of the database too, is the owner's alone
    from bot.cli.main import main as command  # noqa: PLC0415

    command()


if __name__ == "__main__":
    main()
