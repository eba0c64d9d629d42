"""How long texts and files of closed questions, and conversations with the bot, are kept; and their deletion."""
