"""What is done with an answer after it was sent."""
