"""`frontdesk agent …` and `frontdesk token …`."""

import sys
from collections.abc import Callable

import click

ROLES = click.Choice(["agent", "lead", "admin"])
_STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


def add_access_commands(main: click.Group, do: Callable[..., None]) -> None:
    """Add the commands to `main`; `do` runs one of `ACCESS_COMMANDS` by its name."""

    @main.group()
    def agent() -> None:
        """Manage the agents of the desk."""

    @agent.command("add")
    @click.argument("email")
    @click.option("--name", required=True, help="Contacts see it with each answer.")
    @click.option("--role", type=ROLES, default="agent", show_default=True)
    @_STDIN
    def agent_add(email: str, name: str, role: str, password_stdin: bool) -> None:
        """Let EMAIL sign in at the desk."""
        do("add_agent", email=email, name=name, role=role, password=_password(password_stdin))

    @agent.command("list")
    def agent_list() -> None:
        """List the agents who may sign in."""
        do("list_agents")

    @agent.command("disable")
    @click.argument("email")
    def agent_disable(email: str) -> None:
        """End the access of EMAIL at once; the questions they hold go back to the queue."""
        do("disable_agent", email=email)

    @agent.command("enable")
    @click.argument("email")
    def agent_enable(email: str) -> None:
        """Let EMAIL sign in again."""
        do("enable_agent", email=email)

    @agent.command("role")
    @click.argument("email")
    @click.argument("role", type=ROLES)
    def agent_role(email: str, role: str) -> None:
        """Change the role of EMAIL."""
        do("set_role", email=email, role=role)

    @agent.command("password")
    @click.argument("email")
    @_STDIN
    def agent_password(email: str, password_stdin: bool) -> None:
        """Change the password of EMAIL, and sign them out everywhere."""
        do("set_password", email=email, password=_password(password_stdin))

    @agent.command("sign-out")
    @click.argument("email")
    def agent_sign_out(email: str) -> None:
        """End every session of EMAIL, on every device."""
        do("sign_out", email=email)

    @agent.command("second-factor-off")
    @click.argument("email")
    def agent_second_factor_off(email: str) -> None:
        """Let EMAIL sign in without a code: for an agent who lost both the device and the recovery codes."""
        do("switch_off_factor", email=email)

    @main.group()
    def token() -> None:
        """Manage access for programs."""

    @token.command("add")
    @click.argument("name")
    @click.option("--role", type=ROLES, default="agent", show_default=True)
    def token_add(name: str, role: str) -> None:
        """Print an API token for the program NAME; it is shown this once."""
        do("add_token", name=name, role=role)

    @token.command("list")
    def token_list() -> None:
        """List the programs that have access."""
        do("list_tokens")

    @token.command("revoke")
    @click.argument("name")
    def token_revoke(name: str) -> None:
        """Revoke the token of the program NAME at once."""
        do("revoke_token", name=name)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
