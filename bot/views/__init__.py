"""What a button or a command shows: topics, own questions, waits."""
