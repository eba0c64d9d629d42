"""The pages that contacts and platforms call: the help page, the webhooks, the health of the program."""
