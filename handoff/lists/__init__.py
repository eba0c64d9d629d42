"""What each agent sees in the queue: unread marks and saved views."""
