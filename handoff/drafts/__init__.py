"""Drafts of agents: what is in the reply box of a ticket, kept on the server until it is sent."""
