"""What agents say a ticket is about: its tags, its category and its language."""
